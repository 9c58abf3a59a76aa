//! A lock that is held while a task waits. The compiler refuses it:
//!
//! ```sh
//! cargo run -p lesson09 --features does-not-compile --example guard_across_await
//! ```

use std::sync::{Arc, Mutex};

// ANCHOR: code
async fn count(total: Arc<Mutex<usize>>) {
    if let Ok(mut guard) = total.lock() {
        *guard += 1;
        tokio::task::yield_now().await;
    }
}

fn count_soon(total: Arc<Mutex<usize>>) {
    tokio::spawn(count(total));
}
// ANCHOR_END: code

fn main() {}
