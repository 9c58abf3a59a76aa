//! Where does an error go when futures await futures? To the function that
//! awaits, as a value; `?` passes it on to the next.
//!
//! ```sh
//! cargo run -p lesson03 --example question_mark
//! ```
//!
//! The second of three pages doesn't exist. `?` in a loop ends the loop, so the
//! third is never fetched. A loop that keeps each result continues. Look at what
//! the server saw, and at which lines are missing.

// ANCHOR: use
use lesson_kit::{Site, println, with_causes};
use lesson03::{client, count_words};
use reqwest::{Client, Result};
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson03 --example question_mark",
        "an error in a chain of awaits",
    );
    let mut sites: [Site; 3] = lesson.exact_sites().clone();
    sites[1].url = format!("{}/missing", sites[1].url.trim_end_matches('/'));
    let client = client()?;

    println!("--- ? in the loop ---");
    match all_of(&client, &sites).await {
        Ok(words) => println!("words: {words:?}"),
        Err(error) => println!("failed: {}", with_causes(&error.without_url())),
    }
    lesson.timeline("? in the loop").await;

    println!("\n--- each result kept ---");
    for result in each_of(&client, &sites).await {
        match result {
            Ok(words) => println!("words: {words}"),
            Err(error) => {
                println!("failed: {}", with_causes(&error.without_url()));
            }
        }
    }
    lesson.timeline("each result kept").await;
    Ok(())
}

/// The words of all pages, or the first error.
// ANCHOR: all_of
pub async fn all_of(client: &Client, sites: &[Site]) -> Result<Vec<usize>> {
    let mut words = Vec::new();
    for site in sites {
        words.push(count_words(client, site).await?);
    }
    Ok(words)
}
// ANCHOR_END: all_of

/// A result for each page.
// ANCHOR: each_of
pub async fn each_of(client: &Client, sites: &[Site]) -> Vec<Result<usize>> {
    let mut words = Vec::new();
    for site in sites {
        words.push(count_words(client, site).await);
    }
    words
}
// ANCHOR_END: each_of
