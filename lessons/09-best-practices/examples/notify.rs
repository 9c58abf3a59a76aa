//! A task announces that something has happened. Does another task that asks later
//! still learn of it?
//!
//! ```sh
//! cargo run -p lesson09 --example notify
//! ```
//!
//! asyncio's `Event` stays set. `Notify` is something else: it wakes tasks that
//! wait, and keeps at most one permit for a task that comes later. Look at how many
//! of three later waits end immediately.

// ANCHOR: use
use std::time::Duration;

use lesson_kit::println;
use tokio::sync::{Notify, SetOnce, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson09 --example notify",
        "what a later wait learns of an event",
    );
    println!("--- wrong: Notify, as if it stayed set ---");
    println!("notify_one, three times: {} of 3", notify_one().await);
    println!("notify_waiters:          {} of 3", notify_waiters().await);

    println!("\n--- right: types that stay set ---");
    println!("SetOnce:                 {} of 3", set_once().await?);
    println!("watch:                   {} of 3", watch_value().await);
    println!("CancellationToken:       {} of 3", cancellation_token().await);
    Ok(())
}

// ANCHOR: notify
/// Wrong.
pub async fn notify_one() -> usize {
    let event = Notify::new();
    for _ in 0..3 {
        event.notify_one();
    }
    count_immediate(async || event.notified().await).await
}

/// Wrong.
pub async fn notify_waiters() -> usize {
    let event = Notify::new();
    event.notify_waiters();
    count_immediate(async || event.notified().await).await
}
// ANCHOR_END: notify

// ANCHOR: stays
/// Right: it's set once, and stays set.
pub async fn set_once() -> anyhow::Result<usize> {
    let event = SetOnce::new();
    event.set("a value")?;
    Ok(count_immediate(async || {
        event.wait().await;
    })
    .await)
}

/// Right: it can also be reset, as an `asyncio.Event` can.
pub async fn watch_value() -> usize {
    let event = watch::Sender::new(false);
    event.send_replace(true);
    count_immediate(async || {
        let mut receiver = event.subscribe();
        let value = receiver.wait_for(|is_set| *is_set).await;
        value.expect("the sender still exists");
    })
    .await
}

/// Right, for an event that means "stop".
pub async fn cancellation_token() -> usize {
    let event = CancellationToken::new();
    event.cancel();
    count_immediate(async || event.cancelled().await).await
}
// ANCHOR_END: stays

// ANCHOR: count_immediate
/// Waits three times, one after another. Counts the waits that end when they are
/// first polled: a timeout of zero polls once.
async fn count_immediate(wait: impl AsyncFn()) -> usize {
    let mut immediate = 0;
    for _ in 0..3 {
        if timeout(Duration::ZERO, wait()).await.is_ok() {
            immediate += 1;
        }
    }
    immediate
}
// ANCHOR_END: count_immediate
