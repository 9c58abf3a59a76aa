//! The record is truthful: it says what a client did and received, no more and no less.

use std::time::Duration;

use futures::StreamExt;
use futures::future::join_all;
use futures::stream;
use mock_server::{Exchange, Fault, MockWeb, Outcome, Site, room_for};

use crate::support::{SITE, small, start};

/// How long a gate waits that is to open: as long as a busy machine may need.
const PATIENT: Duration = Duration::from_secs(30);
/// How long a gate waits that is to fail.
const IMPATIENT: Duration = Duration::from_millis(200);

async fn status(client: &reqwest::Client, url: &str) -> u16 {
    let response = client.get(url).send().await.expect("the site answers");
    let status = response.status().as_u16();
    response.bytes().await.expect("the answer comes whole");
    status
}

/// `count` requests, at most `bound` of them at once; their statuses.
async fn bounded(web: &MockWeb, count: usize, bound: usize) -> Vec<u16> {
    let client = reqwest::Client::new();
    stream::iter(0..count).map(|_| status(&client, web.url(SITE))).buffer_unordered(bound).collect().await
}

#[tokio::test]
async fn requests_on_a_kept_alive_connection_are_exchanges_of_one_connection() {
    let (web, _watchdog) = start(small(None));
    let client = reqwest::Client::new();
    for _ in 0..3 {
        assert_eq!(status(&client, web.url(SITE)).await, 200);
    }

    let record = web.record();

    let seen: Vec<_> = record.exchanges().map(|exchange| (exchange.id, exchange.connection)).collect();
    assert_eq!(seen, [(1, 1), (2, 1), (3, 1)]);
    assert_eq!((record.connections(), record.open_connections(), record.requests(SITE)), (1, 1, 3));
}

