//! Read src/lib.rs first: it is the lesson; this only runs it.
//!
//! Some pages can't be fetched. Which ones, and why? One of the tutorial's three fetches only pretends to fail; four
//! other sites really do.
//!
//! ```sh
//! cargo run -p lesson06
//! ```
//!
//! Look at how much the first words of an error say, and how much the last ones.

use anyhow::anyhow;
use futures::future::join_all;
use lesson_kit::{Site, println};
use lesson06::{SITES, client, fetch_page, with_causes};

// ANCHOR: main
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on("lesson06", "errors", &SITES);
    let client = client()?;
    let fetches = lesson.sites().iter().map(|site| async {
        match site.name.as_str() {
            "python.org" => simulated_error(site).await,
            _ => Ok(fetch_page(&client, site).await?),
        }
    });
    for (site, page) in lesson.sites().iter().zip(join_all(fetches).await) {
        match page {
            Ok(bytes) => println!("{}: {bytes} bytes", site.name),
            Err(error) => println!("Error: {}", with_causes(&*error)),
        }
    }
    lesson.timeline("seven pages").await;
    Ok(())
}

/// The tutorial's simulated error. It sends no request.
async fn simulated_error(site: &Site) -> anyhow::Result<usize> {
    println!("Fetching {}", site.name);
    let error = anyhow!("simulated error");
    Err(error.context(format!("cannot fetch {}", site.name)))
}
// ANCHOR_END: main
