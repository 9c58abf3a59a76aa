//! A future that is made and never awaited, as a statement of its own. That's a
//! warning, and this program makes an error of it:
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example unused_future
//! ```

// ANCHOR: code
#![deny(unused_must_use)]

async fn report(line: &str) {
    println!("{line}");
}

#[tokio::main]
async fn main() {
    report("starting");
}
// ANCHOR_END: code
