//! Read src/lib.rs first: it is the lesson; this only runs it.
//!
//! Five rules, each broken and then kept. What does it cost to break one?
//!
//! ```sh
//! cargo run -p lesson09
//! ```
//!
//! Look at the table at the end, and at what the broken runs say of themselves:
//! nothing. None of them fails.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use lesson_kit::{Lesson, Site, println};
use lesson09::{SITES, blocking, client, closing, errors, files, starting};
use reqwest::Client;
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

fn main() -> anyhow::Result<()> {
    let lesson =
        lesson_kit::start_on("lesson09", "five rules, broken and kept", &SITES);
    // Rule 1 is about runtimes. For the others there is one, with one thread.
    let mut score = vec![rule_1(&lesson)?];
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (client, folder) = (client()?, tempfile::tempdir()?);
    score.push(rule_2(&runtime, &client, &lesson)?);
    score.push(rule_3(&runtime, &client, &lesson));
    score.push(rule_4(&runtime, folder.path())?);
    score.push(rule_5(&runtime, folder.path(), lesson.sites())?);

    println!("\n{:<26}{:<16}{:>9}{:>9}", "rule", "seen", "broken", "kept");
    for [rule, seen, broken, kept] in score {
        println!("{rule:<26}{seen:<16}{broken:>9}{kept:>9}");
    }
    Ok(())
}

/// A rule, what was seen, when it was broken, and when it was kept.
type Score = [String; 4];

fn score(rule: &str, seen: &str, broken: String, kept: String) -> Score {
    [rule.to_owned(), seen.to_owned(), broken, kept]
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

fn rule_1(lesson: &Lesson) -> anyhow::Result<Score> {
    println!("--- rule 1: start the runtime properly ---");
    let start = Instant::now();
    let pages = starting::broken(lesson.sites())?;
    let broken = start.elapsed();
    println!("broken: {pages} pages in {}", seconds(broken));
    lesson.blocking_timeline("a runtime for each");

    let start = Instant::now();
    let pages = starting::kept(lesson.sites())?;
    let kept = start.elapsed();
    println!("\nkept: {pages} pages in {}", seconds(kept));
    lesson.blocking_timeline("one runtime for all");
    Ok(score(
        "1 start the runtime once",
        "time",
        seconds(broken),
        seconds(kept),
    ))
}

fn rule_2(
    runtime: &Runtime,
    client: &Client,
    lesson: &Lesson,
) -> anyhow::Result<Score> {
    println!("\n--- rule 2: do not block ---");
    let sites = lesson.sites();
    let work = blocking::broken(client, sites, blocking::old_driver);
    let (results, _, broken) = runtime.block_on(beside(work))?;
    let pages = results.iter().flatten().count();
    let worst = seconds(broken);
    println!("broken: {pages} pages; the heart waited {worst} at the worst");
    lesson.blocking_summary("the driver in a future");

    let work = blocking::kept(client, sites, blocking::old_driver);
    let (results, _, kept) = runtime.block_on(beside(work))?;
    let pages = results.iter().flatten().count();
    let worst = seconds(kept);
    println!("kept: {pages} pages; the heart waited {worst} at the worst");
    lesson.blocking_summary("the driver in the pool");
    Ok(score("2 do not block", "worst gap", seconds(broken), seconds(kept)))
}

/// What comes of `work`, how many turns another task has while it goes on, and
/// how long that one waits for a turn at the worst.
async fn beside<T>(
    work: impl Future<Output = T>,
) -> anyhow::Result<(T, usize, Duration)> {
    let stop = CancellationToken::new();
    let heart = blocking::heart(stop.clone());
    let result = work.await;
    stop.cancel();
    let (turns, worst) = heart.await?;
    Ok((result, turns, worst))
}

fn rule_3(runtime: &Runtime, client: &Client, lesson: &Lesson) -> Score {
    println!("\n--- rule 3: handle errors ---");
    let sites = lesson.sites();
    let pages = runtime.block_on(errors::broken(client, sites));
    let bytes: usize = pages.iter().sum();
    println!("broken: {} pages, {bytes} bytes", pages.len());
    lesson.blocking_summary("whoever has a page");

    let results = runtime.block_on(errors::kept(client, sites));
    let pages: Vec<_> = results.iter().flatten().collect();
    let bytes: usize = pages.iter().copied().sum();
    println!("kept: {} pages, {bytes} bytes", pages.len());
    for (site, result) in sites.iter().zip(&results) {
        if let Err(error) = result {
            println!("{}: {}", site.name, errors::reason(error));
        }
    }
    lesson.blocking_summary("a result for each");
    let told = results.len() - pages.len();
    score("3 handle errors", "failures told", 0.to_string(), told.to_string())
}

fn rule_4(runtime: &Runtime, folder: &Path) -> anyhow::Result<Score> {
    println!("\n--- rule 4: use async libraries ---");
    println!("{} lines into a file, one by one:", files::LINES);
    let file = folder.join("lines.txt");
    let broken = written("std::fs", runtime, files::broken(&file))?;
    let kept = written("tokio::fs", runtime, files::kept(&file))?;
    written("BufWriter", runtime, files::buffered(&file))?;
    written("spawn_blocking", runtime, files::at_once(&file))?;
    let waited = files::behind_the_driver(&file)?;
    println!("tokio::fs with the pool busy: {}", seconds(waited));
    Ok(score("4 use async libraries", "heart's turns", broken, kept))
}

/// Prints how long it takes to write a file in this way, and whether another
/// task has a turn meanwhile.
fn written(
    way: &str,
    runtime: &Runtime,
    work: impl Future<Output = io::Result<()>>,
) -> anyhow::Result<String> {
    let start = Instant::now();
    let (result, turns, _) = runtime.block_on(beside(work))?;
    result?;
    let milliseconds = start.elapsed().as_millis();
    let turns = if turns == 0 { "none" } else { "some" };
    println!("{way:<15}{milliseconds:>6} ms, turns of the heart: {turns}");
    Ok(turns.to_owned())
}

fn rule_5(
    runtime: &Runtime,
    folder: &Path,
    sites: &[Site],
) -> io::Result<Score> {
    println!("\n--- rule 5: close what you open ---");
    let lines: Vec<_> =
        sites.iter().map(|site| format!("{}\n", site.name)).collect();
    let file = folder.join("report.txt");
    runtime.block_on(closing::broken(&file, &lines))?;
    let broken = fs::metadata(&file)?.len();
    println!("broken: the report has {broken} bytes");
    runtime.block_on(closing::kept(&file, &lines))?;
    let kept = fs::metadata(&file)?.len();
    println!("kept: the report has {kept} bytes");
    Ok(score(
        "5 close what you open",
        "bytes written",
        broken.to_string(),
        kept.to_string(),
    ))
}
