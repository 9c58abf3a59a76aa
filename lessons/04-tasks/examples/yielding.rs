//! When does a task let another one run? At an `.await` that has to wait, and
//! at few others.
//!
//! ```sh
//! cargo run -p lesson04 --example yielding
//! ```
//!
//! Two tasks share one thread. One takes 1,000 steps with an `.await` in each;
//! the other wants to run once. Look at how long it has to wait. An `.await`
//! whose future is ready doesn't give up the thread. Tokio's own resources do,
//! after 128 of them in a row, because each task has a budget.
//! `yield_now().await` always does.

// ANCHOR: use
use std::cell::Cell;
use std::future::ready;
use std::rc::Rc;

use lesson_kit::println;
use tokio::sync::mpsc;
use tokio::task::{JoinError, spawn_local, yield_now};
// ANCHOR_END: use

const STEPS: usize = 1_000;

#[tokio::main(flavor = "local")]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson04 --example yielding",
        "when a task lets another one run",
    );
    println!("the other task ran after");
    let steps = Rc::new(Cell::new(0));
    let seen = seen_by_another(always_ready(Rc::clone(&steps)), steps).await?;
    println!("{seen:>5} steps that await a ready future");

    let steps = Rc::new(Cell::new(0));
    let seen = seen_by_another(full_channel(Rc::clone(&steps)), steps).await?;
    println!("{seen:>5} messages from a full channel");

    let steps = Rc::new(Cell::new(0));
    let seen = seen_by_another(yielding(Rc::clone(&steps)), steps).await?;
    println!("{seen:>5} steps, with yield_now after every 10");
    Ok(())
}

// ANCHOR: three
/// Awaits a ready future a thousand times.
pub async fn always_ready(steps: Rc<Cell<usize>>) {
    for step in 1..=STEPS {
        ready(()).await;
        steps.set(step);
    }
}

/// Receives a thousand messages that are already there.
pub async fn full_channel(steps: Rc<Cell<usize>>) {
    let (sender, mut receiver) = mpsc::channel(STEPS);
    for step in 1..=STEPS {
        sender.try_send(step).expect("the channel has room for all steps");
    }
    drop(sender);
    while let Some(step) = receiver.recv().await {
        steps.set(step);
    }
}

/// Takes a thousand steps, and yields after every ten.
pub async fn yielding(steps: Rc<Cell<usize>>) {
    for step in 1..=STEPS {
        steps.set(step);
        if step % 10 == 0 {
            yield_now().await;
        }
    }
}
// ANCHOR_END: three

/// Spawns a task, and a second one that returns how many steps the first has
/// taken when the second one runs. Needs a `LocalRuntime`.
pub async fn seen_by_another(
    task: impl Future<Output = ()> + 'static,
    steps: Rc<Cell<usize>>,
) -> Result<usize, JoinError> {
    let first = spawn_local(task);
    let other = spawn_local(async move { steps.get() });
    first.await?;
    other.await
}
