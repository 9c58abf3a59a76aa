//! Where does an error go when futures await futures? To whoever awaits, as a
//! value; `?` hands it on.
//!
//! ```sh
//! cargo run -p lesson03 --example question_mark
//! ```
//!
//! The second of three pages does not exist. `?` in a loop ends the loop, so
//! the third is never asked for; a loop that keeps each result goes on. Look at
//! what the server saw, and at which lines are missing.

use std::process;

use lesson_kit::{Site, println};
use lesson03::{client, count_words};
use tokio::runtime::Runtime;

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson03 --example question_mark",
        "an error in a chain of awaits",
    );
    let mut sites = lesson.sites().to_vec();
    let Some(second) = sites.get_mut(1) else {
        eprintln!(
            "question_mark: it takes two sites; give it two URLs, or none"
        );
        process::exit(2);
    };
    second.url = format!("{}/missing", second.url.trim_end_matches('/'));
    let client = client()?;
    let runtime = Runtime::new()?;

    println!("--- ? in the loop ---");
    match runtime.block_on(until_the_first_error(&client, &sites)) {
        Ok(words) => println!("words: {words:?}"),
        Err(error) => println!("failed: {}", error.without_url()),
    }
    lesson.blocking_timeline("? in the loop");

    println!("\n--- each result kept ---");
    for result in runtime.block_on(each(&client, &sites)) {
        match result {
            Ok(words) => println!("words: {words}"),
            Err(error) => println!("failed: {}", error.without_url()),
        }
    }
    lesson.blocking_timeline("each result kept");
    Ok(())
}

// ANCHOR: until_the_first_error
/// One result for all: every count, or the first error.
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
/// A result for each.
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
