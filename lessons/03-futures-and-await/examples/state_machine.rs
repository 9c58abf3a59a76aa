//! What is a future, inside? A value that holds everything its function needs
//! after its next `.await`. It has a size, and you can measure it.
//!
//! ```sh
//! cargo run -p lesson03 --example state_machine
//! ```
//!
//! Look at the sizes: a buffer that's alive across an `.await` is part of the
//! future, and a buffer whose scope has ended isn't. If something has borrowed
//! the buffer, it counts until its scope ends, even after its last use. The
//! exact numbers depend on the compiler.

use futures::FutureExt;
use lesson_kit::println;
use tokio::task::yield_now;

fn main() {
    lesson_kit::without_web(
        "lesson03 --example state_machine",
        "how large a future is",
    );
    let row = |what: &str, bytes| println!("{what:<40}{bytes:>6} bytes");
    row("a buffer held across an await", size_of_val(&held_across()));
    row("a buffer dropped before the await", size_of_val(&dropped_before()));
    row("borrowed before, still in scope", size_of_val(&in_scope()));
    row("never borrowed, still in scope", size_of_val(&never_borrowed()));
    row("a future that awaits the first", size_of_val(&awaits_it()));
    row("the first, boxed", size_of_val(&Box::pin(held_across())));
    let levels = depth(100).now_or_never();
    println!("\nrecursion, boxed: {levels:?} levels");
}

// ANCHOR: sizes
/// The buffer is needed after the await, so the future has room for it.
pub async fn held_across() -> usize {
    let buffer = [1_u8; 4096];
    yield_now().await;
    buffer.iter().map(|&byte| usize::from(byte)).sum()
}

/// The buffer ends with its block, before the await.
pub async fn dropped_before() -> usize {
    let sum = {
        let buffer = [1_u8; 4096];
        buffer.iter().map(|&byte| usize::from(byte)).sum()
    };
    yield_now().await;
    sum
}

/// The buffer isn't needed any more. But `iter()` has borrowed it, and it's
/// still in scope.
pub async fn in_scope() -> usize {
    let buffer = [1_u8; 4096];
    let sum = buffer.iter().map(|&byte| usize::from(byte)).sum();
    yield_now().await;
    sum
}

/// Nothing has borrowed the buffer: `sum` was given a copy.
pub async fn never_borrowed() -> usize {
    let buffer = [1_u8; 4096];
    let sum = sum(buffer);
    yield_now().await;
    sum
}

/// A future holds the futures that it awaits.
pub async fn awaits_it() -> usize {
    held_across().await
}
// ANCHOR_END: sizes

fn sum(buffer: [u8; 4096]) -> usize {
    buffer.iter().map(|&byte| usize::from(byte)).sum()
}

// ANCHOR: recursion
/// Without the box, the future would have to hold itself.
pub async fn depth(levels: usize) -> usize {
    if levels == 0 { 0 } else { 1 + Box::pin(depth(levels - 1)).await }
}
// ANCHOR_END: recursion
