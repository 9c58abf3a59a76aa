//! Timeouts for connecting, for reading and in total, and a deadline for all
//! pages together.

use std::time::Duration;

use futures::future::join_all;
use futures::stream::{FuturesUnordered, StreamExt};
use lesson05::{TIMEOUT, client, fetch_page};
use mock_server::{Fault, MockWeb, Outcome, Record};
use testkit::{PATIENT, quick_tutorial, start};
use tokio::time::sleep;

use crate::examples::{deadline, limits};
use crate::support::{BYTES, Failure};

#[tokio::test]
async fn the_client_gives_up_after_the_timeout_of_the_lesson() {
    let (_web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", Fault::Hang));
    let limited = |limit| {
        let client = reqwest::Client::builder().timeout(limit).build();
        client.expect("a client")
    };
    let sooner = limited(TIMEOUT / 2);
    let lesson = client().expect("a client");
    let later = limited(TIMEOUT * 2);

    // At the same time; the page never comes.
    let give_up = async |name, client: &reqwest::Client| {
        let page = fetch_page(client, &sites[1]).await;
        (name, page.map_err(|error| Failure::of(&error)))
    };
    let waiting: FuturesUnordered<_> = [
        give_up("sooner", &sooner),
        give_up("lesson", &lesson),
        give_up("later", &later),
    ]
    .into_iter()
    .collect();
    let order: Vec<_> = waiting.take(2).collect().await;

    assert_eq!(
        order,
        [("sooner", Err(Failure::Timeout)), ("lesson", Err(Failure::Timeout))]
    );
}

#[tokio::test]
async fn each_timeout_ends_what_it_is_for_and_lets_the_rest_pass() {
    let failing = mock_server::presets::failing().into_iter();
    let slow = failing.filter(|site| limits::SITES.contains(&&*site.name));
    let (_web, sites, _watchdog) = start(MockWeb::builder().sites(slow));
    let [unreachable, silent, dribbling] = &sites[..] else {
        panic!("{sites:?}")
    };
    let connecting = limits::with_connect_timeout().build().expect("a client");
    let reading = limits::with_read_timeout().build().expect("a client");
    let in_total = limits::with_total_timeout().build().expect("a client");
    let without = reqwest::Client::new();

    // At the same time, because they wait for timeouts.
    let ended = join_all([
        limits::outcome(&connecting, unreachable),
        limits::outcome(&connecting, silent),
        limits::outcome(&reading, unreachable),
        limits::outcome(&reading, silent),
        limits::outcome(&in_total, unreachable),
        limits::outcome(&in_total, silent),
        limits::outcome(&in_total, dribbling),
        limits::outcome(&without, unreachable),
        limits::outcome(&without, silent),
    ])
    .await;

    let none = "no timeout of the client; gave up";
    let timed_out = "the client's timeout";
    assert_eq!(ended[..2], ["the client's timeout (connecting)", none]);
    assert_eq!(ended[2..4], [timed_out, timed_out], "it covers connecting");
    assert_eq!(ended[4..7], [timed_out, timed_out, timed_out]);
    assert_eq!(ended[7..], [none, none], "a client has no timeout by default");
}

#[tokio::test]
async fn a_read_timeout_is_no_timeout_in_total() {
    // No pause is long, and together they are longer than the timeout.
    let fault = "dribble?chunk=100&pause=100".parse().expect("it is a fault");
    let site = mock_server::Site::new("site.example").fault(fault);
    let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    // A busy machine may make a pause longer; a timeout in total would stay.
    let reading = limits::with_read_timeout().read_timeout(PATIENT).build();

    let ended = limits::outcome(&reading.expect("a client"), &sites[0]).await;

    assert_eq!(ended, "1000 bytes");
}

#[tokio::test]
async fn a_read_timeout_also_counts_the_time_the_reader_takes_for_a_piece() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let limit = Duration::from_secs(2);
    for (reader_waits, in_time) in [(false, true), (true, false)] {
        let client = reqwest::Client::builder().read_timeout(limit).build();
        let client = client.expect("a client");
        let request = client.get(&sites[1].url).send();
        let mut response = request.await.expect("a response");
        let piece = response.chunk().await.expect("it's in time");
        assert!(piece.is_some_and(|piece| piece.len() < BYTES), "one of many");

        // The server has sent all of it.
        let complete = |record: &Record| record.in_flight() == 0;
        web.wait_until(complete).await;
        if reader_waits {
            sleep(limit).await;
        }
        let next = response.chunk().await;

        let timed_out = next.as_ref().is_err_and(reqwest::Error::is_timeout);
        assert_eq!(timed_out, !in_time, "{next:?}");
        assert_eq!(next.is_ok(), in_time, "{next:?}");
    }
}

#[tokio::test]
async fn a_timeout_around_join_all_loses_results_and_a_deadline_keeps_them() {
    // One is done well before the deadline, one after it but less than the
    // whole time after the first, and one never.
    let budget = Duration::from_secs(2);
    let (web, sites, _watchdog) = start(
        quick_tutorial()
            .fault("codeswithpankaj.com", Fault::Hang)
            .fault(
                "python.org",
                Fault::Delay { time: Duration::from_millis(1_200) },
            )
            .fault(
                "w3schools.com",
                Fault::Delay { time: Duration::from_millis(2_800) },
            ),
    );
    let client = reqwest::Client::new();

    let (wrong, right) = tokio::join!(
        deadline::around_join_all(&client, &sites, budget),
        deadline::around_next(&client, &sites, budget),
    );

    assert!(wrong.is_empty(), "{wrong:?}");
    let [page] = &right[..] else { panic!("{right:?}") };
    assert_eq!(page.site, "python.org");
    assert_eq!(page.bytes.as_ref().ok(), Some(&BYTES));
    web.wait_until(|record| record.in_flight() == 0).await;
    assert_eq!(web.record().count(Outcome::Complete), 2);
    assert_eq!(web.record().client_gone(), 4);
}
