//! A lock whose guard has no name. It lives as long as the `match`, so the compiler
//! refuses it:
//!
//! ```sh
//! cargo run -p lesson09 --features does-not-compile --example guard_in_match
//! ```

// ANCHOR: use
use std::sync::{Arc, Mutex};
// ANCHOR_END: use

// ANCHOR: code
async fn count(total: Arc<Mutex<usize>>) {
    match *total.lock().expect("nothing panics while it's locked") {
        0 => {}
        _ => tokio::task::yield_now().await,
    }
}

fn spawn_count(total: Arc<Mutex<usize>>) {
    tokio::spawn(count(total));
}
// ANCHOR_END: code

fn main() {}
