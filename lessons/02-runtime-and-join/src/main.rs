//! Read src/lib.rs first: it is the lesson; this only runs it.
//!
//! Who runs a future? Not the call that made it. `#[tokio::main]` makes a
//! runtime and gives it one future, the body of the function below; everything
//! else runs inside that one. In Python it is `asyncio.run(main())`.
//!
//! ```sh
//! cargo run -p lesson02
//! ```
//!
//! Look at the order: the pages arrive as their sites answer, and the results
//! stand in the order in which they were asked for.

use std::time::Instant;

use lesson_kit::{Site, println};
use lesson02::{client, fetch_all};

fn main() -> anyhow::Result<()> {
    let lesson =
        lesson_kit::start("lesson02", "the runtime, and many futures in one");
    fetch_and_report(lesson.sites())?;
    lesson.blocking_timeline("join_all");
    Ok(())
}

// ANCHOR: main
// Most programs have this on `main`; it makes an ordinary function of any
// `async fn`: one that builds a runtime and blocks on the body.
#[tokio::main]
async fn fetch_and_report(sites: &[Site]) -> reqwest::Result<()> {
    let start = Instant::now();
    let pages = fetch_all(&client()?, sites).await;
    for (site, page) in sites.iter().zip(pages) {
        match page {
            Ok(bytes) => println!("{}: {bytes} bytes", site.name),
            Err(error) => println!("{}: failed: {error}", site.name),
        }
    }
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
    Ok(())
}
// ANCHOR_END: main
