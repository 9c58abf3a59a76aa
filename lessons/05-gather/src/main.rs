//! Read src/lib.rs first: it is the lesson, and this program only runs it.
//!
//! Five pages at the same time, and two of them won't come. What happens to the
//! other three?
//!
//! ```sh
//! cargo run -p lesson05
//! ```
//!
//! Look at the results: each site has its line, with its bytes or its error. A
//! site that refuses the connection costs no time, a site that never answers
//! costs its timeout, and neither one harms the other pages.

// ANCHOR: use
use std::time::Instant;

use lesson_kit::{println, with_causes};
use lesson05::{SITES, client, fetch_all};
// ANCHOR_END: use

// ANCHOR: main
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on("lesson05", "some pages fail", &SITES);
    let start = Instant::now();
    let results = fetch_all(&client()?, lesson.sites()).await;
    for (site, result) in lesson.sites().iter().zip(results) {
        match result {
            Ok(bytes) => println!("{}: {bytes} bytes", site.name),
            Err(error) => {
                let error = with_causes(&error.without_url());
                println!("Failed to fetch {}: {error}", site.name);
            }
        }
    }
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
    lesson.timeline("five at once").await;
    Ok(())
}
// ANCHOR_END: main
