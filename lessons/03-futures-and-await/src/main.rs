//! Read src/lib.rs first: it is the lesson; this only runs it.
//!
//! What happens at an `.await`? The function stops there until the other future
//! is ready, and goes on with its result. In Python it is the same word.
//!
//! ```sh
//! cargo run -p lesson03
//! ```
//!
//! Look at the order of the lines: a page is processed as soon as it is there,
//! and not when all are.

use lesson_kit::{Site, println};
use lesson03::{SITES, client, count_all};

fn main() -> anyhow::Result<()> {
    let lesson =
        lesson_kit::start_on("lesson03", "futures that await futures", &SITES);
    count_and_report(lesson.sites())?;
    lesson.blocking_timeline("two chains, joined");
    Ok(())
}

#[tokio::main]
async fn count_and_report(sites: &[Site]) -> reqwest::Result<()> {
    let counted = count_all(&client()?, sites).await;
    for (site, words) in sites.iter().zip(counted) {
        match words {
            Ok(words) => println!("{}: {words} words", site.name),
            Err(error) => println!("{}: failed: {error}", site.name),
        }
    }
    Ok(())
}
