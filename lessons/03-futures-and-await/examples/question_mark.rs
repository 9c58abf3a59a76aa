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

use lesson_kit::{Site, println, with_causes};
use lesson03::{client, count_words};

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
    match until_the_first_error(&client, &sites).await {
        Ok(words) => println!("words: {words:?}"),
        Err(error) => println!("failed: {}", with_causes(&error.without_url())),
    }
    lesson.timeline("? in the loop").await;

    println!("\n--- each result kept ---");
    for result in each(&client, &sites).await {
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

// ANCHOR: until_the_first_error
/// Version A.
pub async fn until_the_first_error(
    client: &reqwest::Client,
    sites: &[Site],
) -> reqwest::Result<Vec<usize>> {
    let mut words = Vec::new();
    for site in sites {
        words.push(count_words(client, site).await?);
    }
    Ok(words)
}
// ANCHOR_END: until_the_first_error

// ANCHOR: each
/// Version B.
pub async fn each(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<reqwest::Result<usize>> {
    let mut results = Vec::new();
    for site in sites {
        results.push(count_words(client, site).await);
    }
    results
}
// ANCHOR_END: each
