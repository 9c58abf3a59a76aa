//! A run: Tokio's own runtime with one thread, and a log of what happens in it.

use std::panic;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use event_log::{Entry, Event};
use tokio::runtime::{Builder, RngSeed, Runtime};
use tokio::time::sleep;

use crate::controls::{Lab, Run, SEED, Settings};

/// If a run takes longer on the page's clock, it never ends, or nothing can wake it. No timer of a lab takes that long.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// On WebAssembly without threads, std's mutex panics with this message when it's locked a second time. With threads it
/// would wait forever, because the owner of the guard needs the same thread.
const RECURSIVE_LOCK: &str = "cannot recursively acquire mutex";

/// Runs a lab and returns what happened.
pub fn run(lab: &Lab, settings: Settings) -> Vec<Entry> {
    event_log::watch();
    panic::set_hook(Box::new(|info| {
        let message = info.to_string();
        if message.contains(RECURSIVE_LOCK) {
            event_log::blocked("a lock of the standard library");
            web::stop();
        } else {
            event_log::push(Event::Panic { message });
        }
        // Nothing unwinds in WebAssembly, so the log is printed here.
        #[cfg(target_os = "wasi")]
        if crate::print(&event_log::take()).is_ok() {
            std::process::exit(0);
        }
    }));
    let seed = settings.number(SEED);
    fastrand::seed(seed);
    align_task_ids();
    let runtime = runtime(seed);
    runtime.block_on(async {
        event_log::start();
        let main = Main { run: (lab.run)(settings), waker: None };
        tokio::select! {
            // A random order would use up random numbers, and change the lesson's own `select!`.
            biased;
            () = give_up() => {}
            () = main => event_log::push(Event::Finish),
        }
    });
    // Ends what is still running: tasks, and requests in flight.
    drop(runtime);
    web::stop();
    event_log::stop();
    event_log::take()
}

/// Makes Tokio's next task ID one more than a multiple of four. The order in which a runtime drops its tasks depends on
/// the ID modulo four, and a run should be the same even if the process has had other runs before.
fn align_task_ids() {
    let runtime = Builder::new_current_thread().build().expect("it needs nothing that could be missing");
    let id = || runtime.spawn(async {}).id().to_string();
    while id().parse().is_ok_and(|id: u64| !id.is_multiple_of(4)) {}
}

/// When the patience runs out, logs why the run hasn't ended. Nothing is logged after that.
async fn give_up() {
    sleep(PATIENCE).await;
    let last = event_log::last_poll();
    // If a task is still waiting for a timer, it will be polled again in that time.
    sleep(PATIENCE).await;
    let is_busy = event_log::last_poll() != last || event_log::is_full();
    let waits = event_log::waits();
    web::stop();
    let end = if is_busy { Event::Endless } else { Event::Deadlock { waits } };
    event_log::push_to_last(end);
    event_log::stop();
}

fn runtime(seed: u64) -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder
        .enable_time()
        .rng_seed(RngSeed::from_bytes(&seed.to_le_bytes()))
        .on_task_spawn(event_log::task_spawned)
        .on_before_task_poll(event_log::task_poll)
        .on_after_task_poll(event_log::task_polled)
        .on_task_terminate(event_log::task_ended);
    #[cfg(not(target_os = "wasi"))]
    builder.start_paused(true);
    builder.build().expect("a runtime with one thread needs nothing that could be missing")
}

/// Logs the polls of the future that the runtime was started with, and who wakes it.
struct Main {
    run: Run,
    waker: Option<Arc<MainWaker>>,
}

impl Future for Main {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let runtime = || MainWaker { is_woken: true.into(), runtime: context.waker().clone() };
        let waker = Arc::clone(self.waker.get_or_insert_with(|| Arc::new(runtime())));
        // The timer of the patience wakes the runtime, too, and that's no reason to poll this future.
        if !waker.is_woken.swap(false, Ordering::Relaxed) {
            return Poll::Pending;
        }
        event_log::poll_main();
        let poll = self.run.as_mut().poll(&mut Context::from_waker(&waker.into()));
        event_log::polled_main(poll.is_ready());
        poll
    }
}

struct MainWaker {
    is_woken: AtomicBool,
    runtime: Waker,
}

impl Wake for MainWaker {
    fn wake(self: Arc<Self>) {
        event_log::wake_main();
        self.is_woken.store(true, Ordering::Relaxed);
        self.runtime.wake_by_ref();
    }
}

#[cfg(test)]
mod tests;
