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

// ANCHOR: use
use std::future::ready;

use lesson_kit::println;
use tokio::task::{JoinError, JoinSet, yield_now};
// ANCHOR_END: use

/// Enough that each of two branches wins at random.
const TIMES: usize = 1_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson04 --example select_rules",
        "when select! polls a branch",
    );
    let (winner, calls) = condition().await;
    println!("1. if: {winner}, calls of make: {calls}");
    println!("2. pattern: {}", pattern().await);
    match tokio::spawn(alone()).await {
        Ok(winner) => println!("3. no branch is left: {winner}"),
        Err(error) => println!("3. no branch is left: {}", panic_text(error)),
    }
    println!("   with else: {}", with_else().await);
    println!("4. two are ready: {}", winners(random(TIMES).await));
    println!("   biased: {}", winners(biased(TIMES).await));
    Ok(())
}

/// What a task's panic said.
fn panic_text(error: JoinError) -> String {
    let text = error.try_into_panic().ok().and_then(|panic| {
        panic.downcast_ref::<&str>().map(|text| (*text).to_owned())
    });
    format!("panicked: {}", text.unwrap_or_default())
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
/// Returns the branch that wins, and how often `make` was called.
pub async fn condition() -> (&'static str, usize) {
    let mut calls = 0;
    let mut make = || {
        calls += 1;
        ready(())
    };
    let winner = tokio::select! {
        () = make(), if false => "first branch",
        () = yield_now() => "second branch",
    };
    (winner, calls)
}
// ANCHOR_END: condition

// ANCHOR: pattern
/// Returns the branch that wins. No task is spawned.
pub async fn pattern() -> &'static str {
    let mut tasks = JoinSet::<()>::new();
    tokio::select! {
        Some(_) = tasks.join_next() => "first branch",
        () = yield_now() => "second branch",
    }
}
// ANCHOR_END: pattern

/// The same without the second branch.
// ANCHOR: alone
pub async fn alone() -> &'static str {
    let mut tasks = JoinSet::<()>::new();
    tokio::select! {
        Some(_) = tasks.join_next() => "first branch",
    }
}
// ANCHOR_END: alone

// ANCHOR: with_else
/// The same with `else`.
pub async fn with_else() -> &'static str {
    let mut tasks = JoinSet::<()>::new();
    tokio::select! {
        Some(_) = tasks.join_next() => "first branch",
        else => "else",
    }
}
// ANCHOR_END: with_else

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
