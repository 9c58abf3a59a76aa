//! When does a task give its thread to another? At an `.await` that has to
//! wait, and at few others.
//!
//! ```sh
//! cargo run -p lesson04 --example yielding
//! ```
//!
//! Two tasks on one thread: one takes 1,000 steps, and an `.await` stands in
//! each; the other wants to run once. Look at how long it has to wait. An await
//! that is ready at once gives nothing back. Tokio's own resources do, after
//! 128 of them in one go: a task has a budget. `yield_now` does at once.

use std::cell::Cell;
use std::future::ready;
use std::rc::Rc;

use lesson_kit::println;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::mpsc;
use tokio::task::{spawn_local, yield_now};

const STEPS: usize = 1_000;

fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson04 --example yielding",
        "when a task gives its thread to another",
    );
    println!("the other task ran after");
    let steps = Rc::new(Cell::new(0));
    let seen = seen_by_another(always_ready(Rc::clone(&steps)), steps)?;
    println!("{seen:>5} steps whose awaits are ready at once");

    let steps = Rc::new(Cell::new(0));
    let seen = seen_by_another(full_channel(Rc::clone(&steps)), steps)?;
    println!("{seen:>5} messages from a channel that is full");

    let steps = Rc::new(Cell::new(0));
    let seen = seen_by_another(yielding(Rc::clone(&steps)), steps)?;
    println!("{seen:>5} steps, with yield_now after every 10");
    Ok(())
}

// ANCHOR: three
/// Awaits what is ready, a thousand times.
pub async fn always_ready(steps: Rc<Cell<usize>>) {
    for step in 1..=STEPS {
        ready(()).await;
        steps.set(step);
    }
}

/// Receives a thousand messages that are there already.
pub async fn full_channel(steps: Rc<Cell<usize>>) {
    let (sender, mut receiver) = mpsc::channel(STEPS);
    for step in 1..=STEPS {
        sender.try_send(step).expect("there is room");
    }
    drop(sender);
    while let Some(step) = receiver.recv().await {
        steps.set(step);
    }
}

/// Takes a thousand steps, and gives the thread back after every ten.
pub async fn yielding(steps: Rc<Cell<usize>>) {
    for step in 1..=STEPS {
        steps.set(step);
        if step % 10 == 0 {
            yield_now().await;
        }
    }
}
// ANCHOR_END: three

// ANCHOR: seen
/// Runs a task on a runtime with one thread, and returns how many steps it has
/// taken when another task has its turn.
pub fn seen_by_another(
    task: impl Future<Output = ()> + 'static,
    steps: Rc<Cell<usize>>,
) -> std::io::Result<usize> {
    let runtime =
        Builder::new_current_thread().build_local(LocalOptions::default())?;
    Ok(runtime.block_on(async {
        let first = spawn_local(task);
        let other = spawn_local(async move { steps.get() });
        first.await.expect("the task does not panic");
        other.await.expect("the task does not panic")
    }))
}
// ANCHOR_END: seen
