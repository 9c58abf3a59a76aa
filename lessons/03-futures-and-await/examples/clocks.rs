//! Does a future do anything before it's polled? The body of an `async fn` or an
//! `async` block doesn't. But some functions start a clock when you *call* them,
//! and a task runs whether or not anything polls its handle.
//!
//! ```sh
//! cargo run -p lesson03 --example clocks
//! ```
//!
//! Each future here is made, and awaited a second later. Look at how long each
//! `.await` takes, and at what the server saw: the request whose timeout expired
//! before its first poll was never sent.

// ANCHOR: use
use std::error::Error;
use std::future::pending;
use std::time::Duration;

use lesson_kit::{println, with_causes};
use lesson03::{client, fetch_content};
use tokio::time::{Instant, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);
const HALF: Duration = Duration::from_millis(500);
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson03 --example clocks",
        "what runs before a future is polled",
    );
    let [a, b, c] = lesson.exact_sites();
    let client = client()?;

    println!("{:<34}{:>15}", "awaited a second after the call", "await took");
    // ANCHOR: sleeps
    let ((), took) = await_late(sleep(SECOND)).await;
    print_row("sleep(1 s)", took, "");

    let ((), took) = await_late(async { sleep(SECOND).await }).await;
    print_row("async { sleep(1 s).await }", took, "");
    // ANCHOR_END: sleeps

    // ANCHOR: others
    let (result, took) = await_late(timeout(HALF, pending::<()>())).await;
    print_row("timeout(0.5 s, …)", took, &outcome(result));

    let request = client.get(&a.url).timeout(HALF).send();
    let (result, took) = await_late(request).await;
    let result = result.map_err(reqwest::Error::without_url);
    print_row("send() with a timeout of 0.5 s", took, &outcome(result));

    let (result, took) = await_late(fetch_content(&client, b)).await;
    print_row("an async fn that fetches", took, &outcome(result));

    let task_client = client.clone();
    let site = c.clone();
    let task = async move { fetch_content(&task_client, &site).await };
    let (result, took) = await_late(tokio::spawn(task)).await;
    print_row("the JoinHandle of a task", took, &outcome(result?));
    // ANCHOR_END: others

    lesson.timeline("what the server saw").await;
    Ok(())
}

// ANCHOR: await_late
/// Awaits a future a second after it was made. Returns its output, and how long
/// the `.await` took.
pub async fn await_late<T>(future: impl Future<Output = T>) -> (T, Duration) {
    sleep(SECOND).await;
    let start = Instant::now();
    let output = future.await;
    (output, start.elapsed())
}
// ANCHOR_END: await_late

fn outcome<T>(result: Result<T, impl Error>) -> String {
    match result {
        Ok(_) => "Ok".to_owned(),
        Err(error) => with_causes(&error),
    }
}

fn print_row(what: &str, took: Duration, outcome: &str) {
    let line = format!("{what:<34}{:>13.2} s  {outcome}", took.as_secs_f64());
    println!("{}", line.trim_end());
}
