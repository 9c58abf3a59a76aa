//! Read src/lib.rs first: it's the lesson. This program only runs it.
//!
//! What happens at an `.await`? The function stops there until the other future
//! is ready, and continues with its result. In Python it's the same word.
//!
//! ```sh
//! cargo run -p lesson03
//! ```
//!
//! Look at the order of the lines: each page is processed as soon as it has
//! arrived, without waiting for the other.

use lesson_kit::{println, with_causes};
use lesson03::{SITES, client, count_all};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson =
        lesson_kit::start_on("lesson03", "futures that await futures", &SITES);
    let sites = lesson.sites();
    let counts = count_all(&client()?, sites).await;
    for (site, words) in sites.iter().zip(counts) {
        match words {
            Ok(words) => println!("{}: {words} words", site.name),
            Err(error) => {
                println!("{}: failed: {}", site.name, with_causes(&error));
            }
        }
    }
    lesson.timeline("two chains, joined").await;
    Ok(())
}
