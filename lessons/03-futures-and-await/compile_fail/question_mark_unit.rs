//! `?` in a task that returns nothing. The compiler refuses it. Return a
//! `Result` from the block, and look at it where the task is awaited.
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example question_mark_unit
//! ```

// ANCHOR: code
use lesson_kit::{Site, println};
use lesson03::count_words;
use reqwest::Client;

fn print_soon(client: Client, site: Site) {
    tokio::spawn(async move {
        let words = count_words(&client, &site).await?;
        println!("{words} words");
    });
}
// ANCHOR_END: code

fn main() {}
