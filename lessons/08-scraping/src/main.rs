//! Read src/lib.rs first: it's the lesson, and this file only runs it.
//!
//! The titles of three sites, fetched concurrently. What can go wrong with a
//! page that has arrived?
//!
//! ```sh
//! cargo run -p lesson08
//! ```
//!
//! Look at how short this is, and then break a page:
//! `cargo run -p lesson08 -- --fault 'python.org=title?as=escape'`

use lesson_kit::{println, with_causes};
use lesson08::{client, fetch_all, harmless};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start("lesson08", "titles of pages");
    let titles = fetch_all(&client()?, lesson.sites()).await;
    for (site, title) in lesson.sites().iter().zip(titles) {
        let name = &site.name;
        match title {
            Ok(Some(title)) => println!("{name}: {title}"),
            Ok(None) => println!("{name}: No title"),
            Err(error) => {
                let error = harmless(&with_causes(&error));
                println!("Failed to fetch {name}: {error}");
            }
        }
    }
    lesson.timeline("three titles").await;
    Ok(())
}
