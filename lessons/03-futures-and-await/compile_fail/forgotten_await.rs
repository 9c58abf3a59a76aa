//! Forgetting to await. The compiler refuses it:
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example forgotten_await
//! ```

// ANCHOR: use
use lesson_kit::Site;
use lesson03::count_words;
use reqwest::{Client, Result};
// ANCHOR_END: use

// ANCHOR: code
async fn is_long(client: &Client, site: &Site) -> Result<bool> {
    let words = count_words(client, site)?;
    Ok(words > 3_000)
}
// ANCHOR_END: code

fn main() {}
