//! Read src/lib.rs first: it is the lesson; this only runs it.
//!
//! Five pages at once, of which two will not come. What becomes of the other
//! three?
//!
//! ```sh
//! cargo run -p lesson05
//! ```
//!
//! Look at the results: each stands in its place, as bytes or as a reason. A
//! site that refuses costs nothing, a site that is silent costs its time limit,
//! and neither costs the others anything.

use std::time::Instant;

use lesson_kit::{Site, println};
use lesson05::{SITES, client, fetch_all, reason};

fn main() -> anyhow::Result<()> {
    let lesson =
        lesson_kit::start_on("lesson05", "many pages, some fail", &SITES);
    run(lesson.sites())?;
    lesson.blocking_timeline("five at once");
    Ok(())
}

// ANCHOR: run
#[tokio::main]
async fn run(sites: &[Site]) -> reqwest::Result<()> {
    let start = Instant::now();
    let results = fetch_all(&client()?, sites).await;
    for (site, result) in sites.iter().zip(results) {
        match result {
            Ok(bytes) => println!("{}: {bytes} bytes", site.name),
            Err(error) => {
                println!("Failed to fetch {}: {}", site.name, reason(&error));
            }
        }
    }
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
    Ok(())
}
// ANCHOR_END: run
