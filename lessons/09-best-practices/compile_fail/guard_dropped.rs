//! A lock that is let go before the task waits. The compiler refuses it all the
//! same:
//!
//! ```sh
//! cargo run -p lesson09 --features does-not-compile --example guard_dropped
//! ```

use std::sync::{Arc, Mutex, PoisonError};

// ANCHOR: code
async fn count(total: Arc<Mutex<usize>>) {
    let guard = total.lock();
    let mut guard = guard.unwrap_or_else(PoisonError::into_inner);
    *guard += 1;
    drop(guard);
    tokio::task::yield_now().await;
}

fn count_soon(total: Arc<Mutex<usize>>) {
    tokio::spawn(count(total));
}
// ANCHOR_END: code

fn main() {}
