//! Slow work on one page while other pages are on their way.

use std::cell::Cell;
use std::time::Duration;

use futures::stream::{self, StreamExt};
use lesson_kit::Site;
use lesson05::{Page, fetch_named};
use mock_server::{MockWeb, Outcome, Record};
use testkit::{PATIENT, quick_tutorial, start};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::examples::slow_consumer;
use crate::support::{Failure, alive, three_requests};

/// Work on pages. The first page takes so long that the server has sent all of
/// them, and that the timeout of a page that isn't fetched by then expires.
struct SlowWork<'a> {
    web: &'a MockWeb,
    /// How many pages the server will send.
    pages: usize,
    timeout: Duration,
    received: Cell<usize>,
    in_time: Cell<usize>,
}

impl SlowWork<'_> {
    async fn on(&self, page: Page) {
        self.received.set(self.received.get() + 1);
        match page.bytes {
            Ok(_) => self.in_time.set(self.in_time.get() + 1),
            Err(error) => assert_eq!(Failure::of(&error), Failure::Timeout),
        }
        if self.received.get() == 1 {
            let complete = |record: &Record| record.count(Outcome::Complete);
            self.web.wait_until(|record| complete(record) == self.pages).await;
            // No event says that a timeout has expired.
            sleep(self.timeout).await;
        }
    }
}

/// How many pages are received, and how many of them came in time.
async fn during_slow_work(
    pages: usize,
    gather: impl AsyncFnOnce(&reqwest::Client, &[Site], &SlowWork<'_>),
) -> (usize, usize) {
    let timeout = Duration::from_secs(2);
    let (web, sites, _watchdog) = start(quick_tutorial().gate(pages, PATIENT));
    let sites: Vec<_> = sites.iter().cycle().take(pages).cloned().collect();
    let client = reqwest::Client::builder().timeout(timeout).build();
    let client = client.expect("a client");
    let (received, in_time) = (Cell::new(0), Cell::new(0));
    let work = SlowWork { web: &web, pages, timeout, received, in_time };

    gather(&client, &sites, &work).await;

    (work.received.get(), work.in_time.get())
}

#[tokio::test]
async fn a_stream_that_waits_for_the_work_loses_pages_and_the_others_do_not() {
    let in_a_stream = during_slow_work(3, async |client, sites, work| {
        let work = async |page| work.on(page).await;
        slow_consumer::in_a_stream(client, sites, work).await;
    });
    assert_eq!(in_a_stream.await, (3, 1));

    let overlapping = during_slow_work(3, async |client, sites, work| {
        let work = async |page| work.on(page).await;
        slow_consumer::overlapping(client, sites, work).await;
    });
    assert_eq!(overlapping.await, (3, 3));

    let in_tasks = during_slow_work(3, async |client, sites, work| {
        let work = async |page| work.on(page).await;
        slow_consumer::through_a_channel(client, sites, work).await;
    });
    assert_eq!(in_tasks.await, (3, 3));
}

/// A task that forwards a stream into the channel, instead of a task for each
/// page.
async fn forwarded(
    client: &reqwest::Client,
    sites: &[Site],
    mut work: impl AsyncFnMut(Page),
) {
    let (sender, mut receiver) = mpsc::channel(1);
    let fetches: Vec<_> = sites
        .iter()
        .map(|site| {
            let (client, site) = (client.clone(), site.clone());
            async move { fetch_named(&client, &site).await }
        })
        .collect();
    let mut forwarder = JoinSet::new();
    forwarder.spawn(async move {
        let mut pages = stream::iter(fetches).buffer_unordered(5);
        while let Some(page) = pages.next().await {
            sender.send(page).await.expect("it's received");
        }
    });
    while let Some(page) = receiver.recv().await {
        work(page).await;
    }
    forwarder.join_all().await;
}

#[tokio::test]
async fn a_task_that_forwards_a_stream_into_a_channel_loses_pages_too() {
    let forwarding = during_slow_work(5, async |client, sites, work| {
        forwarded(client, sites, async |page| work.on(page).await).await;
    });
    // One is worked on, one is in the channel, and one waits in `send`. While
    // it waits, nothing polls the other two.
    assert_eq!(forwarding.await, (5, 3));

    let in_tasks = during_slow_work(5, async |client, sites, work| {
        let work = async |page| work.on(page).await;
        slow_consumer::through_a_channel(client, sites, work).await;
    });
    assert_eq!(in_tasks.await, (5, 5));
}

#[tokio::test]
async fn with_room_for_one_in_the_channel_every_other_sender_holds_a_page() {
    const PAGES: usize = 20;
    let (web, sites, _watchdog) = start(quick_tutorial());
    // No task but those of the pages is alive for long.
    let client = reqwest::Client::builder().pool_max_idle_per_host(0);
    let client = client.build().expect("a client");
    let sites: Vec<_> = sites.iter().cycle().take(PAGES).cloned().collect();
    let mut received = 0;
    let work = async |_: Page| {
        received += 1;
        if received > 1 {
            return;
        }
        let complete = |record: &Record| record.count(Outcome::Complete);
        web.wait_until(|record| complete(record) == PAGES).await;
        // A page that can be sent is sent in the meantime.
        three_requests(&client, &sites[0]).await;
        // One page is here, and one is in the channel.
        let alive = alive();
        assert!(alive >= PAGES - 2, "{alive} tasks");
    };

    slow_consumer::through_a_channel(&client, &sites, work).await;

    assert_eq!(received, PAGES);
}
