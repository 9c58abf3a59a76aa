//! Awaiting twice. The compiler refuses it:
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example await_twice
//! ```

// ANCHOR: use
use lesson_kit::Site;
use lesson03::count_words;
use reqwest::{Client, Result};
// ANCHOR_END: use

// ANCHOR: code
async fn twice_the_words(client: &Client, site: &Site) -> Result<usize> {
    let words = count_words(client, site);
    Ok(words.await? + words.await?)
}
// ANCHOR_END: code

fn main() {}
