//! Two stages that hand work to each other, through channels of little capacity.
//! When do they stand still?
//!
//! ```sh
//! cargo run -p lesson10 --example circle
//! ```
//!
//! The crawl loop of the checker, with everything else taken away: a page is a
//! number, and each has links to three others. The wrong run sends what it has
//! and then receives. The right run does whichever is possible. Look at how far
//! the wrong one gets, and at what is in the channels then.

use std::collections::VecDeque;
use std::time::Duration;

use lesson_kit::println;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

/// How many values each channel can hold.
const CAPACITY: usize = 4;
/// So many pages there are.
const PAGES: usize = 1_000;
/// When nothing has come of it by then, nothing will.
const PATIENCE: Duration = Duration::from_secs(1);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let about = "a circle of channels";
    lesson_kit::start_on("lesson10 --example circle", about, &[]);

    println!("--- wrong: send, then receive ---");
    tell(run(send_then_receive).await);

    println!("--- right: whichever is possible ---");
    tell(run(whichever_is_possible).await);
}

/// How far a crawl got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crawl {
    /// Pages whose links came back.
    pub visited: usize,
    /// Pages that were sent, and whose links did not come back yet.
    pub under_way: usize,
    /// Whether it came to an end.
    pub is_over: bool,
}

fn tell(crawl: Crawl) {
    let Crawl { visited, under_way, is_over } = crawl;
    let how = if is_over { "the end" } else { "nothing moves any more" };
    println!("{visited} pages visited, {under_way} under way: {how}");
}

/// Runs both stages until the crawl is over or nothing moves.
pub async fn run(
    stage: impl AsyncFn(Sender<usize>, Receiver<Vec<usize>>, &mut Crawl),
) -> Crawl {
    let (jobs_in, jobs) = channel(CAPACITY);
    let (links_in, links) = channel(CAPACITY);
    let mut crawl = Crawl::default();
    let both = async {
        tokio::join!(stage(jobs_in, links, &mut crawl), pages(jobs, links_in));
    };
    let is_over = timeout(PATIENCE, both).await.is_ok();
    Crawl { is_over, ..crawl }
}

// ANCHOR: pages
/// The other stage: takes a page and gives its links.
async fn pages(mut jobs: Receiver<usize>, found: Sender<Vec<usize>>) {
    while let Some(page) = jobs.recv().await {
        let links = (3 * page + 1)..=(3 * page + 3);
        let links = links.filter(|link| *link < PAGES).collect();
        if found.send(links).await.is_err() {
            return;
        }
    }
}
// ANCHOR_END: pages

// ANCHOR: wrong
/// Wrong: sends all that it has, then waits for what comes back.
pub async fn send_then_receive(
    jobs: Sender<usize>,
    mut links: Receiver<Vec<usize>>,
    crawl: &mut Crawl,
) {
    let mut known = VecDeque::from([0]);
    loop {
        while let Some(page) = known.pop_front() {
            if jobs.send(page).await.is_err() {
                return;
            }
            crawl.under_way += 1;
        }
        if crawl.under_way == 0 {
            return;
        }
        let Some(found) = links.recv().await else { return };
        crawl.under_way -= 1;
        crawl.visited += 1;
        known.extend(found);
    }
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right: sends where there is room, and receives where there is something.
pub async fn whichever_is_possible(
    jobs: Sender<usize>,
    mut links: Receiver<Vec<usize>>,
    crawl: &mut Crawl,
) {
    let mut known = VecDeque::from([0]);
    while !known.is_empty() || crawl.under_way > 0 {
        tokio::select! {
            permit = jobs.reserve(), if !known.is_empty() => {
                let Ok(permit) = permit else { return };
                let Some(page) = known.pop_front() else { return };
                permit.send(page);
                crawl.under_way += 1;
            }
            found = links.recv() => {
                let Some(found) = found else { return };
                crawl.under_way -= 1;
                crawl.visited += 1;
                known.extend(found);
            }
        }
    }
}
// ANCHOR_END: right
