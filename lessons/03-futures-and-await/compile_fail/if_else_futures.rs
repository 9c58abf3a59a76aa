//! Two async blocks, one for each case. The compiler refuses it, because each
//! async block has a type of its own. Put the `if` into one async block, or box
//! both futures.
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example if_else_futures
//! ```

// ANCHOR: use
use lesson_kit::Site;
use lesson03::count_words;
use reqwest::{Client, Result};
// ANCHOR_END: use

// ANCHOR: code
async fn words_or_zero(client: &Client, site: Option<&Site>) -> Result<usize> {
    let words = match site {
        Some(site) => async { count_words(client, site).await },
        None => async { Ok(0) },
    };
    words.await
}
// ANCHOR_END: code

fn main() {}
