//! What does a runtime do? It polls, sleeps until it is woken, and polls again.
//! Here are the smallest `block_on` and the smallest `join` that are right.
//!
//! ```sh
//! cargo run -p lesson03 --example executor
//! ```
//!
//! The wrong one asks again and again without sleeping: it gets the same
//! answer, and keeps a core busy for it. Look at how often each of them polls.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use lesson_kit::println;

fn main() {
    lesson_kit::without_web(
        "lesson03 --example executor",
        "the smallest runtime",
    );
    println!("--- wrong: ask again and again ---");
    let polls = Cell::new(0);
    busy_block_on(counted(two_sleeps(), &polls));
    let often = if polls.get() > 1_000 { "over 1,000" } else { "few" };
    println!("polled {often} times");

    println!("\n--- right: sleep until woken ---");
    let polls = Cell::new(0);
    block_on(counted(two_sleeps(), &polls));
    println!("polled {} times", polls.get());
}

// ANCHOR: block_on
/// Wakes the thread that sleeps in [`Signal::wait`].
#[derive(Default)]
struct Signal {
    woken: Mutex<bool>,
    changed: Condvar,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        *self.woken.lock().expect("nobody panicked") = true;
        self.changed.notify_one();
    }
}

impl Signal {
    /// Sleeps until woken; returns immediately if that has happened already.
    fn wait(&self) {
        let woken = self.woken.lock().expect("nobody panicked");
        let mut woken = self
            .changed
            .wait_while(woken, |woken| !*woken)
            .expect("nobody panicked");
        *woken = false;
    }
}

/// Runs a future to its end on this thread.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let signal = Arc::new(Signal::default());
    let waker = Waker::from(Arc::clone(&signal));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => signal.wait(),
        }
    }
}
// ANCHOR_END: block_on

// ANCHOR: busy
/// Wrong: nobody wakes it, so it never sleeps.
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
/// Polls both, in turn, until both are ready.
pub async fn join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut from_a, mut from_b) = (None, None);
    poll_fn(|context| {
        // A future that has been ready must not be polled again.
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

// ANCHOR: sleep
/// What a sleep and the thread behind it share.
#[derive(Default)]
struct Timer {
    over: bool,
    waker: Option<Waker>,
}

/// A sleep by way of a thread, which wakes whoever polled last.
pub async fn sleep(time: Duration) {
    let timer = Arc::new(Mutex::new(Timer::default()));
    let theirs = Arc::clone(&timer);
    thread::spawn(move || {
        #[expect(clippy::disallowed_methods, reason = "a thread of its own")]
        thread::sleep(time);
        let waker = {
            let mut timer = theirs.lock().expect("nobody panicked");
            timer.over = true;
            timer.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    });
    poll_fn(|context| {
        let mut timer = timer.lock().expect("nobody panicked");
        if timer.over {
            return Poll::Ready(());
        }
        // Before it returns pending, it sees to it that somebody will wake us.
        timer.waker = Some(context.waker().clone());
        Poll::Pending
    })
    .await;
}
// ANCHOR_END: sleep

/// Over after 0.2 seconds; in the meantime it is woken once.
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
