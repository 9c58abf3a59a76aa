//! A lock is released before the task waits. The compiler still refuses it, because
//! the guard has been used and its scope hasn't ended:
//!
//! ```sh
//! cargo run -p lesson09 --features does-not-compile --example guard_dropped
//! ```

// ANCHOR: use
use std::sync::{Arc, Mutex};
// ANCHOR_END: use

// ANCHOR: code
async fn count(total: Arc<Mutex<usize>>) {
    let mut guard = total.lock().expect("nothing panics while it's locked");
    *guard += 1;
    drop(guard);
    tokio::task::yield_now().await;
}

fn spawn_count(total: Arc<Mutex<usize>>) {
    tokio::spawn(count(total));
}
// ANCHOR_END: code

fn main() {}
