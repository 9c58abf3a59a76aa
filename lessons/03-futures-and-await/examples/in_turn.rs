//! Do two awaits in a row overlap? No: an `.await` finishes before the next line
//! runs.
//!
//! ```sh
//! cargo run -p lesson03 --example in_turn
//! ```
//!
//! It adds up the words of the same two pages in three ways. The second way
//! makes both futures before it awaits the first, and that doesn't help, because
//! an async function doesn't run until its future is polled. Only `join!` polls
//! both. Look at the bars, and at the total.

// ANCHOR: use
use std::time::Instant;

use lesson_kit::{Site, println, with_causes};
use lesson03::{SITES, client, count_words};
use reqwest::{Client, Result};
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson03 --example in_turn",
        "one await after another, and joined",
        &SITES,
    );
    let [a, b] = lesson.exact_sites();
    let client = client()?;

    println!("--- wrong: one await after another ---");
    let start = Instant::now();
    print_words(one_after_another(&client, a, b).await, start);
    lesson.timeline("one await after another").await;

    println!("\n--- wrong: two variables, then await ---");
    let start = Instant::now();
    print_words(stored_first(&client, a, b).await, start);
    lesson.timeline("two variables, then await").await;

    println!("\n--- right: joined ---");
    let start = Instant::now();
    print_words(joined(&client, a, b).await, start);
    lesson.timeline("joined").await;
    Ok(())
}

/// Adds up the words of two pages. Version A.
pub async fn one_after_another(
    client: &Client,
    a: &Site,
    b: &Site,
) -> Result<usize> {
    // ANCHOR: one_after_another
    // Version A.
    let words_of_a = count_words(client, a).await?;
    let words_of_b = count_words(client, b).await?;
    Ok(words_of_a + words_of_b)
    // ANCHOR_END: one_after_another
}

/// Adds up the words of two pages. Version B.
pub async fn stored_first(
    client: &Client,
    a: &Site,
    b: &Site,
) -> Result<usize> {
    // ANCHOR: stored_first
    // Version B.
    let words_of_a = count_words(client, a);
    let words_of_b = count_words(client, b);
    Ok(words_of_a.await? + words_of_b.await?)
    // ANCHOR_END: stored_first
}

/// Adds up the words of two pages. Version C.
pub async fn joined(client: &Client, a: &Site, b: &Site) -> Result<usize> {
    // ANCHOR: joined
    // Version C.
    let (words_of_a, words_of_b) =
        tokio::join!(count_words(client, a), count_words(client, b));
    Ok(words_of_a? + words_of_b?)
    // ANCHOR_END: joined
}

fn print_words(words: Result<usize>, start: Instant) {
    match words {
        Ok(words) => println!("{words} words"),
        Err(error) => println!("failed: {}", with_causes(&error)),
    }
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
}
