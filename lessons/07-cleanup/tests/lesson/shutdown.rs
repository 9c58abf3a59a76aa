//! How the example `shutdown` ends.

use std::time::Duration;

use futures::executor::block_on;
use mock_server::Outcome;
use reqwest::Client;
use testkit::{PATIENT, example, quick_tutorial, start};
use tokio::runtime::Runtime;

use crate::examples::shutdown;
use crate::support::{NEVER, endless_pages, outcomes};

#[test]
fn an_immediate_exit_cuts_pages_short_and_a_graceful_one_waits_for_them() {
    let (web, sites, _watchdog) = start(endless_pages());
    let runtime = Runtime::new().expect("a runtime");
    let client = Client::new();
    let signal =
        async || web.wait_until(|record| record.in_flight() == 3).await;
    runtime.block_on(shutdown::exit_immediately(&client, &sites, signal));
    drop(runtime);
    block_on(web.wait_until(|record| record.client_gone() == 3));

    // A gate for four holds three until something waits for a second signal.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(4, PATIENT));
    let runtime = Runtime::new().expect("a runtime");
    let client = Client::new();
    let mut signals = 0;
    let signal = async || {
        signals += 1;
        if signals == 1 {
            return web.wait_until(|record| record.in_flight() == 3).await;
        }
        client.get(&sites[0].url).send().await.expect("the gate opens");
        std::future::pending().await
    };
    runtime.block_on(shutdown::shut_down(&client, &sites, PATIENT, signal));
    drop(runtime);
    assert_eq!(outcomes(&web, "/"), [Outcome::Complete; 4], "and no more");
}

#[test]
fn a_shutdown_ends_after_its_grace_period_or_on_a_second_signal() {
    for (grace, signals) in [(Duration::from_millis(50), 1), (NEVER, 2)] {
        let (web, sites, _watchdog) = start(endless_pages());
        let runtime = Runtime::new().expect("a runtime");
        let mut received = 0;
        let signal = async || {
            received += 1;
            if received > signals {
                std::future::pending::<()>().await;
            }
            web.wait_until(|record| record.in_flight() == 3).await;
        };
        let client = Client::new();
        runtime.block_on(shutdown::shut_down(&client, &sites, grace, signal));
        drop(runtime);
        block_on(web.wait_until(|record| record.client_gone() == 3));
    }
}

#[test]
fn a_program_that_gets_no_signal_pretends_that_it_did_and_exits_with_status_0()
{
    let (_web, sites, _watchdog) = start(quick_tutorial());
    let urls = sites.iter().map(|site| &site.url);
    let ended = example("shutdown").args(urls).output();
    let ended = ended.expect("cargo test builds the examples");
    assert!(ended.status.success(), "{ended:?}");
    let printed = String::from_utf8_lossy(&ended.stdout);
    let pretended = printed.matches("(no signal yet; ").count();
    assert_eq!(pretended, 2, "{printed}");
    assert!(!printed.contains("received"), "{printed}");
}
