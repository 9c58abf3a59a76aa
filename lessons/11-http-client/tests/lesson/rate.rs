//! A rate limit that the client keeps.

use std::time::Duration;

use futures::future::{join_all, try_join_all};
use lesson11::rate::RateLimit;
use testkit::watchdog;
use tokio::time::{Instant, sleep};

use crate::support::{client, open};

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

#[tokio::test]
async fn the_stock_is_there_and_a_product_that_is_not_has_none() {
    let (web, _shop, _watchdog) = open().await;
    let shop = client(&web).await;
    let pieces = try_join_all((1..=3).map(|id| shop.stock(id))).await;
    assert_eq!(pieces.expect("they are there"), [8, 30, 6]);
    let error = shop.stock(99).await.expect_err("there's no such product");
    assert!(error.has_code("no-such-product"), "{error:?}");
}
