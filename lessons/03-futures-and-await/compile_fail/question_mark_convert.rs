//! `?` on an error that is not the function's. The compiler refuses it. Use
//! `map_err`, or an error type that takes both, such as `anyhow::Error`.
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example question_mark_convert
//! ```

// ANCHOR: code
use reqwest::{Client, Result};

async fn number(client: &Client, url: &str) -> Result<u32> {
    let text = client.get(url).send().await?.text().await?;
    let number = text.parse::<u32>()?;
    Ok(number)
}
// ANCHOR_END: code

fn main() {}
