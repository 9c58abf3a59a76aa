//! Read src/lib.rs first: it is the lesson; this only runs it.
//!
//! The titles of three sites, all at once. What can go wrong with a page that
//! has come?
//!
//! ```sh
//! cargo run -p lesson08
//! ```
//!
//! Look at how short this is, and then break a page:
//! `cargo run -p lesson08 -- --fault 'python.org=title?as=escape'`

use lesson_kit::{Site, println};
use lesson08::{client, fetch_all, harmless};

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start("lesson08", "titles of pages");
    run(lesson.sites())?;
    lesson.blocking_timeline("three titles");
    Ok(())
}

// ANCHOR: run
#[tokio::main]
async fn run(sites: &[Site]) -> reqwest::Result<()> {
    let titles = fetch_all(&client()?, sites).await;
    for (Site { name, .. }, title) in sites.iter().zip(titles) {
        match title {
            Ok(Some(title)) => println!("{name}: {title}"),
            Ok(None) => println!("{name}: No title"),
            Err(error) => {
                let error = format!("{:#}", anyhow::Error::from(error));
                println!("Failed to fetch {name}: {}", harmless(&error));
            }
        }
    }
    Ok(())
}
// ANCHOR_END: run
