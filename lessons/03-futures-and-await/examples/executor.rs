//! What does a runtime do? It polls, sleeps until it's woken, and polls again.
//! Here are the smallest correct `block_on` and a `join`.
//!
//! ```sh
//! cargo run -p lesson03 --example executor
//! ```
//!
//! The wrong `block_on` polls again and again without sleeping. It gets the same
//! result, and keeps a core busy all the while. Look at how often each of them
//! polls.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use lesson_kit::println;

fn main() {
    lesson_kit::without_web(
        "lesson03 --example executor",
        "the smallest runtime",
    );
    println!("--- wrong: poll again and again ---");
    let polls = Cell::new(0);
    busy_block_on(counted(two_sleeps(), &polls));
    let often = if polls.get() > 100_000 { "over 100,000" } else { "few" };
    println!("polled {often} times");

    println!("\n--- right: sleep until woken ---");
    let polls = Cell::new(0);
    block_on(counted(two_sleeps(), &polls));
    println!("polled {} times", polls.get());
}

// ANCHOR: block_on
/// Wakes the thread that is parked in `block_on`.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future on this thread until it's ready.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            // Returns immediately if `unpark` was called since the last time,
            // and may return without it. Polling once more does no harm.
            Poll::Pending => thread::park(),
        }
    }
}
// ANCHOR_END: block_on

// ANCHOR: busy
/// Wrong.
pub fn busy_block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
// ANCHOR_END: busy

// ANCHOR: join
/// Polls both, one after the other, until both are ready.
pub async fn join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut from_a, mut from_b) = (None, None);
    poll_fn(|context| {
        // A future that has been ready mustn't be polled again.
        if from_a.is_none()
            && let Poll::Ready(output) = a.as_mut().poll(context)
        {
            from_a = Some(output);
        }
        if from_b.is_none()
            && let Poll::Ready(output) = b.as_mut().poll(context)
        {
            from_b = Some(output);
        }
        match (from_a.take(), from_b.take()) {
            (Some(a), Some(b)) => Poll::Ready((a, b)),
            (a, b) => {
                (from_a, from_b) = (a, b);
                Poll::Pending
            }
        }
    })
    .await
}
// ANCHOR_END: join

/// Why the lock can't be poisoned.
const NO_PANIC: &str = "no thread panics while it holds the lock";

// ANCHOR: sleep
/// The state that a sleep shares with the thread behind it.
#[derive(Default)]
struct Timer {
    expired: bool,
    waker: Option<Waker>,
}

/// A sleep with a thread behind it, which calls the waker of the last poll.
pub async fn sleep(time: Duration) {
    let timer = Arc::new(Mutex::new(Timer::default()));
    let timer_of_thread = Arc::clone(&timer);
    thread::spawn(move || {
        #[expect(clippy::disallowed_methods, reason = "a thread of its own")]
        thread::sleep(time);
        let waker = {
            let mut state = timer_of_thread.lock().expect(NO_PANIC);
            state.expired = true;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    });
    poll_fn(|context| {
        let mut state = timer.lock().expect(NO_PANIC);
        if state.expired {
            return Poll::Ready(());
        }
        // Before it returns pending, it makes sure that it will be woken.
        state.waker = Some(context.waker().clone());
        Poll::Pending
    })
    .await;
}
// ANCHOR_END: sleep

/// Ready after 0.2 seconds. It's woken once in between.
async fn two_sleeps() {
    join(sleep(Duration::from_millis(100)), sleep(Duration::from_millis(200)))
        .await;
}

/// The same future, with its polls counted.
pub async fn counted<F: Future>(future: F, polls: &Cell<usize>) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        polls.set(polls.get() + 1);
        future.as_mut().poll(context)
    })
    .await
}
