//! `?` in an async block. The compiler refuses it, because nothing says which
//! error type the block's `Result` has. `Ok::<_, reqwest::Error>(a + b)` does.
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example async_block_type
//! ```

// ANCHOR: use
use lesson_kit::{Site, println};
use lesson03::count_words;
use reqwest::Client;
// ANCHOR_END: use

// ANCHOR: code
async fn print_total(client: &Client, a: &Site, b: &Site) {
    let total = async {
        let a = count_words(client, a).await?;
        let b = count_words(client, b).await?;
        Ok(a + b)
    };
    if let Ok(words) = total.await {
        println!("{words} words");
    }
}
// ANCHOR_END: code

fn main() {}
