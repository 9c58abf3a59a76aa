//! A program has stopped making progress. How do you find out where?
//!
//! ```sh
//! cargo run -p lesson09 --example watch
//! ```
//!
//! A task blocks the only worker of a runtime while five others want a turn. Look
//! at the runtime's own figures while the worker is blocked and afterwards, and at
//! the lines that the tasks print through `tracing`.
//!
//! tokio-console shows all tasks while they run. In two terminals:
//!
//! ```sh
//! RUSTFLAGS="--cfg tokio_unstable" cargo run -p lesson09 --features console --example watch
//! tokio-console
//! ```

// ANCHOR: use
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use lesson_kit::println;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinSet;
use tracing::{Instrument, info, info_span};
// ANCHOR_END: use

#[cfg(all(feature = "console", not(tokio_unstable)))]
compile_error!(
    "the feature `console` needs RUSTFLAGS=\"--cfg tokio_unstable\""
);

/// How long the task blocks.
const BLOCKED: Duration = Duration::from_millis(300);
const TASKS: usize = 5;

// It watches a runtime from outside, on a thread that the runtime doesn't have.
fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson09 --example watch",
        "a runtime's own figures while a task blocks it",
    );
    print_events();
    let runtime =
        Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    println!("--- what the tasks print ---");
    let (blocked, afterwards) = observe(&runtime, BLOCKED)?;

    println!("\n--- what the runtime reports ---");
    println!("{:<26}{:>12}{:>12}", "", "blocked", "afterwards");
    let print_row = |name, figure: fn(&Figures) -> String| {
        println!(
            "{name:<26}{:>12}{:>12}",
            figure(&blocked),
            figure(&afterwards)
        );
    };
    print_row("num_alive_tasks", |figures| figures.alive.to_string());
    print_row("global_queue_depth", |figures| figures.waiting.to_string());
    print_row("worker_total_busy_duration", |figures| {
        format!("{} ms", figures.busy.as_millis())
    });
    #[cfg(feature = "console")]
    repeat_until_ctrl_c(&runtime)?;
    Ok(())
}

// ANCHOR: print_events
/// Installs a listener for `tracing`: here, one that prints the events.
#[cfg(not(feature = "console"))]
fn print_events() {
    tracing_subscriber::fmt()
        .with_writer(std::io::stdout)
        .with_ansi(false)
        .without_time()
        .with_target(false)
        // A closed pipe isn't worth a message.
        .log_internal_errors(false)
        .init();
}

/// Installs a listener for `tracing`: here, the one behind tokio-console.
#[cfg(feature = "console")]
fn print_events() {
    console_subscriber::init();
}
// ANCHOR_END: print_events

/// What a runtime with one worker reports.
pub struct Figures {
    /// Tasks that haven't finished.
    pub alive: usize,
    /// Tasks in the shared queue: ready to be polled, and no worker has them yet.
    pub waiting: usize,
    /// How long the worker has polled tasks, in total.
    pub busy: Duration,
}

// ANCHOR: figures
impl Figures {
    fn of(runtime: &Handle) -> Figures {
        let metrics = runtime.metrics();
        Figures {
            alive: metrics.num_alive_tasks(),
            waiting: metrics.global_queue_depth(),
            busy: metrics.worker_total_busy_duration(0),
        }
    }
}
// ANCHOR_END: figures

// ANCHOR: observe
/// One task blocks the worker, five others want it. Returns the figures
/// while it's blocked, and when all six have finished.
pub fn observe(
    runtime: &Runtime,
    blocked: Duration,
) -> anyhow::Result<(Figures, Figures)> {
    let mut tasks = JoinSet::new();
    let (block, is_blocked) = mpsc::channel();
    let span = info_span!("task", number = 0);
    let work = async move {
        info!("blocks");
        block.send(()).expect("the receiver waits for it");
        block_the_thread(blocked);
        info!("done");
    };
    tasks.spawn_on(work.instrument(span), runtime.handle());
    is_blocked.recv()?;
    for number in 1..=TASKS {
        let span = info_span!("task", number);
        let work = async { info!("done") };
        tasks.spawn_on(work.instrument(span), runtime.handle());
    }
    let while_blocked = Figures::of(runtime.handle());
    runtime.block_on(tasks.join_all());
    wait_until_parked(runtime.handle());
    Ok((while_blocked, Figures::of(runtime.handle())))
}
// ANCHOR_END: observe

/// A worker adds up its busy time between tasks, at the latest when it parks. It
/// counts each time it parks or wakes up, so an odd count means that it's parked.
fn wait_until_parked(runtime: &Handle) {
    let metrics = runtime.metrics();
    while metrics.worker_park_unpark_count(0).is_multiple_of(2) {
        thread::yield_now();
    }
}

#[expect(clippy::disallowed_methods, reason = "it blocks on purpose")]
fn block_the_thread(time: Duration) {
    thread::sleep(time);
}

/// Does the same again and again until Ctrl-C, so that tokio-console has something
/// to show.
#[cfg(feature = "console")]
fn repeat_until_ctrl_c(runtime: &Runtime) -> anyhow::Result<()> {
    println!("\nNow start tokio-console. Ctrl-C ends this program.");
    let pressed = runtime.spawn(tokio::signal::ctrl_c());
    while !pressed.is_finished() {
        observe(runtime, BLOCKED)?;
    }
    Ok(())
}
