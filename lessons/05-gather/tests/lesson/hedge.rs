//! Requesting the same page twice, and taking the first response.

use std::time::Duration;

use futures::FutureExt;
use futures::future::select_ok;
use lesson05::fetch_page;
use mock_server::{Fault, MockWeb, Outcome};
use testkit::{PATIENT, quick_tutorial, start};

use crate::examples::hedge;
use crate::support::three_requests;

#[tokio::test]
async fn a_hedged_request_is_sent_again_when_the_first_fails() {
    let fault = "fail-first?n=1&with=503".parse().expect("it is a fault");
    let site = mock_server::Site::new("site.example").fault(fault);
    let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let client = reqwest::Client::new();

    let delay = Duration::from_millis(20);
    let page = hedge::hedged(&client, &sites[0], delay).await;

    assert_eq!(page.ok(), Some(1_000), "the first response was a 503");
}

#[tokio::test]
async fn a_hedged_request_is_not_sent_again_before_the_delay() {
    let site = mock_server::Site::new("site.example");
    let site = site.delay(Duration::from_millis(300));
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let client = reqwest::Client::new();

    let page = hedge::hedged(&client, &sites[0], PATIENT).await;

    assert_eq!(page.ok(), Some(1_000));
    assert_eq!(web.record().requests("site.example"), 1);
}

#[tokio::test]
async fn a_hedged_request_is_sent_again_and_the_loser_leaves() {
    let failing = mock_server::presets::failing().into_iter();
    let unlucky = failing.filter(|site| site.name == "unlucky-site.example");
    let (web, sites, _watchdog) = start(MockWeb::builder().sites(unlucky));
    let client = reqwest::Client::new();

    let delay = Duration::from_millis(50);
    let page = hedge::hedged(&client, &sites[0], delay).await;

    assert_eq!(page.ok(), Some(15_000));
    web.wait_until(|record| record.client_gone() == 1).await;
    assert_eq!(web.record().count(Outcome::Complete), 1);
}

#[tokio::test]
async fn select_ok_hands_back_the_losers_and_their_connections_stay_open() {
    let (web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", Fault::Hang));
    let client = reqwest::Client::new();
    let two = [&sites[1], &sites[0]];
    let two = two.map(|site| fetch_page(&client, site).boxed());

    let (bytes, losers) = select_ok(two).await.expect("one of them responds");

    assert_eq!((bytes, losers.len()), (15_000, 1));
    web.wait_until(|record| record.requests("python.org") == 1).await;
    three_requests(&client, &sites[0]).await;
    assert_eq!(web.record().client_gone(), 0, "the loser is still here");
    drop(losers);
    web.wait_until(|record| record.client_gone() == 1).await;
}
