//! An ordinary closure that returns a future, and the future borrows what the
//! closure has captured. The compiler refuses it. In an async closure,
//! `async || calls += 1`, the future may borrow from the closure.
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example closure_escape
//! ```

// ANCHOR: code
async fn count_calls() -> u32 {
    let mut calls = 0;
    let mut call = || async { calls += 1 };
    call().await;
    call().await;
    calls
}
// ANCHOR_END: code

fn main() {}
