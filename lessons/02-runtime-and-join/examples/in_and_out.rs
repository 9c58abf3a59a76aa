//! From which places may code wait for a future with `block_on`?
//!
//! ```sh
//! cargo run -p lesson02 --example in_and_out
//! ```
//!
//! Four functions wait for the same page, each from a different place, and each
//! of them panics. `nested` and `blocking_client` block a thread that's running
//! futures. (Only a debug build of reqwest checks that. A release build blocks
//! the thread.) `other_executor` uses Tokio's timer where no Tokio runtime is
//! around. `callback` does what's right on a runtime with many threads, and is
//! called on a runtime with one, whose only thread can't be replaced. Look at
//! the messages, and at the functions under "right", which return the page.

// ANCHOR: use
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use lesson_kit::println;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::mpsc;
use tokio::task::{block_in_place, spawn_blocking};
use tokio::time::sleep;
// ANCHOR_END: use

// It compares runtimes, so it makes them itself.
fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson02 --example in_and_out",
        "waiting for a future, from inside and outside a runtime",
    );
    let many = Runtime::new()?;
    let one = Builder::new_current_thread().enable_all().build()?;
    let handle = many.handle();

    // The default hook prints a panic where it happens. These are printed below.
    let default_hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    println!("--- wrong ---");
    print_outcome("nested", || many.block_on(nested()));
    print_outcome("blocking_client", || many.block_on(blocking_client()));
    print_outcome("other_executor", other_executor);
    print_outcome("callback", || one.block_on(async { callback() }));

    println!("\n--- right ---");
    print_outcome("awaited", || many.block_on(awaited()));
    print_outcome("blocking_client_on_the_pool", || {
        many.block_on(blocking_client_on_the_pool())
    });
    print_outcome("with_the_handle", || with_the_handle(handle));
    print_outcome("entered", || entered(handle));
    print_outcome("callback, many threads", || {
        many.block_on(async { callback() })
    });
    print_outcome("callback_on_the_pool, one thread", || {
        one.block_on(callback_on_the_pool())
    });
    panic::set_hook(default_hook);

    println!("\n--- a thread and a future ---");
    print_outcome("from_a_thread", || many.block_on(from_a_thread()));
    Ok(())
}

// ANCHOR: wrong
async fn page() -> usize {
    sleep(Duration::from_millis(1)).await;
    15_000
}

/// Async code awaits it.
pub async fn nested() -> usize {
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(page())
}

/// Async code awaits it.
pub async fn blocking_client() -> usize {
    let _client = reqwest::blocking::Client::new();
    15_000
}

/// `main` calls it, outside the runtime.
pub fn other_executor() -> usize {
    futures::executor::block_on(page())
}

/// Async code calls it, and its signature is fixed.
pub fn callback() -> usize {
    block_in_place(|| Handle::current().block_on(page()))
}
// ANCHOR_END: wrong

// ANCHOR: awaited
/// The cure of `nested`.
pub async fn awaited() -> usize {
    page().await
}

/// The cure of `blocking_client`.
pub async fn blocking_client_on_the_pool() -> usize {
    let fetch = || {
        let _client = reqwest::blocking::Client::new();
        15_000
    };
    spawn_blocking(fetch).await.expect("it doesn't panic")
}
// ANCHOR_END: awaited

// ANCHOR: handle
/// A cure of `other_executor`.
pub fn with_the_handle(handle: &Handle) -> usize {
    handle.block_on(page())
}

/// Another cure of `other_executor`.
pub fn entered(handle: &Handle) -> usize {
    // It needs a name: `let _ = …` would drop it immediately.
    let _entered = handle.enter();
    futures::executor::block_on(page())
}
// ANCHOR_END: handle

// ANCHOR: pool
/// The cure of `callback` on a runtime with one thread.
pub async fn callback_on_the_pool() -> usize {
    let callback = || Handle::current().block_on(page());
    spawn_blocking(callback).await.expect("it doesn't panic")
}
// ANCHOR_END: pool

// ANCHOR: thread
/// A thread sends sizes, and a future adds them up.
pub async fn from_a_thread() -> usize {
    let (sender, mut receiver) = mpsc::channel(8);
    thread::spawn(move || {
        for size in [15_000, 50_321, 45_000] {
            sender.blocking_send(size).expect("it is received");
        }
    });
    let mut sum = 0;
    while let Some(size) = receiver.recv().await {
        sum += size;
    }
    sum
}
// ANCHOR_END: thread

/// Tokio's messages go on to explain. This prints their first sentence.
fn print_outcome(what: &str, run: impl FnOnce() -> usize) {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(bytes) => println!("{what}: {bytes} bytes"),
        Err(panic) => {
            let message = panic.downcast_ref::<String>().map(String::as_str);
            let message = message.or(panic.downcast_ref::<&str>().copied());
            let message = message.unwrap_or("no message");
            let sentence = message.split(". ").next().unwrap_or(message);
            println!("{what} panicked:\n    {sentence}");
        }
    }
}
