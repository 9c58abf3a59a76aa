//! Read src/lib.rs first: it's the lesson. This program only runs it.
//!
//! Who runs a future? Not the call that made it. `#[tokio::main]` builds a
//! runtime and gives it one future, the body of `main`. Everything else runs
//! inside that one. In Python it's `asyncio.run(main())`.
//!
//! ```sh
//! cargo run -p lesson02
//! ```
//!
//! Look at the order: the pages arrive as their sites answer, but the results
//! come in the order of the sites.

// ANCHOR: use
use std::time::Instant;

use lesson_kit::{Site, println, with_causes};
use lesson02::{client, fetch_all};
// ANCHOR_END: use

// ANCHOR: main
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson =
        lesson_kit::start("lesson02", "the runtime, and many futures in one");
    let sites = lesson.sites();
    let start = Instant::now();
    let pages = fetch_all(&client()?, sites).await;
    print_pages(sites, pages);
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
    lesson.timeline("join_all").await;
    Ok(())
}
// ANCHOR_END: main

fn print_pages(sites: &[Site], pages: Vec<reqwest::Result<usize>>) {
    for (site, page) in sites.iter().zip(pages) {
        match page {
            Ok(bytes) => println!("{}: {bytes} bytes", site.name),
            Err(error) => {
                println!("{}: failed: {}", site.name, with_causes(&error));
            }
        }
    }
}
