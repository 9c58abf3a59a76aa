//! A task that cannot change threads. The compiler refuses it:
//!
//! ```sh
//! cargo run -p lesson04 --features does-not-compile --example spawn_rc
//! ```

// ANCHOR: use
use std::rc::Rc;
// ANCHOR_END: use

// ANCHOR: code
fn count() {
    let count = Rc::new(1);
    tokio::spawn(async move {
        tokio::task::yield_now().await;
        println!("{count}");
    });
}
// ANCHOR_END: code

fn main() {}
