//! An error that cannot leave its task. The compiler refuses it:
//!
//! ```sh
//! cargo run -p lesson06 --features does-not-compile --example boxed_error
//! ```
//!
//! A task may run on any thread, so what it returns has to be `Send`, and a `Box<dyn Error>` may hold an error that
//! isn't. `Box<dyn Error + Send + Sync>` and `anyhow::Error` hold only those that are.

// ANCHOR: code
use std::error::Error;

async fn word_count() -> Result<usize, Box<dyn Error>> {
    Err("404 Not Found".into())
}

fn start() {
    tokio::spawn(word_count());
}
// ANCHOR_END: code

fn main() {}
