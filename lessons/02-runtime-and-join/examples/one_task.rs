//! Does `join!` run its branches beside each other? No: they share one task.
//! Where one keeps the thread, the others wait, however many threads the
//! runtime has.
//!
//! ```sh
//! cargo run -p lesson02 --example one_task
//! ```
//!
//! Each branch asks its site twice and pauses in between, out of politeness.
//! The wrong run pauses with the standard library's sleep, the right run with
//! Tokio's. Look at when the second requests leave: a staircase, and each
//! 0.4 s after its own first page. The runtime has a worker thread for each core, and they do not
//! help.

use std::process;
use std::thread;
use std::time::Duration;

use lesson_kit::{Site, println};
use lesson02::{client, fetch_page};
use tokio::runtime::Runtime;

/// How long a branch pauses between its two requests.
const PAUSE: Duration = Duration::from_millis(400);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson02 --example one_task",
        "the branches of join! share one task",
    );
    let [a, b, c] = lesson.sites() else {
        eprintln!(
            "one_task: it takes three sites; give it three URLs, or none"
        );
        process::exit(2);
    };
    let client = client()?;
    let runtime = Runtime::new()?;

    println!("--- wrong: a pause that keeps the thread ---");
    // ANCHOR: wrong
    runtime.block_on(async {
        let visits = tokio::join!(
            visit(&client, a, keep_the_thread()),
            visit(&client, b, keep_the_thread()),
            visit(&client, c, keep_the_thread()),
        );
        report(visits);
    });
    // ANCHOR_END: wrong
    lesson.blocking_timeline("a pause that keeps the thread");

    println!("\n--- right: a pause that gives it back ---");
    // ANCHOR: right
    runtime.block_on(async {
        let visits = tokio::join!(
            visit(&client, a, give_it_back()),
            visit(&client, b, give_it_back()),
            visit(&client, c, give_it_back()),
        );
        report(visits);
    });
    // ANCHOR_END: right
    lesson.blocking_timeline("a pause that gives it back");
    Ok(())
}

// ANCHOR: visit
/// Asks a site twice, and pauses in between. `pause` is a future: it begins
/// where it is awaited.
async fn visit(
    client: &reqwest::Client,
    site: &Site,
    pause: impl Future<Output = ()>,
) -> reqwest::Result<()> {
    fetch_page(client, site).await?;
    pause.await;
    fetch_page(client, site).await?;
    Ok(())
}

/// Wrong: there is no `.await` in it, so the thread sleeps.
pub async fn keep_the_thread() {
    #[expect(clippy::disallowed_methods, reason = "this is the mistake")]
    thread::sleep(PAUSE);
}

/// Right: at this `.await` the thread is free for another branch.
pub async fn give_it_back() {
    tokio::time::sleep(PAUSE).await;
}
// ANCHOR_END: visit

type Visit = reqwest::Result<()>;

fn report((a, b, c): (Visit, Visit, Visit)) {
    for error in [a, b, c].into_iter().filter_map(Result::err) {
        println!("failed: {error}");
    }
}
