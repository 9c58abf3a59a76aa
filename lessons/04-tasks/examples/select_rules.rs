//! Four rules of `select!` that you can't see in the code. What does each branch
//! do?
//!
//! ```sh
//! cargo run -p lesson04 --example select_rules
//! ```
//!
//! 1. An `if` that is false disables a branch: its future isn't polled. But the
//!    expression that makes the future still runs.
//! 2. A branch whose pattern doesn't match is disabled, and `select!` waits for the
//!    others.
//! 3. If all branches are disabled, `else` runs. Without an `else`, `select!`
//!    panics.
//! 4. If several branches are ready, a random one wins. With `biased;` it's the
//!    first.

use std::cell::RefCell;
use std::future::ready;

use lesson_kit::println;
use tokio::sync::mpsc;
use tokio::task::yield_now;

/// Enough that each of two branches wins at random.
const TIMES: usize = 1_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson04 --example select_rules",
        "when select! polls a branch",
    );
    println!("1. {}", condition().await.join(", "));
    println!("2. {}", pattern().await);
    println!("3. with else: {}", all_disabled_with_else().await);
    match tokio::spawn(all_disabled()).await {
        Ok(winner) => println!("   without else: {winner}"),
        Err(error) if error.is_panic() => println!("   without else: a panic"),
        Err(error) => return Err(error.into()),
    }
    println!("4. {}", winners(random(TIMES).await));
    println!("   biased: {}", winners(biased(TIMES).await));
    Ok(())
}

fn winners([first, second]: [usize; 2]) -> &'static str {
    match (first, second) {
        (0, 0) => "no branch wins",
        (_, 0) => "only the first branch wins",
        (0, _) => "only the second branch wins",
        _ => "each branch wins sometimes",
    }
}

// ANCHOR: condition
/// What runs of a branch whose `if` is false.
pub async fn condition() -> Vec<&'static str> {
    let events = RefCell::new(Vec::new());
    let record = |event| events.borrow_mut().push(event);
    let branch = || {
        record("expression");
        async { record("future") }
    };
    tokio::select! {
        () = branch(), if false => record("first branch"),
        () = yield_now() => record("second branch"),
    }
    events.into_inner()
}
// ANCHOR_END: condition

// ANCHOR: pattern
/// `recv` returns `None`, because the channel has ended.
pub async fn pattern() -> &'static str {
    let (_, mut receiver) = mpsc::channel::<()>(1);
    tokio::select! {
        biased;
        Some(()) = receiver.recv() => "first branch",
        () = yield_now() => "second branch",
    }
}
// ANCHOR_END: pattern

// ANCHOR: all_disabled
/// The same without a second branch.
pub async fn all_disabled() -> &'static str {
    let (_, mut receiver) = mpsc::channel::<()>(1);
    tokio::select! {
        Some(()) = receiver.recv() => "first branch",
    }
}

/// The same with `else`.
pub async fn all_disabled_with_else() -> &'static str {
    let (_, mut receiver) = mpsc::channel::<()>(1);
    tokio::select! {
        Some(()) = receiver.recv() => "first branch",
        else => "else",
    }
}
// ANCHOR_END: all_disabled

// ANCHOR: random
/// How often each of two branches wins that are always ready.
pub async fn random(times: usize) -> [usize; 2] {
    let mut wins = [0, 0];
    for _ in 0..times {
        tokio::select! {
            () = ready(()) => wins[0] += 1,
            () = ready(()) => wins[1] += 1,
        }
    }
    wins
}

/// The same with `biased`.
pub async fn biased(times: usize) -> [usize; 2] {
    let mut wins = [0, 0];
    for _ in 0..times {
        tokio::select! {
            biased;
            () = ready(()) => wins[0] += 1,
            () = ready(()) => wins[1] += 1,
        }
    }
    wins
}
// ANCHOR_END: random
