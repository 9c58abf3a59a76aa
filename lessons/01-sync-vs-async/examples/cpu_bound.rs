//! What doesn't async speed up? Work that keeps a processor busy.
//!
//! ```sh
//! cargo run -p lesson01 --example cpu_bound
//! ```
//!
//! It counts the same primes three times, with no site to wait for. The wrong
//! run uses `join_all`, which runs its futures on one thread and switches
//! between them only when one has to wait at an `.await`. These never wait, so
//! each one finishes before the next begins, like coroutines without an `await`
//! under `asyncio.gather`. In the right run each job has a thread. Threads
//! compute at the same moment, on as many cores as there are, because Rust has
//! no GIL. Look at the order of `begins` and `ends`.

use std::thread;
use std::time::{Duration, Instant};

// ANCHOR: joined
use futures::future::join_all;
// ANCHOR_END: joined
use lesson_kit::println;

// ANCHOR: jobs
const JOBS: [usize; 3] = [1, 2, 3];
// ANCHOR_END: jobs

fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson01 --example cpu_bound",
        "what async does not speed up",
    );
    let start = Instant::now();
    println!("--- one after another ---");
    for job in JOBS {
        count_primes(job);
    }
    let sequential = start.elapsed();

    let start = Instant::now();
    println!("--- wrong: join_all, all on one thread ---");
    tokio::runtime::Builder::new_current_thread()
        .build()?
        .block_on(joined(count_primes));
    let joined = start.elapsed();

    let start = Instant::now();
    println!("--- right: a thread for each ---");
    threaded(count_primes);
    let threaded = start.elapsed();

    println!("\n{:<24}{:>10}{:>10}", "", "total", "speed-up");
    print_row("one after another", sequential, sequential);
    print_row("join_all", sequential, joined);
    print_row("a thread for each", sequential, threaded);
    println!(
        "This machine runs {} threads at once.",
        thread::available_parallelism()?
    );
    Ok(())
}

// ANCHOR: wrong
/// Wrong.
pub async fn joined(work: impl Fn(usize) -> usize) -> Vec<usize> {
    let work = &work;
    join_all(JOBS.map(|job| async move { work(job) })).await
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right.
pub fn threaded(work: impl Fn(usize) -> usize + Sync) -> Vec<usize> {
    thread::scope(|scope| {
        let work = &work;
        let handles = JOBS.map(|job| scope.spawn(move || work(job)));
        handles
            .into_iter()
            .map(|handle| handle.join().expect("the work does not panic"))
            .collect()
    })
}
// ANCHOR_END: right

// ANCHOR: work
/// Counts the primes below 200,000, the slow way.
pub fn count_primes(job: usize) -> usize {
    println!("job {job} begins");
    let primes = (2..200_000_u32)
        .filter(|&n| (2..).take_while(|d| d * d <= n).all(|d| n % d != 0))
        .count();
    println!("job {job} ends: {primes} primes");
    primes
}
// ANCHOR_END: work

fn print_row(what: &str, sequential: Duration, total: Duration) {
    let speed_up = sequential.as_secs_f64() / total.as_secs_f64();
    println!("{what:<24}{:>8.2} s{speed_up:>9.1}x", total.as_secs_f64());
}
