//! Do two awaits in a row overlap? No: an `.await` waits before the next line
//! runs.
//!
//! ```sh
//! cargo run -p lesson03 --example in_turn
//! ```
//!
//! Three times the same two pages. The second run makes both futures first, and
//! it does not help: a future that is made is not yet polled. Look at the bars,
//! and at the total.

use std::process;
use std::time::Instant;

use lesson_kit::{Site, println};
use lesson03::{SITES, client, count_words};
use tokio::runtime::Runtime;

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson03 --example in_turn",
        "one await after another, and joined",
        &SITES,
    );
    let [a, b, ..] = lesson.sites() else {
        eprintln!("in_turn: it takes two sites; give it two URLs, or none");
        process::exit(2);
    };
    let client = client()?;
    let runtime = Runtime::new()?;

    println!("--- wrong: one await after another ---");
    let start = Instant::now();
    let words = runtime.block_on(one_after_another(&client, a, b));
    tell(words, start);
    lesson.blocking_timeline("one await after another");

    println!("\n--- wrong: made first, then awaited ---");
    let start = Instant::now();
    let words = runtime.block_on(made_first(&client, a, b));
    tell(words, start);
    lesson.blocking_timeline("made first, then awaited");

    println!("\n--- right: joined ---");
    let start = Instant::now();
    let words = runtime.block_on(joined(&client, a, b));
    tell(words, start);
    lesson.blocking_timeline("joined");
    Ok(())
}

// ANCHOR: one_after_another
/// Wrong, if the second fetch does not need what the first one found.
pub async fn one_after_another(
    client: &reqwest::Client,
    a: &Site,
    b: &Site,
) -> reqwest::Result<usize> {
    let in_a = count_words(client, a).await?;
    let in_b = count_words(client, b).await?;
    Ok(in_a + in_b)
}
// ANCHOR_END: one_after_another

// ANCHOR: made_first
/// Wrong too: `of_b` is made early, and polled late.
pub async fn made_first(
    client: &reqwest::Client,
    a: &Site,
    b: &Site,
) -> reqwest::Result<usize> {
    let of_a = count_words(client, a);
    let of_b = count_words(client, b);
    Ok(of_a.await? + of_b.await?)
}
// ANCHOR_END: made_first

// ANCHOR: joined
/// Right: both are polled, in turn, until both are ready.
pub async fn joined(
    client: &reqwest::Client,
    a: &Site,
    b: &Site,
) -> reqwest::Result<usize> {
    let (in_a, in_b) =
        tokio::join!(count_words(client, a), count_words(client, b));
    Ok(in_a? + in_b?)
}
// ANCHOR_END: joined

fn tell(words: reqwest::Result<usize>, start: Instant) {
    match words {
        Ok(words) => println!("{words} words"),
        Err(error) => println!("failed: {error}"),
    }
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
}
