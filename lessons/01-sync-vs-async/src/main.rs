//! Read src/lib.rs first: it's the lesson. This program runs it three times.
//!
//! How much faster is async, and at what? Three sites are fetched one after
//! another, with a thread for each, and concurrently on one thread. In Python
//! that's `requests` in a loop, `requests` in threads, and `aiohttp` with
//! `asyncio.gather`; lesson01.py in this folder has the first and the last.
//!
//! ```sh
//! cargo run -p lesson01
//! ```
//!
//! Look at how the bars overlap: that's the whole difference. A bar shows what
//! the server saw of a request, from its arrival to the last byte of the
//! response. The first request arrives at 0. Each site is a server of its own,
//! so three sites take three connections no matter how they're fetched.

use std::time::{Duration, Instant};

use lesson_kit::{Lesson, Site, println, with_causes};
// ANCHOR: use
use lesson01::threads::{self, ThreadCount};
use lesson01::{TIMEOUT, all_at_once, one_after_another, one_thread_each};
// ANCHOR_END: use

fn main() -> anyhow::Result<()> {
    let lesson =
        lesson_kit::start("lesson01", "one after another, then all at once");
    let threads = threads::count();
    let costs = [
        run_one_after_another(&lesson, threads)?,
        run_one_thread_each(&lesson, threads)?,
        run_all_at_once(&lesson, threads)?,
    ];
    print_table(&costs, lesson.sites().len());
    if costs.iter().all(|cost| cost.failed == 0) {
        print_suggestions();
    }
    Ok(())
}

fn run_one_after_another(
    lesson: &Lesson,
    threads: Option<usize>,
) -> anyhow::Result<Cost> {
    println!("--- one after another ---");
    let sites = lesson.sites();
    let measurement = Measurement::start("one after another", threads);
    let client =
        reqwest::blocking::Client::builder().timeout(TIMEOUT).build()?;
    let pages = one_after_another(&client, sites);
    let cost = measurement.finish(sites, pages);
    drop(client);
    lesson.blocking_timeline("one after another");
    Ok(cost)
}

fn run_one_thread_each(
    lesson: &Lesson,
    threads: Option<usize>,
) -> anyhow::Result<Cost> {
    println!("\n--- a thread for each site ---");
    let sites = lesson.sites();
    let measurement = Measurement::start("a thread for each site", threads);
    let client =
        reqwest::blocking::Client::builder().timeout(TIMEOUT).build()?;
    let pages = one_thread_each(&client, sites);
    let cost = measurement.finish(sites, pages);
    drop(client);
    lesson.blocking_timeline("a thread for each site");
    Ok(cost)
}

fn run_all_at_once(
    lesson: &Lesson,
    threads: Option<usize>,
) -> anyhow::Result<Cost> {
    println!("\n--- async: all at once on one thread ---");
    let sites = lesson.sites();
    let measurement = Measurement::start("async, all at once", threads);
    // Python says `asyncio.run(main())`. Here we build a runtime, one that runs
    // everything on this thread, and run one future on it until it's ready.
    // ANCHOR: block_on
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let pages = runtime.block_on(async {
        let client = reqwest::Client::builder().timeout(TIMEOUT).build()?;
        reqwest::Result::Ok(all_at_once(&client, sites).await)
    })?;
    // ANCHOR_END: block_on
    let cost = measurement.finish(sites, pages);
    drop(runtime);
    lesson.blocking_timeline("async, all at once");
    Ok(cost)
}

/// A strategy that is being measured.
struct Measurement {
    strategy: &'static str,
    threads: ThreadCount,
    start: Instant,
}

/// What a strategy cost: a line of the closing table.
struct Cost {
    strategy: &'static str,
    total: Duration,
    /// `None` if the operating system doesn't say.
    threads: Option<usize>,
    failed: usize,
}

impl Measurement {
    /// Starts the clock. `before` is how many threads there were before.
    fn start(strategy: &'static str, before: Option<usize>) -> Measurement {
        let threads = ThreadCount::start(before);
        Measurement { strategy, threads, start: Instant::now() }
    }

    /// Stops the clock and prints the results.
    fn finish(
        self,
        sites: &[Site],
        pages: Vec<reqwest::Result<usize>>,
    ) -> Cost {
        let total = self.start.elapsed();
        let threads = self.threads.most();
        let failed = print_pages(sites, pages);
        println!("Total time: {:.2} seconds", total.as_secs_f64());
        Cost { strategy: self.strategy, total, threads, failed }
    }
}

/// Prints the sizes in the order of the sites, and returns how many failed.
fn print_pages(sites: &[Site], pages: Vec<reqwest::Result<usize>>) -> usize {
    let mut failed = 0;
    for (site, page) in sites.iter().zip(pages) {
        match page {
            Ok(bytes) => println!("{}: {bytes} bytes", site.name),
            Err(error) => {
                failed += 1;
                // reqwest's own `{}` prints only the outermost of the causes.
                let causes = with_causes(&error.without_url());
                println!("{}: failed: {causes}", site.name);
            }
        }
    }
    failed
}

fn print_table(costs: &[Cost], sites: usize) {
    println!("\n{:<24}{:>10}{:>10}{:>10}", "", "total", "threads", "speed-up");
    for Cost { strategy, total, threads, failed } in costs {
        let threads =
            threads.map_or("?".to_owned(), |threads| threads.to_string());
        // A strategy that failed everywhere wasn't fast.
        let speed_up = if *failed == sites {
            "-".to_owned()
        } else {
            let ratio = costs[0].total.as_secs_f64() / total.as_secs_f64();
            format!("{ratio:.1}x")
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
        "\n`reqwest::blocking` hides a thread with a Tokio runtime in it."
    );
    println!(
        "Looking up a host name takes one more thread; the mock web's sites don't need it."
    );
}

fn print_suggestions() {
    println!(
        "\nNow break it: cargo run -p lesson01 -- --fault python.org=hang"
    );
    println!(
        "Or change it: begin `fetch_page_async` in src/lib.rs with `thread::sleep(Duration::from_secs(1));`."
    );
    println!(
        "How long will all three take? And with `tokio::time::sleep(Duration::from_secs(1)).await;` instead?"
    );
}
