//! Sites that fail, and how long a client waits for them.

use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use lesson_kit::with_causes;
use mock_server::{Fault, MockWeb, Outcome, Site, StatusCode};
use testkit::{PATIENT, WATCHDOG, quick_tutorial, start};

use crate::support::{STRATEGIES, Strategy, concurrent, sequential};

/// A fault, the method of `reqwest::Error` that recognises it, and how many
/// responses the server still completes.
type Broken = (Fault, fn(&reqwest::Error) -> bool, usize);

#[test]
fn a_failing_site_is_an_error_that_says_what_failed_and_the_others_are_unharmed()
 {
    let faults: [Broken; 4] = [
        (Fault::Refused, reqwest::Error::is_connect, 2),
        (
            Fault::Status {
                code: StatusCode::SERVICE_UNAVAILABLE,
                retry_after: None,
            },
            reqwest::Error::is_status,
            3,
        ),
        (Fault::Truncate { after: 1000 }, reqwest::Error::is_decode, 2),
        (Fault::Hang, reqwest::Error::is_timeout, 2),
    ];
    // All at once, because the site that hangs takes its time.
    thread::scope(|scope| {
        for broken in &faults {
            for (name, strategy) in STRATEGIES {
                scope.spawn(move || check_failing_site(broken, name, strategy));
            }
        }
    });
}

fn check_failing_site(
    (fault, is_expected, complete): &Broken,
    name: &str,
    strategy: Strategy,
) {
    // Only a site that hangs should reach the time limit.
    let limit =
        if *fault == Fault::Hang { Duration::from_secs(2) } else { PATIENT };
    let (web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", fault.clone()));

    let pages = strategy(&sites, limit);

    let error = pages[1].as_ref().expect_err("python.org is broken");
    assert!(is_expected(error), "{name}, {fault:?}: {error:?}");
    assert_eq!(pages[0].as_ref().ok(), Some(&15_000), "{name}, {fault:?}");
    assert_eq!(pages[2].as_ref().ok(), Some(&45_000), "{name}, {fault:?}");
    block_on(web.wait_until(|record| record.in_flight() == 0));
    assert_eq!(
        web.record().count(Outcome::Complete),
        *complete,
        "{name}, {fault:?}"
    );
}

#[test]
fn the_blocking_client_starts_its_timeout_again_for_the_body_and_the_async_client_does_not()
 {
    // The head and the rest of the body are each within the limit, but not both
    // together.
    let (part, limit) =
        (Duration::from_millis(1_500), Duration::from_millis(2_500));
    let site = Site::new("a.example")
        .delay(part)
        .fault(Fault::Stall { after: 100, pause: Some(part) });
    let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    thread::scope(|scope| {
        scope.spawn(|| assert!(sequential(&sites, limit)[0].is_ok()));
        scope.spawn(|| {
            let error = concurrent(&sites, limit)
                .remove(0)
                .expect_err("it takes longer than the limit");
            assert!(error.is_timeout() && error.is_decode(), "{error:?}");
        });
    });
}

#[test]
fn an_async_client_has_no_timeout_unless_it_is_given_one() {
    // reqwest lists the timeouts that are set, and no others.
    let timeouts = |builder: &reqwest::ClientBuilder| {
        format!("{builder:?}").to_lowercase().matches("timeout").count()
    };
    let builder = reqwest::Client::builder();
    assert_eq!(timeouts(&builder), 0, "{builder:?}");
    let builder = builder.timeout(WATCHDOG).connect_timeout(WATCHDOG);
    assert_eq!(timeouts(&builder), 2, "{builder:?}");
}

#[test]
fn reqwest_prints_the_outermost_error_and_with_causes_prints_them_all() {
    let (_web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", Fault::Empty));
    for strategy in [sequential, concurrent] {
        let error = strategy(&sites[1..2], PATIENT)
            .remove(0)
            .expect_err("python.org is broken")
            .without_url();
        assert_eq!(error.to_string(), "error sending request");
        let all = with_causes(&error);
        assert_eq!(all, format!("{:#}", anyhow::Error::from(error)));
        assert!(
            all.starts_with("error sending request: ")
                && all.ends_with("before message completed"),
            "{all}"
        );
    }
}
