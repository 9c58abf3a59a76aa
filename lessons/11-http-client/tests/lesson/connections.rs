//! When a connection is used again.

use std::time::Duration;

use mock_server::MockWeb;
use reqwest::{Client, StatusCode};
use testkit::start;
use tokio::task::yield_now;

use crate::examples::pool;

/// Lets the connection's task put its connection back into the pool.
async fn becomes_idle() {
    for _ in 0..100 {
        yield_now().await;
    }
}

/// How many connections the server saw while this ran.
async fn connections(
    request: impl AsyncFn(String) -> reqwest::Result<StatusCode>,
) -> usize {
    let sites = MockWeb::builder().sites(pool::sites());
    let (web, sites, _watchdog) = start(sites);
    let request = async || {
        let status = request(sites[0].url.clone()).await;
        becomes_idle().await;
        status
    };
    pool::in_turn(request).await.expect("ten responses");
    let record = web.record();
    assert_eq!(record.exchanges().len(), 10);
    record.connections()
}

#[tokio::test]
async fn a_body_that_is_not_read_costs_the_connection() {
    let client = Client::new();
    let unread =
        connections(async |url| pool::status_only(&client, &url).await).await;
    assert_eq!(unread, 10);

    let client = Client::new();
    let read =
        connections(async |url| pool::status_and_body(&client, &url).await);
    assert!(read.await <= 3);
}

#[tokio::test]
async fn a_client_for_each_request_has_a_connection_for_each() {
    let new = connections(async |url| {
        pool::status_and_body(&Client::new(), &url).await
    });
    assert_eq!(new.await, 10);
}

#[tokio::test]
async fn the_pool_limits_the_connections_that_are_kept_not_those_in_use() {
    // Ten in the first round. In the second, those that were kept aren't opened
    // again, and a busy machine may find no idle one.
    for (keeps, connections) in
        [(None, 10..=15), (Some(2), 16..=20), (Some(0), 20..=20)]
    {
        let sites = MockWeb::builder().sites(pool::sites());
        let (web, sites, _watchdog) = start(sites.gate(10, testkit::PATIENT));
        let client = keeps.map_or_else(|| Ok(Client::new()), pool::keeps);
        let client = client.expect("a client");
        pool::two_rounds(&client, &sites[0].url).await.expect("the pages");
        let record = web.record();
        assert_eq!(record.max_in_flight(), 10);
        let seen = record.connections();
        assert!(connections.contains(&seen), "{keeps:?}: {seen}");
    }
}

#[tokio::test]
async fn an_idle_connection_is_used_again_until_its_idle_timeout() {
    const TIMEOUT: Duration = Duration::from_millis(100);
    let short = Client::builder().pool_idle_timeout(TIMEOUT).build();
    for (client, expected) in
        [(Client::new(), 1), (short.expect("a client"), 2)]
    {
        let sites = MockWeb::builder().sites(pool::sites());
        let (web, sites, _watchdog) = start(sites);
        for _ in 0..2 {
            let page = pool::status_and_body(&client, &sites[0].url).await;
            page.expect("the page");
            // Longer than one timeout, and shorter than the other: 90 seconds.
            tokio::time::sleep(3 * TIMEOUT).await;
        }
        assert_eq!(web.record().connections(), expected);
    }
}
