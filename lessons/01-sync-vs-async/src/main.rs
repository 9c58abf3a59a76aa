//! Read src/lib.rs first: it is the lesson; this only runs it three times.
//!
//! How much faster is async, and what for? Three sites, fetched one after
//! another, with a thread for each, and all at once on one thread. In Python
//! that is `requests` in a loop, `requests` in threads, and `aiohttp` with
//! `asyncio.gather`; lesson01.py beside this folder has the first and the last.
//!
//! ```sh
//! cargo run -p lesson01
//! ```
//!
//! Look at the bars: how they overlap is the whole difference. A bar is what
//! the server saw of a request, from its arrival to the last byte of the
//! answer; the first to arrive is at 0. Each site is a server of its own, so
//! three sites take three connections whichever way they are fetched.

use std::time::{Duration, Instant};

use lesson_kit::{Site, println};
use lesson01::threads::ThreadCount;
use lesson01::{TIME_LIMIT, all_at_once, one_after_another, one_thread_each};

/// What a strategy cost: a line of the closing table.
struct Cost {
    strategy: &'static str,
    total: Duration,
    threads: Option<usize>,
    failed: usize,
}

fn main() -> anyhow::Result<()> {
    let lesson =
        lesson_kit::start("lesson01", "one after another, then all at once");
    let sites = lesson.sites();

    println!("--- one after another ---");
    let threads = ThreadCount::start();
    let start = Instant::now();
    let client =
        reqwest::blocking::Client::builder().timeout(TIME_LIMIT).build()?;
    let pages = one_after_another(&client, sites);
    let sequential = report(
        "one after another",
        sites,
        pages,
        start.elapsed(),
        threads.most(),
    );
    drop(client);
    lesson.blocking_timeline("one after another");

    println!("\n--- a thread for each site ---");
    let threads = ThreadCount::start();
    let start = Instant::now();
    let client =
        reqwest::blocking::Client::builder().timeout(TIME_LIMIT).build()?;
    let pages = one_thread_each(&client, sites);
    let threaded = report(
        "a thread for each site",
        sites,
        pages,
        start.elapsed(),
        threads.most(),
    );
    drop(client);
    lesson.blocking_timeline("a thread for each site");

    println!("\n--- async: all at once on one thread ---");
    let threads = ThreadCount::start();
    let start = Instant::now();
    // ANCHOR: block_on
    // Where Python says `asyncio.run(main())`: make a runtime, here one that
    // runs everything on this thread, and run one future on it to its end.
    // `enable_all` gives it sockets and timers. An `async` block is a future
    // made on the spot.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let pages = runtime.block_on(async {
        let client = reqwest::Client::builder().timeout(TIME_LIMIT).build()?;
        reqwest::Result::Ok(all_at_once(&client, sites).await)
    })?;
    // ANCHOR_END: block_on
    let concurrent = report(
        "async, all at once",
        sites,
        pages,
        start.elapsed(),
        threads.most(),
    );
    drop(runtime);
    lesson.blocking_timeline("async, all at once");

    let costs = [sequential, threaded, concurrent];
    print_table(&costs, sites.len());
    if costs.iter().all(|cost| cost.failed == 0) {
        println!(
            "\nNow break it: cargo run -p lesson01 -- --fault python.org=hang"
        );
        println!(
            "Or change it: in src/lib.rs, begin `fetch_page_async` with `thread::sleep(Duration::from_secs(1));`."
        );
        println!(
            "How long will all three take? And with `tokio::time::sleep(Duration::from_secs(1)).await;` instead?"
        );
    }
    Ok(())
}

/// Prints the sizes in the order asked. A site that failed does not keep the
/// others from it.
fn report(
    strategy: &'static str,
    sites: &[Site],
    pages: Vec<reqwest::Result<usize>>,
    total: Duration,
    threads: Option<usize>,
) -> Cost {
    let mut failed = 0;
    for (site, page) in sites.iter().zip(pages) {
        match page {
            Ok(bytes) => println!("{}: {bytes} bytes", site.name),
            Err(error) => {
                failed += 1;
                // `{:#}` of anyhow prints an error with all its causes;
                // reqwest's own `{}` stops at the first.
                println!(
                    "{}: failed: {:#}",
                    site.name,
                    anyhow::Error::from(error.without_url())
                );
            }
        }
    }
    println!("Total time: {:.2} seconds", total.as_secs_f64());
    Cost { strategy, total, threads, failed }
}

fn print_table(costs: &[Cost], sites: usize) {
    println!("\n{:<24}{:>10}{:>10}{:>10}", "", "total", "threads", "speed-up");
    for Cost { strategy, total, threads, failed } in costs {
        let threads =
            threads.map_or("?".to_owned(), |threads| threads.to_string());
        // Failing fast is no speed.
        let speed_up = match failed {
            failed if *failed == sites => "-".to_owned(),
            _ => format!(
                "{:.1}x",
                costs[0].total.as_secs_f64() / total.as_secs_f64()
            ),
        };
        let failed = if *failed > 0 {
            format!("  ({failed} failed)")
        } else {
            String::new()
        };
        println!(
            "{strategy:<24}{:>8.2} s{threads:>10}{speed_up:>10}{failed}",
            total.as_secs_f64()
        );
    }
    println!(
        "\n`reqwest::blocking` hides a thread, with a Tokio runtime in it."
    );
    println!(
        "Looking up a host's name takes a thread too; here there is none."
    );
}
