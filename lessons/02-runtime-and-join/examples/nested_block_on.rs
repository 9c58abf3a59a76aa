//! May an `async fn` call Tokio's `block_on`? No, it panics, because it would
//! block a thread that's there to run futures.
//!
//! ```sh
//! cargo run -p lesson02 --example nested_block_on
//! ```
//!
//! In Python `asyncio.run` in a coroutine is a `RuntimeError`; here it's a
//! panic. The blocking client of reqwest has a runtime inside, so making one in
//! async code panics too. (Only in a debug build: a release build doesn't check
//! and blocks the thread.) The opposite mistake has a panic as well: Tokio's
//! sleep, sockets and tasks need a runtime around them. Each run is in a thread
//! of its own, where a panic ends only that thread.

use std::panic;
use std::thread;
use std::time::Duration;

use lesson_kit::println;
use tokio::runtime::Runtime;

fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson02 --example nested_block_on",
        "block_on inside a runtime, and Tokio without one",
    );
    // The default hook prints a panic where it happens. These are printed below.
    let default_hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    println!("--- wrong: block_on inside a runtime ---");
    print_outcome(thread::spawn(nested).join());
    println!("\n--- wrong: the blocking client inside a runtime ---");
    print_outcome(thread::spawn(blocking_client).join());
    println!("\n--- right: await it ---");
    print_outcome(thread::spawn(awaited).join());
    println!("\n--- wrong: Tokio without a runtime ---");
    print_outcome(thread::spawn(no_runtime).join());
    panic::set_hook(default_hook);
    Ok(())
}

// ANCHOR: wrong
/// Wrong.
pub fn nested() -> usize {
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let inner = Runtime::new().expect("a runtime");
        inner.block_on(page())
    })
}

/// Wrong.
pub fn blocking_client() -> usize {
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let _client = reqwest::blocking::Client::new();
        15_000
    })
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right: one runtime, and `.await` inside it.
pub fn awaited() -> usize {
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async { page().await })
}
// ANCHOR_END: right

// ANCHOR: no_runtime
/// Wrong: this thread has no runtime.
pub fn no_runtime() -> usize {
    let pause = tokio::time::sleep(Duration::from_millis(1));
    futures::executor::block_on(pause);
    15_000
}
// ANCHOR_END: no_runtime

async fn page() -> usize {
    15_000
}

fn print_outcome(outcome: thread::Result<usize>) {
    match outcome {
        Ok(bytes) => println!("{bytes} bytes"),
        Err(panic) => {
            let message = panic.downcast_ref::<String>().map(String::as_str);
            let message = message.or(panic.downcast_ref::<&str>().copied());
            println!("it panicked: {}", message.unwrap_or("no message"));
        }
    }
}
