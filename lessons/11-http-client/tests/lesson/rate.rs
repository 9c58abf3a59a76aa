//! A rate limit that the client keeps.

use std::time::Duration;

use futures::future::{join_all, try_join_all};
use lesson11::rate::RateLimit;
use mock_server::MockWeb;
use reqwest::{Client, StatusCode};
use testkit::{start, watchdog};
use tokio::time::{Instant, sleep};

use crate::examples::rate_limit;
use crate::support::{client, open};

/// The statuses that the server has sent.
fn statuses(web: &MockWeb) -> impl Iterator<Item = StatusCode> {
    let record = web.record();
    let statuses = record.exchanges().filter_map(|exchange| exchange.status);
    statuses.collect::<Vec<_>>().into_iter()
}

const PERIOD: Duration = Duration::from_millis(125);

// No sockets here, so the clock can be paused, and the times are exact.
#[tokio::test(start_paused = true)]
async fn tasks_get_their_turns_one_period_apart() {
    let _watchdog = watchdog();
    let rate = RateLimit::one_per(PERIOD);
    let start = Instant::now();
    let turns = join_all((0..5).map(async |_| {
        rate.turn().await;
        start.elapsed()
    }));
    let expected: Vec<_> = (0..5).map(|turn| PERIOD * turn).collect();
    assert_eq!(turns.await, expected);
}

#[tokio::test(start_paused = true)]
async fn turns_that_nobody_took_are_not_made_up_for() {
    let _watchdog = watchdog();
    let rate = RateLimit::one_per(PERIOD);
    rate.turn().await;
    sleep(PERIOD * 10).await;
    let start = Instant::now();
    for expected in [Duration::ZERO, PERIOD, PERIOD * 2] {
        rate.turn().await;
        assert_eq!(start.elapsed(), expected);
    }
}

/// Tokio doesn't take a tick for late if it comes within these 5 ms.
#[tokio::test(start_paused = true)]
async fn a_turn_that_is_a_little_late_does_not_delay_the_next_one() {
    let _watchdog = watchdog();
    for (late, gap) in [(4, 121), (6, 125)] {
        let rate = RateLimit::one_per(PERIOD);
        rate.turn().await;
        sleep(PERIOD + Duration::from_millis(late)).await;
        rate.turn().await;
        let before = Instant::now();
        rate.turn().await;
        assert_eq!(before.elapsed(), Duration::from_millis(gap));
    }
}

#[tokio::test]
async fn the_stock_is_requested_no_more_often_than_the_shop_allows() {
    let (web, _shop, _watchdog) = open().await;
    let shop = client(&web).await;
    let stock = try_join_all((1..=10).map(|id| shop.stock(id))).await;
    assert_eq!(stock.expect("it is there").iter().sum::<u32>(), 104);
    // If all came together, five would be refused. The client leaves room, but
    // on a busy machine a request may be so late that it comes with the next.
    let refused = statuses(&web).filter(|status| *status == 429).count();
    assert!(refused < 3, "{refused}");
}

#[tokio::test]
async fn a_limit_on_how_many_is_no_limit_on_how_often() {
    let at_most_five = async |per| {
        let site = rate_limit::site(per).expect("it is a fault");
        let (web, sites, watchdog) = start(MockWeb::builder().sites([site]));
        (web, sites[0].url.clone(), watchdog)
    };
    let client = Client::new();

    // All ten come in a minute.
    let (_web, url, _watchdog) = at_most_five(60_000).await;
    let statuses = rate_limit::five_at_a_time(&client, &url).await;
    let statuses = statuses.expect("ten responses").into_iter();
    let refused = statuses.filter(|status| *status == 429).count();
    assert_eq!(refused, 5);

    // In turn, six of them take a second, which is ten times as long as the site
    // counts, so they can hardly arrive together.
    let (_web, url, _watchdog) = at_most_five(100).await;
    let rate = RateLimit::one_per(Duration::from_millis(200));
    let statuses = rate_limit::in_turn(&client, &url, &rate).await;
    let statuses = statuses.expect("ten responses");
    assert_eq!(statuses, [StatusCode::OK; 10]);
}

#[tokio::test]
async fn the_stock_is_there_and_a_product_that_is_not_has_none() {
    let (web, _shop, _watchdog) = open().await;
    let shop = client(&web).await;
    let pieces = try_join_all((1..=3).map(|id| shop.stock(id))).await;
    assert_eq!(pieces.expect("they are there"), [8, 30, 6]);
    let error = shop.stock(99).await.expect_err("there's no such product");
    assert!(error.has_code("no-such-product"), "{error:?}");
}
