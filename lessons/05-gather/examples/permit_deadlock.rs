//! Permits limit the tasks, and a channel limits the pages it holds. Can the
//! two of them stop each other?
//!
//! ```sh
//! cargo run -p lesson05 --example permit_deadlock
//! ```
//!
//! There are eight permits, the channel has room for one page, and each task
//! keeps its permit until its page is in the channel. In the wrong run the loop
//! that spawns comes before the loop that receives. Nine pages arrive. With ten
//! it never ends: one page is in the channel, eight tasks wait in `send` and
//! keep their permits, the first loop waits for a permit for the tenth task,
//! and so the second loop never starts to receive. A timeout ends the run and
//! prints where everything is.
//!
//! If a task returns its permit before `send`, nothing hangs, but the permits
//! no longer limit the tasks: of 100, 99 exist at the same time, each with a
//! page. In the right run a task of its own runs the loop that spawns, so the
//! function can receive in the meantime.
//!
//! There's no web here, because only the order of events matters.

// ANCHOR: use
use std::cell::Cell;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use lesson_kit::println;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
// ANCHOR_END: use

const PERMITS: usize = 8;
/// How long a page takes.
const DOWNLOAD: Duration = Duration::from_millis(10);
/// A run that takes longer than this hangs.
const LONG: Duration = Duration::from_secs(2);

// One thread, so the counts don't depend on the number of cores.
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson05 --example permit_deadlock",
        "permits and a channel that wait for each other",
    );
    let permits = Arc::new(Semaphore::new(PERMITS));
    let seen = Seen::default();
    let count = async |_page| seen.count();

    println!("--- wrong: spawn all, then receive ---");
    for pages in [8, 9, 10] {
        let run = spawn_then_receive(pages, &permits, count);
        report(pages, run, &permits, &seen).await;
    }

    println!("\n--- also wrong: return the permit before send ---");
    let run = return_before_send(100, &permits, count);
    report(100, run, &permits, &seen).await;
    println!("at most {} tasks at a time", seen.tasks.get());

    println!("\n--- right: a task spawns, the function receives ---");
    for pages in [10, 100] {
        let run = receive_while_spawning(pages, &permits, count);
        report(pages, run, &permits, &seen).await;
    }
    println!("at most {} tasks at a time", seen.tasks.get());
    Ok(())
}

/// What was seen where the pages are received.
#[derive(Debug, Default)]
pub struct Seen {
    /// How many pages were received.
    pub pages: Cell<usize>,
    /// The most tasks that existed when one of them was received.
    pub tasks: Cell<usize>,
}

impl Seen {
    /// Counts a page, and the tasks that exist now.
    pub fn count(&self) {
        self.pages.set(self.pages.get() + 1);
        let tasks = Handle::current().metrics().num_alive_tasks();
        self.tasks.set(self.tasks.get().max(tasks));
    }
}

/// Runs `run` until it ends or hangs, and prints a line about it.
async fn report(
    pages: usize,
    run: impl Future<Output = ()>,
    permits: &Semaphore,
    seen: &Seen,
) {
    seen.pages.set(0);
    seen.tasks.set(0);
    // Borrowed by the timeout, so that the tasks of a run that hangs still
    // exist when they're counted.
    let mut run = pin!(run);
    let hangs = timeout(LONG, run.as_mut()).await.is_err();
    let received = seen.pages.get();
    if hangs {
        let tasks = Handle::current().metrics().num_alive_tasks();
        let free = permits.available_permits();
        println!(
            "{pages:>3} pages: hangs with {received} received, {tasks} tasks in \
             `send` and {free} of {PERMITS} permits free"
        );
    } else {
        println!("{pages:>3} pages: {received} received");
    }
}

/// Stands for fetching a page.
async fn download(page: usize) -> usize {
    sleep(DOWNLOAD).await;
    page
}

// ANCHOR: task
async fn download_and_send(
    page: usize,
    sender: Sender<usize>,
    permit: OwnedSemaphorePermit,
) {
    let page = download(page).await;
    // Fails only if the receiver is gone, and with it the need for pages.
    let _ = sender.send(page).await;
    drop(permit);
}
// ANCHOR_END: task

// ANCHOR: wrong
/// Version A.
pub async fn spawn_then_receive(
    pages: usize,
    permits: &Arc<Semaphore>,
    mut work: impl AsyncFnMut(usize),
) {
    let (sender, mut receiver) = mpsc::channel(1);
    let mut tasks = JoinSet::new();
    for page in 0..pages {
        let permits = Arc::clone(permits);
        let permit = permits.acquire_owned().await.expect("it's never closed");
        tasks.spawn(download_and_send(page, sender.clone(), permit));
    }
    drop(sender);
    while let Some(page) = receiver.recv().await {
        work(page).await;
    }
    tasks.join_all().await;
}
// ANCHOR_END: wrong

/// Also wrong: this can't hang, but it has no limit either.
pub async fn return_before_send(
    pages: usize,
    permits: &Arc<Semaphore>,
    mut work: impl AsyncFnMut(usize),
) {
    let (sender, mut receiver) = mpsc::channel(1);
    let mut tasks = JoinSet::new();
    for page in 0..pages {
        let permits = Arc::clone(permits);
        let permit = permits.acquire_owned().await.expect("it's never closed");
        let sender = sender.clone();
        tasks.spawn(async move {
            let page = download(page).await;
            drop(permit);
            // Fails only if the receiver is gone, as above.
            let _ = sender.send(page).await;
        });
    }
    drop(sender);
    while let Some(page) = receiver.recv().await {
        work(page).await;
    }
    tasks.join_all().await;
}

// ANCHOR: right
/// Right.
pub async fn receive_while_spawning(
    pages: usize,
    permits: &Arc<Semaphore>,
    mut work: impl AsyncFnMut(usize),
) {
    let (sender, mut receiver) = mpsc::channel(1);
    // A set, because dropping it aborts the task. A `JoinHandle` would detach
    // it.
    let mut spawner = JoinSet::new();
    spawner.spawn(spawn_all(pages, Arc::clone(permits), sender));
    while let Some(page) = receiver.recv().await {
        work(page).await;
    }
    spawner.join_all().await;
}

/// Spawns a task for each page, as soon as there's a permit for it.
async fn spawn_all(
    pages: usize,
    permits: Arc<Semaphore>,
    sender: Sender<usize>,
) {
    let mut tasks = JoinSet::new();
    for page in 0..pages {
        let permits = Arc::clone(&permits);
        let permit = permits.acquire_owned().await.expect("it's never closed");
        tasks.spawn(download_and_send(page, sender.clone(), permit));
        while let Some(ended) = tasks.try_join_next() {
            ended.expect("a download doesn't panic");
        }
    }
    tasks.join_all().await;
}
// ANCHOR_END: right
