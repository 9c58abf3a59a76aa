//! "It has happened", says one task. Does another one hear it that asks later?
//!
//! ```sh
//! cargo run -p lesson09 --example notify
//! ```
//!
//! asyncio's `Event` stays set. `Notify` is something else: it wakes who waits,
//! and keeps at most one permit for who comes later. Look at how many of three
//! who come later need not wait.

use futures::FutureExt;
use lesson_kit::println;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

fn main() {
    lesson_kit::without_web(
        "lesson09 --example notify",
        "who hears of what has happened",
    );
    println!("--- wrong: Notify, as if it stayed set ---");
    println!("notify_one, three times: {} of 3", notified_three_times());
    println!("notify_waiters:          {} of 3", notified_waiters());

    println!("\n--- right: what stays ---");
    println!("watch:                   {} of 3", watched());
    println!("CancellationToken:       {} of 3", cancelled());
}

// ANCHOR: notify
/// Wrong: three are told, and there is one permit.
pub fn notified_three_times() -> usize {
    let event = Notify::new();
    for _ in 0..3 {
        event.notify_one();
    }
    need_not_wait(async || event.notified().await)
}

/// Wrong: it wakes all who wait, and nobody waits yet.
pub fn notified_waiters() -> usize {
    let event = Notify::new();
    event.notify_waiters();
    need_not_wait(async || event.notified().await)
}
// ANCHOR_END: notify

// ANCHOR: stays
/// Right: a value that can be looked at whenever one likes.
pub fn watched() -> usize {
    let event = watch::Sender::new(false);
    event.send_replace(true);
    need_not_wait(async || {
        let mut receiver = event.subscribe();
        // It fails when the sender is gone.
        let _ = receiver.wait_for(|has_happened| *has_happened).await;
    })
}

/// Right, for an event that means: stop.
pub fn cancelled() -> usize {
    let event = CancellationToken::new();
    event.cancel();
    need_not_wait(async || event.cancelled().await)
}
// ANCHOR_END: stays

// ANCHOR: need_not_wait
/// Of three who wait, one after another: how many are done when they are first
/// polled?
fn need_not_wait(wait: impl AsyncFn()) -> usize {
    (0..3).filter(|_| wait().now_or_never().is_some()).count()
}
// ANCHOR_END: need_not_wait
