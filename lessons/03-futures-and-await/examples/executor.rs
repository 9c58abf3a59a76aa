//! What does a runtime do? It polls, sleeps until it's woken, and polls again.
//! Here is the smallest correct `block_on`, and a sleep that wakes it.
//!
//! ```sh
//! cargo run -p lesson03 --example executor
//! ```
//!
//! The wrong `block_on` polls again and again without sleeping. It gets the same
//! result, and keeps a core busy all the while. Look at how often each of them
//! polls.

// ANCHOR: use
use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use futures::future::join;
use lesson_kit::println;
// ANCHOR_END: use

fn main() {
    lesson_kit::without_web(
        "lesson03 --example executor",
        "the smallest runtime",
    );
    println!("--- sleep until woken ---");
    let polls = Cell::new(0);
    block_on(counted(two_sleeps(), &polls));
    println!("polled {} times", polls.get());

    println!("\n--- wrong: poll again and again ---");
    let polls = Cell::new(0);
    busy_block_on(counted(two_sleeps(), &polls));
    let often = if polls.get() > 100_000 { "over 100,000" } else { "few" };
    println!("polled {often} times");
}

// ANCHOR: block_on
/// Wakes the thread that is parked below.
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
            Poll::Pending => thread::park(),
        }
    }
}
// ANCHOR_END: block_on

// ANCHOR: busy
/// Wrong: it never sleeps, so it keeps a core busy.
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

// ANCHOR: timer
/// What a sleep shares with the thread behind it.
#[derive(Default)]
struct Timer {
    expired: bool,
    waker: Option<Waker>,
}
// ANCHOR_END: timer

// ANCHOR: sleep
/// Ready after a while. A thread keeps the time.
pub async fn sleep(time: Duration) {
    let timer = Arc::new(Mutex::new(Timer::default()));
    start_thread(time, Arc::clone(&timer));
    poll_fn(|context| {
        let mut timer = timer.lock().expect("no thread panics");
        if timer.expired {
            return Poll::Ready(());
        }
        timer.waker = Some(context.waker().clone());
        Poll::Pending
    })
    .await;
}
// ANCHOR_END: sleep

#[expect(clippy::disallowed_methods, reason = "a thread of its own")]
// ANCHOR: thread
fn start_thread(time: Duration, timer: Arc<Mutex<Timer>>) {
    thread::spawn(move || {
        thread::sleep(time);
        let waker = {
            let mut timer = timer.lock().expect("no thread panics");
            timer.expired = true;
            timer.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    });
}
// ANCHOR_END: thread

async fn two_sleeps() {
    let (short, long) =
        (Duration::from_millis(100), Duration::from_millis(200));
    join(sleep(short), sleep(long)).await;
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
