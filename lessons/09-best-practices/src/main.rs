//! Read src/lib.rs first: it is the lesson; this only runs it.
//!
//! Five rules, each broken and then kept. What does it cost to break one?
//!
//! ```sh
//! cargo run -p lesson09
//! cargo run -p lesson09 -- --rule 2
//! ```
//!
//! Look at the table at the end. None of the broken runs fails or prints a
//! warning.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use lesson_kit::{Lesson, Site, println, with_causes};
use lesson09::{SITES, blocking, client, errors, files, flushing, runtime};
use reqwest::Client;
use tokio::fs;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

// One thread, so that a task which blocks it holds up all the others.
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_in_parts(
        "lesson09",
        "five rules, broken and kept",
        &SITES,
        "rule",
        5,
    );
    // It blocks for a moment, when there's no other task yet.
    let folder = tempfile::tempdir()?;
    let client = client()?;
    let mut scores = Vec::new();
    if lesson.runs(1) {
        scores.push(rule_1(&client, &lesson).await?);
    }
    if lesson.runs(2) {
        scores.push(rule_2(&client, &lesson).await?);
    }
    if lesson.runs(3) {
        scores.push(rule_3(&client, &lesson).await);
    }
    if lesson.runs(4) {
        scores.push(rule_4(folder.path()).await?);
    }
    if lesson.runs(5) {
        scores.push(rule_5(folder.path(), lesson.sites()).await?);
    }

    println!("\n{:<26}{:<18}{:>9}{:>9}", "rule", "measured", "broken", "kept");
    for [rule, measured, broken, kept] in scores {
        println!("{rule:<26}{measured:<18}{broken:>9}{kept:>9}");
    }
    Ok(())
}

/// A rule, what was measured, and the values for the broken and the kept run.
type Score = [String; 4];

fn score(rule: &str, measured: &str, broken: String, kept: String) -> Score {
    [rule.to_owned(), measured.to_owned(), broken, kept]
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

fn count<E>(results: &[Result<usize, E>]) -> String {
    let pages = results.iter().flatten().count();
    format!("{pages} pages and {} failures", results.len() - pages)
}

async fn rule_1(client: &Client, lesson: &Lesson) -> anyhow::Result<Score> {
    println!("--- rule 1: start the runtime properly ---");
    let sites = lesson.sites().to_vec();
    let start = Instant::now();
    // It starts runtimes of its own, and this thread already runs one.
    let pages = spawn_blocking(move || runtime::broken(&sites)).await??;
    let broken = start.elapsed();
    println!("broken: {} in {}", count(&pages), seconds(broken));
    lesson.timeline("a runtime for each").await;

    let start = Instant::now();
    let pages = runtime::kept(client, lesson.sites()).await;
    let kept = start.elapsed();
    println!("\nkept: {} in {}", count(&pages), seconds(kept));
    lesson.timeline("one runtime for all").await;
    Ok(score(
        "1 start the runtime once",
        "time",
        seconds(broken),
        seconds(kept),
    ))
}

async fn rule_2(client: &Client, lesson: &Lesson) -> anyhow::Result<Score> {
    println!("\n--- rule 2: do not block ---");
    let sites = lesson.sites();
    let work = blocking::broken(client, sites, blocking::old_driver);
    let (pages, _, broken) = with_heartbeat(work).await?;
    let broken = seconds(broken);
    println!("broken: {}, longest gap {broken}", count(&pages));
    lesson.summary("the driver in a future").await;

    let work = blocking::kept(client, sites, blocking::old_driver);
    let (pages, _, kept) = with_heartbeat(work).await?;
    let kept = seconds(kept);
    println!("kept: {}, longest gap {kept}", count(&pages));
    lesson.summary("the driver in the pool").await;
    Ok(score("2 do not block", "longest gap", broken, kept))
}

/// Awaits `work` while a heartbeat runs beside it. Returns the output, how many
/// turns the heartbeat had, and its longest gap.
async fn with_heartbeat<T>(
    work: impl Future<Output = T>,
) -> anyhow::Result<(T, usize, Duration)> {
    let stop = CancellationToken::new();
    let heartbeat = blocking::heartbeat(stop.clone());
    let output = work.await;
    stop.cancel();
    let (turns, longest_gap) = heartbeat.await?;
    Ok((output, turns, longest_gap))
}

async fn rule_3(client: &Client, lesson: &Lesson) -> Score {
    println!("\n--- rule 3: handle errors ---");
    let sites = lesson.sites();
    let pages = errors::broken(client, sites).await;
    let bytes: usize = pages.iter().sum();
    println!("broken: {} pages, {bytes} bytes", pages.len());
    lesson.summary("only the pages").await;

    let results = errors::kept(client, sites).await;
    let pages = results.iter().flatten().count();
    let bytes: usize = results.iter().flatten().sum();
    println!("kept: {pages} pages, {bytes} bytes");
    let mut failures = 0;
    for (site, result) in sites.iter().zip(results) {
        if let Err(error) = result {
            let error = with_causes(&error.without_url());
            println!("{}: failed: {error}", site.name);
            failures += 1;
        }
    }
    lesson.summary("a result for each").await;
    score(
        "3 handle errors",
        "failures reported",
        0.to_string(),
        failures.to_string(),
    )
}

async fn rule_4(folder: &Path) -> anyhow::Result<Score> {
    println!("\n--- rule 4: use async libraries ---");
    println!("{} lines into a file, one by one:", files::LINES);
    let file = folder.join("lines.txt");
    let broken = timed("std::fs", files::broken(&file)).await?;
    let kept = timed("tokio::fs", files::kept(&file)).await?;
    timed("BufWriter", files::buffered(&file)).await?;
    timed("spawn_blocking", files::in_the_pool(&file)).await?;
    // It starts a runtime of its own, and this thread already runs one.
    let metadata = move || files::behind_the_driver(&file);
    let waited = spawn_blocking(metadata).await??;
    println!("tokio::fs when the pool is busy: {}", seconds(waited));
    Ok(score("4 use async libraries", "turns", broken, kept))
}

/// Prints how long this way to write a file takes, and whether another task gets
/// a turn during that time.
async fn timed(
    way: &str,
    work: impl Future<Output = io::Result<()>>,
) -> anyhow::Result<String> {
    let start = Instant::now();
    let (result, turns, _) = with_heartbeat(work).await?;
    result?;
    let milliseconds = start.elapsed().as_millis();
    let turns = if turns == 0 { "none" } else { "some" };
    println!("{way:<15}{milliseconds:>6} ms, turns of other tasks: {turns}");
    Ok(turns.to_owned())
}

async fn rule_5(folder: &Path, sites: &[Site]) -> io::Result<Score> {
    println!("\n--- rule 5: close what you open ---");
    let lines: Vec<_> =
        sites.iter().map(|site| format!("{}\n", site.name)).collect();
    let file = folder.join("report.txt");
    flushing::broken(&file, &lines).await?;
    let broken = fs::metadata(&file).await?.len();
    println!("broken: the report has {broken} bytes");
    flushing::kept(&file, &lines).await?;
    let kept = fs::metadata(&file).await?.len();
    println!("kept: the report has {kept} bytes");
    Ok(score(
        "5 close what you open",
        "bytes written",
        broken.to_string(),
        kept.to_string(),
    ))
}
