//! Do the branches of `join!` run in parallel? No: they share one task. While
//! one of them blocks the thread, the others wait, however many threads the
//! runtime has.
//!
//! ```sh
//! cargo run -p lesson02 --example one_task
//! ```
//!
//! Each branch fetches its site twice and pauses in between, to be polite. The
//! wrong run pauses with the standard library's sleep, which blocks the thread.
//! The right run uses Tokio's, which is a future. Look at when the second
//! requests are sent: one by one like a staircase, or each 0.4 s after its own
//! first page. The runtime has a worker thread for each core, and they don't
//! help.

#![expect(clippy::disallowed_methods, reason = "the mistake blocks its thread")]

// ANCHOR: use
use std::thread;
use std::time::Duration;

use lesson_kit::{Site, println, with_causes};
use lesson02::{client, fetch_page};
// ANCHOR_END: use

/// How long a branch pauses between its two requests.
const PAUSE: Duration = Duration::from_millis(400);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson02 --example one_task",
        "the branches of join! share one task",
    );
    let [a, b, c] = lesson.exact_sites();
    let client = client()?;

    println!("--- wrong: the standard library's sleep ---");
    let visits = tokio::join!(
        visit(&client, a, pause_with_std()),
        visit(&client, b, pause_with_std()),
        visit(&client, c, pause_with_std()),
    );
    print_failures(visits);
    lesson.timeline("the standard library's sleep").await;

    println!("\n--- right: Tokio's sleep ---");
    let visits = tokio::join!(
        visit(&client, a, pause_with_tokio()),
        visit(&client, b, pause_with_tokio()),
        visit(&client, c, pause_with_tokio()),
    );
    print_failures(visits);
    lesson.timeline("Tokio's sleep").await;
    Ok(())
}

/// Fetches a site twice and awaits `pause` in between.
// ANCHOR: visit
async fn visit(
    client: &reqwest::Client,
    site: &Site,
    pause: impl Future<Output = ()>,
) -> reqwest::Result<usize> {
    fetch_page(client, site).await?;
    pause.await;
    fetch_page(client, site).await
}

/// Wrong.
pub async fn pause_with_std() {
    thread::sleep(PAUSE);
}
// ANCHOR_END: visit

/// Right.
pub async fn pause_with_tokio() {
    tokio::time::sleep(PAUSE).await;
}

type Visit = reqwest::Result<usize>;

fn print_failures((a, b, c): (Visit, Visit, Visit)) {
    for error in [a, b, c].into_iter().filter_map(Result::err) {
        println!("failed: {}", with_causes(&error));
    }
}