#[tokio::test]
async fn clients_without_a_shared_pool_have_a_connection_each() {
    let (web, _watchdog) = start(small(None));
    for _ in 0..3 {
        assert_eq!(status(&reqwest::Client::new(), web.url(SITE)).await, 200);
    }
    assert_eq!(web.record().connections(), 3);
    web.wait_until(|record| record.open_connections() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_the_last_byte_finds_it_in_the_record() {
    let (web, _watchdog) = start(small(None));
    let client = reqwest::Client::new();
    for round in 1..=200 {
        status(&client, web.url(SITE)).await;
        let record = web.record();
        assert_eq!((record.count(Outcome::Complete), record.in_flight()), (round, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_bounded_at_four_is_never_seen_with_five_in_flight() {
    let (web, _watchdog) = start(small(None));
    assert_eq!(bounded(&web, 400, 4).await, vec![200; 400]);
    let record = web.record();
    assert!(record.max_in_flight() <= 4, "{} in flight", record.max_in_flight());
    assert_eq!(record.count(Outcome::Complete), 400);
}

#[tokio::test]
async fn a_client_bounded_at_four_passes_a_gate_of_four_and_no_gate_of_five() {
    let (web, _watchdog) = start(small(None).gate(4, PATIENT));
    assert_eq!(bounded(&web, 12, 4).await, vec![200; 12]);
    assert_eq!(web.record().max_in_flight(), 4);

    let (web, _watchdog) = start(small(None).gate(5, IMPATIENT));
    assert_eq!(bounded(&web, 12, 4).await, vec![425; 12]);
}

#[tokio::test]
async fn a_gate_that_has_failed_stays_shut_for_who_would_have_opened_it() {
    let (web, _watchdog) = start(small(None).gate(2, IMPATIENT));
    assert_eq!(bounded(&web, 1, 1).await, [425]);
    assert_eq!(bounded(&web, 8, 8).await, vec![425; 8]);
}

#[tokio::test]
async fn a_client_that_leaves_a_gate_no_longer_counts_there() {
    let (web, _watchdog) = start(small(None).gate(2, PATIENT));
    let client = reqwest::Client::new();
    let leaves = tokio::spawn(client.get(web.url(SITE)).send());
    web.wait_until(|record| record.in_flight() == 1).await;
    leaves.abort();
    web.wait_until(|record| record.client_gone() == 1).await;

    let stays = tokio::spawn(client.get(web.url(SITE)).send());
    web.wait_until(|record| record.in_flight() == 1).await;
    // Nothing tells that it is held. Had the gate opened, its answer would be complete by now or soon.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(web.record().in_flight(), 1, "the one that left had opened the gate");
    assert_eq!(status(&client, web.url(SITE)).await, 200);
    let held = stays.await.expect("the task runs to its end").expect("the site answers");
    assert_eq!(held.status(), 200);
}

#[tokio::test]
async fn a_client_that_leaves_in_the_middle_of_a_body_is_seen_to_leave_with_the_bytes_sent() {
    let (web, _watchdog) = start(small(None).fault(SITE, Fault::Stall { after: 600, pause: None }));
    let client = reqwest::Client::new();
    let response = client.get(web.url(SITE)).send().await.expect("the head comes");
    web.wait_until(|record| record.exchanges().any(|exchange| exchange.bytes == 600)).await;
    assert_eq!(web.record().in_flight(), 1);

    drop(response);

    web.wait_until(|record| record.client_gone() == 1).await;
    let record = web.record();
    let exchange = record.exchanges().next().expect("there is one");
    assert_eq!((exchange.bytes, exchange.outcome), (600, Outcome::ClientGone));
    assert!(exchange.ended > exchange.last_byte);
    assert_eq!(record.in_flight(), 0);
}

#[tokio::test]
async fn the_times_of_an_exchange_are_in_their_order() {
    let (web, _watchdog) = start(small(None));
    status(&reqwest::Client::new(), web.url(SITE)).await;

    let record = web.record();

    let exchange: &Exchange = record.exchanges().next().expect("there is one");
    assert!(exchange.accepted <= exchange.request_head);
    assert!(Some(exchange.request_head) <= exchange.first_byte);
    assert!(exchange.first_byte <= exchange.last_byte);
    assert_eq!(exchange.ended, exchange.last_byte);
    assert_eq!((exchange.method.as_str(), exchange.path.as_str()), ("GET", "/"));
}

#[tokio::test]
async fn a_site_with_a_delay_has_not_begun_its_answer_when_another_has_ended_its_own() {
    // No machine is so busy that a minute passes before the quick site answers.
    let minute = Duration::from_secs(60);
    for slow in [
        Site::new("slow.example").delay(minute),
        Site::new("slow.example").fault(Fault::Delay { time: minute }),
    ] {
        let (web, _watchdog) =
            start(MockWeb::builder().sites([slow, Site::new(SITE).delay(Duration::from_millis(1))]));
        let client = reqwest::Client::new();
        let waits = tokio::spawn(client.get(web.url("slow.example")).send());
        web.wait_until(|record| record.requests("slow.example") == 1).await;
        assert_eq!(status(&client, web.url(SITE)).await, 200);
        let record = web.record();
        let slow = record.exchanges().find(|exchange| exchange.site == "slow.example").expect("it was asked");
        assert_eq!((slow.first_byte, slow.status, slow.outcome), (None, None, Outcome::InFlight));
        waits.abort();
    }
}

#[tokio::test]
async fn three_held_at_once_are_three_in_flight() {
    let (web, _watchdog) = start(small(None).fault(SITE, Fault::Hang));
    let client = reqwest::Client::new();
    let mut hanging = Vec::new();
    for count in 1..=3 {
        hanging.push(tokio::spawn(client.get(web.url(SITE)).send()));
        web.wait_until(|record| record.in_flight() == count).await;
    }
    hanging.pop().expect("there are three").abort();
    web.wait_until(|record| record.in_flight() == 2).await;
    assert_eq!(web.record().max_in_flight(), 3);
}

#[tokio::test]
async fn a_reset_record_forgets_what_is_over_and_keeps_what_is_in_flight() {
    let sites = [Site::new(SITE), Site::new("hangs.example").fault(Fault::Hang)];
    let (web, _watchdog) = start(MockWeb::builder().sites(sites));
    let client = reqwest::Client::new();
    let _hanging = tokio::spawn(client.get(web.url("hangs.example")).send());
    web.wait_until(|record| record.in_flight() == 1).await;
    assert_eq!(bounded(&web, 4, 4).await, [200; 4]);

    web.reset_record();

    let record = web.record();
    assert_eq!(
        record.exchanges().map(|exchange| exchange.site.as_str()).collect::<Vec<_>>(),
        ["hangs.example"]
    );
    assert_eq!((record.in_flight(), record.max_in_flight()), (1, 1));
}

#[tokio::test]
async fn a_thousand_exchanges_are_in_flight_at_once_in_one_process() {
    // Other tests take descriptors at the same time.
    room_for(1_500).expect("this machine has room for more than a thousand");
    let (web, _watchdog) = start(small(None).gate(1_000, PATIENT));
    let client = reqwest::Client::new();

    let statuses = join_all((0..1_000).map(|_| status(&client, web.url(SITE)))).await;

    assert_eq!(statuses, vec![200; 1_000]);
    let record = web.record();
    assert_eq!((record.max_in_flight(), record.count(Outcome::Complete)), (1_000, 1_000));
    assert_eq!(record.connections(), 1_000);
}
