//! Awaiting twice. The compiler refuses it:
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example await_twice
//! ```

use lesson_kit::Site;
use lesson03::{client, count_words};

// ANCHOR: code
async fn twice_the_words(site: &Site) -> reqwest::Result<usize> {
    let client = client()?;
    let words = count_words(&client, site);
    Ok(words.await? + words.await?)
}
// ANCHOR_END: code

fn main() {}
