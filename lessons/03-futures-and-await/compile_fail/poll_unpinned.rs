//! A future that is polled through a reference, and may still move. The compiler
//! refuses it. `let mut words = pin!(words);` is what it asks for.
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example poll_unpinned
//! ```

// ANCHOR: use
use lesson_kit::Site;
use lesson03::count_words;
use reqwest::{Client, Result};
// ANCHOR_END: use

// ANCHOR: code
async fn words_of(client: &Client, site: &Site) -> Result<usize> {
    let mut words = count_words(client, site);
    (&mut words).await
}
// ANCHOR_END: code

fn main() {}
