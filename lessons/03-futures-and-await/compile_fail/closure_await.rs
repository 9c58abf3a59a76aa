//! `.await` in an ordinary closure. The compiler refuses it, because only an
//! `async fn` or an `async` block can stop at an `.await`. Return the futures
//! from the closure, and join them.
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example closure_await
//! ```

// ANCHOR: use
use lesson_kit::Site;
use lesson03::count_words;
use reqwest::{Client, Result};
// ANCHOR_END: use

// ANCHOR: code
async fn count_all(client: &Client, sites: &[Site]) -> Vec<Result<usize>> {
    sites.iter().map(|site| count_words(client, site).await).collect()
}
// ANCHOR_END: code

fn main() {}
