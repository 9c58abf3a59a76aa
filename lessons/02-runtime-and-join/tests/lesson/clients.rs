//! A client belongs to the runtime on which it opened its connections.

use std::time::Duration;

use mock_server::{MockWeb, Site};
use testkit::{PATIENT, start};

use crate::examples::client_and_runtime;

/// A site that answers its first request immediately and the others late.
fn late_after_the_first(delay: Duration) -> mock_server::Builder {
    let fault = "fail-first?n=1&with=delay?ms=0".parse();
    let site = Site::new("python.org").delay(delay);
    MockWeb::builder().sites([site.fault(fault.expect("it is a fault"))])
}

#[test]
fn a_request_fails_when_the_runtime_that_opened_its_connection_ends() {
    let (web, sites, _watchdog) = start(late_after_the_first(PATIENT));
    let client = reqwest::Client::new();
    let until_under_way =
        web.wait_until(|record| record.exchanges().len() == 2);
    let page = client_and_runtime::on_two_runtimes(
        &client,
        &client,
        &sites[0],
        until_under_way,
    );
    let error = page.expect("the first page").expect_err("no connection");
    assert!(error.is_request() && !error.is_timeout(), "{error:?}");
    let causes = lesson_kit::with_causes(&error);
    let message = "dispatch task is gone: runtime dropped the dispatch task";
    assert!(causes.ends_with(message), "{causes}");
    assert_eq!(web.record().connections(), 1);
}

#[test]
fn a_client_for_each_runtime_has_connections_of_its_own() {
    let late = late_after_the_first(Duration::from_millis(500));
    let (web, sites, _watchdog) = start(late);
    let (first, second) = (reqwest::Client::new(), reqwest::Client::new());
    let until_under_way =
        web.wait_until(|record| record.exchanges().len() == 2);
    let page = client_and_runtime::on_two_runtimes(
        &first,
        &second,
        &sites[0],
        until_under_way,
    );
    assert!(page.expect("the first page").is_ok());
    assert_eq!(web.record().connections(), 2);
}
