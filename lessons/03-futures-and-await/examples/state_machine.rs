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

// ANCHOR: use
use lesson_kit::println;
use tokio::task::yield_now;
// ANCHOR_END: use

#[tokio::main]
async fn main() {
    lesson_kit::without_web(
        "lesson03 --example state_machine",
        "how large a future is",
    );
    let row = |what: &str, bytes| println!("{what:<26}{bytes:>6} bytes");
    println!("{:<26}{:>12}", "future", "size");
    row("sum_after()", size_of_val(&sum_after()));
    row("sum_in_block()", size_of_val(&sum_in_block()));
    row("sum_before()", size_of_val(&sum_before()));
    row("sum_of_copy()", size_of_val(&sum_of_copy()));
    row("awaits_sum_after()", size_of_val(&awaits_sum_after()));
    row("Box::pin(sum_after())", size_of_val(&Box::pin(sum_after())));
    let levels = depth(100).await;
    println!("\nrecursion, boxed: {levels} levels");
}

// ANCHOR: sizes
/// Version A.
pub async fn sum_after() -> usize {
    let buffer = [1_u8; 4096];
    yield_now().await;
    buffer.iter().map(|&byte| usize::from(byte)).sum()
}

/// Version B.
pub async fn sum_in_block() -> usize {
    let sum = {
        let buffer = [1_u8; 4096];
        buffer.iter().map(|&byte| usize::from(byte)).sum()
    };
    yield_now().await;
    sum
}

/// Version C.
pub async fn sum_before() -> usize {
    let buffer = [1_u8; 4096];
    let sum = buffer.iter().map(|&byte| usize::from(byte)).sum();
    yield_now().await;
    sum
}
// ANCHOR_END: sizes

// ANCHOR: others
/// Nothing has borrowed the buffer: `sum` was given a copy.
pub async fn sum_of_copy() -> usize {
    let buffer = [1_u8; 4096];
    let sum = sum(buffer);
    yield_now().await;
    sum
}

/// A future contains the futures it awaits.
pub async fn awaits_sum_after() -> usize {
    sum_after().await
}
// ANCHOR_END: others

fn sum(buffer: [u8; 4096]) -> usize {
    buffer.iter().map(|&byte| usize::from(byte)).sum()
}

// ANCHOR: recursion
/// Counts down to 0, and returns how many levels that took.
pub async fn depth(levels: usize) -> usize {
    if levels == 0 { 0 } else { 1 + Box::pin(depth(levels - 1)).await }
}
// ANCHOR_END: recursion
