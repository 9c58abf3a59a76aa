// A program checks eight pages. Checking takes computing, not waiting, and
// `join_all` runs all checks on one thread, one after another. More cores don't
// help.
//
// Change `check_all` so that four checks run at the same time, on threads, and
// never more than four. The results stay in the order of the pages. You don't
// need to change its signature: it says that a check may be called from
// several threads. The tests run checks that wait for each other.
//
// Run it and look at the threads: now there is only one.

use std::thread;

// Each thread of a group checks a page, and the next group begins when all
// four are done. `thread::scope` lets the threads borrow `check` and the
// pages.
//
// The common wrong answer has no `collect` between `spawn` and `join`, only two
// `map` in a row. Iterators are lazy, as futures are, so each thread is joined
// before the next one is started. It's also wrong to start and join a thread in
// each future: `join` blocks the thread that should poll the other futures.
//
// If some checks take much longer than others, threads are idle at the end of
// each group. Then let four threads take pages from one iterator in a `Mutex`,
// or use rayon, which does this for you.
fn check_all<T: Send>(
    pages: &[String],
    check: impl Fn(&str) -> T + Sync,
) -> Vec<T> {
    let check = &check;
    let mut results = Vec::new();
    for group in pages.chunks(4) {
        thread::scope(|scope| {
            let threads: Vec<_> = group
                .iter()
                .map(|page| scope.spawn(move || check(page)))
                .collect();
            for thread in threads {
                results.push(thread.join().expect("no check panics"));
            }
        });
    }
    results
}

fn main() {
    let pages: Vec<_> = (1..=8).map(|page| format!("page {page}")).collect();
    let threads = check_all(&pages, |page| {
        let thread = std::thread::current().id();
        let sum: u64 = (0..2_000_000).map(|n| n * page.len() as u64 % 7).sum();
        (thread, sum)
    });
    for (page, (thread, sum)) in pages.iter().zip(threads) {
        println!("{page}: checksum {sum}, by {thread:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::PATIENCE;
    use std::sync::{Condvar, Mutex};
    use std::time::{Duration, Instant};

    fn pages(count: usize) -> Vec<String> {
        (1..=count).map(|page| format!("page {page}")).collect()
    }

    // The most checks that ran at the same time. Each check runs until there
    // were `wanted` of them, or until the patience of all is used up.
    fn most_at_a_time(wanted: usize, patience: Duration) -> usize {
        let deadline = Instant::now() + patience;
        // How many are running, and the most that were.
        let running = Mutex::new((0, 0));
        let changed = Condvar::new();
        check_all(&pages(8), |_| {
            let mut running = running.lock().expect("no check panics");
            running.0 += 1;
            running.1 = running.1.max(running.0);
            changed.notify_all();
            let left = deadline.saturating_duration_since(Instant::now());
            let (mut running, _) = changed
                .wait_timeout_while(running, left, |(_, most)| *most < wanted)
                .expect("no check panics");
            running.0 -= 1;
        });
        running.into_inner().expect("no check panics").1
    }

    #[test]
    fn four_checks_run_at_the_same_time() {
        let most = most_at_a_time(4, PATIENCE);
        assert!(most >= 4, "at most {most} of the checks ran together");
    }

    #[test]
    fn never_more_than_four_checks_run() {
        let most = most_at_a_time(5, Duration::from_secs(1));
        assert!(most <= 4, "{most} checks ran together");
    }

    #[test]
    fn the_results_are_in_the_order_of_the_pages() {
        for count in [0, 1, 3, 4, 5, 11] {
            let pages = pages(count);
            assert_eq!(check_all(&pages, str::to_owned), pages);
        }
    }
}
