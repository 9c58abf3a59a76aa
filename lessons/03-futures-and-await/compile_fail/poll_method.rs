//! A future that is polled by hand before it is pinned. The compiler refuses it.
//! `pin!(three()).as_mut().poll(context)` pins it first.
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example poll_method
//! ```

// ANCHOR: code
use std::task::Context;

async fn three() -> usize {
    3
}

fn is_ready(context: &mut Context) -> bool {
    let mut future = three();
    future.poll(context).is_ready()
}
// ANCHOR_END: code

fn main() {}
