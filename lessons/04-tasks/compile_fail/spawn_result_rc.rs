//! A task whose result cannot change threads. The compiler refuses it:
//!
//! ```sh
//! cargo run -p lesson04 --features does-not-compile --example spawn_result_rc
//! ```
//!
//! The cure is an `Arc`.

// ANCHOR: code
use std::rc::Rc;

async fn title() -> Rc<str> {
    Rc::from("Welcome to Python.org")
}

fn title_soon() {
    tokio::spawn(title());
}
// ANCHOR_END: code

fn main() {}
