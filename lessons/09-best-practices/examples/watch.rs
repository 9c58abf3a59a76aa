//! A program stands still. How do you find out where?
//!
//! ```sh
//! cargo run -p lesson09 --example watch
//! ```
//!
//! A runtime with one worker, on which a task blocks, and five others that
//! would like a turn. Look at the runtime's own figures while it blocks and
//! afterwards, and at what the tasks said of themselves, by `tracing`.
//!
//! tokio-console shows all tasks, while they run. In two terminals:
//!
//! ```sh
//! RUSTFLAGS="--cfg tokio_unstable" cargo run -p lesson09 --features console --example watch
//! tokio-console
//! ```

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use lesson_kit::println;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinSet;
use tracing::{Instrument, info, info_span};

#[cfg(all(feature = "console", not(tokio_unstable)))]
compile_error!(
    "the feature `console` wants RUSTFLAGS=\"--cfg tokio_unstable\""
);

/// How long the task blocks.
const BLOCKED: Duration = Duration::from_millis(300);
const TASKS: usize = 5;

fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson09 --example watch",
        "what a runtime says of itself",
    );
    listen();
    let runtime =
        Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    println!("--- what the tasks say ---");
    let (blocked, afterwards) = observe(&runtime, BLOCKED)?;

    println!("\n--- what the runtime says ---");
    println!("{:<26}{:>12}{:>12}", "", "blocked", "afterwards");
    let row = |what, figure: fn(&Figures) -> usize| {
        println!(
            "{what:<26}{:>12}{:>12}",
            figure(&blocked),
            figure(&afterwards)
        );
    };
    row("num_alive_tasks", |figures| figures.alive);
    row("global_queue_depth", |figures| figures.waiting);
    let busy = |figures: &Figures| format!("{} ms", figures.busy.as_millis());
    let (blocked, afterwards) = (busy(&blocked), busy(&afterwards));
    println!(
        "{:<26}{blocked:>12}{afterwards:>12}",
        "worker_total_busy_duration"
    );
    #[cfg(feature = "console")]
    stay(&runtime)?;
    Ok(())
}

// ANCHOR: listen
/// Who listens to `tracing`: here, what prints its events.
#[cfg(not(feature = "console"))]
fn listen() {
    tracing_subscriber::fmt()
        .with_writer(std::io::stdout)
        .with_ansi(false)
        .without_time()
        .with_target(false)
        // Not even when nobody reads what is printed.
        .log_internal_errors(false)
        .init();
}

/// Who listens to `tracing`: here, what tokio-console asks.
#[cfg(feature = "console")]
fn listen() {
    console_subscriber::init();
}
// ANCHOR_END: listen

/// What the runtime says of itself.
pub struct Figures {
    /// Tasks that have not ended.
    pub alive: usize,
    /// Tasks that wait to be polled, and belong to no worker yet.
    pub waiting: usize,
    /// How long the worker has polled tasks, in all.
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
/// One task blocks the worker, five others want it. The figures while it does,
/// and when all are done.
pub fn observe(
    runtime: &Runtime,
    blocked: Duration,
) -> anyhow::Result<(Figures, Figures)> {
    let mut tasks = JoinSet::new();
    let (block, is_blocked) = mpsc::channel();
    let span = info_span!("task", number = 0);
    let work = async move {
        info!("blocks");
        let _ = block.send(());
        hold_the_thread(blocked);
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
    // A worker says how busy it was when it parks, at the latest. It counts each
    // time that it parks and that it goes on: odd means parked.
    let metrics = runtime.handle().metrics();
    while metrics.worker_park_unpark_count(0).is_multiple_of(2) {
        thread::yield_now();
    }
    Ok((while_blocked, Figures::of(runtime.handle())))
}
// ANCHOR_END: observe

#[expect(clippy::disallowed_methods, reason = "it is to hold the thread")]
fn hold_the_thread(time: Duration) {
    thread::sleep(time);
}

/// Does the same again and again, until Ctrl-C, so that there is something for
/// tokio-console to show.
#[cfg(feature = "console")]
fn stay(runtime: &Runtime) -> anyhow::Result<()> {
    println!("\nNow: tokio-console. Ctrl-C ends it.");
    let pressed = runtime.spawn(tokio::signal::ctrl_c());
    while !pressed.is_finished() {
        observe(runtime, BLOCKED)?;
    }
    Ok(())
}
