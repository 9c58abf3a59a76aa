//! A lock that nobody seems to hold. The compiler refuses it:
//!
//! ```sh
//! cargo run -p lesson09 --features does-not-compile --example guard_in_match
//! ```

use std::sync::{Arc, Mutex, PoisonError};

// ANCHOR: code
async fn count(total: Arc<Mutex<usize>>) {
    match *total.lock().unwrap_or_else(PoisonError::into_inner) {
        0 => {}
        _ => tokio::task::yield_now().await,
    }
}

fn count_soon(total: Arc<Mutex<usize>>) {
    tokio::spawn(count(total));
}
// ANCHOR_END: code

fn main() {}
