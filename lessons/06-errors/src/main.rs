//! Read src/lib.rs first: it is the lesson; this only runs it.
//!
//! A page did not come. What happened, to whose page, and what was it in the
//! end? One of the tutorial's three fetches only pretends to fail; four other
//! sites really do.
//!
//! ```sh
//! cargo run -p lesson06
//! ```
//!
//! Look at how much the first words of an error say, and how much the last.

use lesson_kit::{Site, println};
use lesson06::{SITES, client, fetch_all, with_causes};

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on("lesson06", "errors", &SITES);
    run(lesson.sites())?;
    lesson.blocking_timeline("seven pages");
    Ok(())
}

// ANCHOR: run
#[tokio::main]
async fn run(sites: &[Site]) -> reqwest::Result<()> {
    let results = fetch_all(&client()?, sites, "python.org").await;
    for (site, result) in sites.iter().zip(results) {
        match result {
            Ok(bytes) => println!("{}: {bytes} bytes", site.name),
            Err(error) => println!("Error: {}", with_causes(&error)),
        }
    }
    Ok(())
}
// ANCHOR_END: run
