//! A task whose result cannot change threads. The compiler refuses it:
//!
//! ```sh
//! cargo run -p lesson04 --features does-not-compile --example spawn_boxed_error
//! ```

// ANCHOR: use
use std::error::Error;
// ANCHOR_END: use

// ANCHOR: code
async fn number() -> Result<u32, Box<dyn Error>> {
    Ok("42".parse()?)
}

fn number_soon() {
    tokio::spawn(number());
}
// ANCHOR_END: code

fn main() {}
