//! Forgetting to await. The compiler refuses it:
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example forgotten_await
//! ```

use lesson_kit::Site;
use lesson03::{client, count_words};

// ANCHOR: code
async fn is_long(site: &Site) -> reqwest::Result<bool> {
    let client = client()?;
    let words = count_words(&client, site)?;
    Ok(words > 3_000)
}
// ANCHOR_END: code

fn main() {}
