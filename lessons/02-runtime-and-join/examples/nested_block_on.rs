//! May an `async fn` call Tokio's `block_on`? No: it panics. It would stop a
//! thread that is there to run futures.
//!
//! ```sh
//! cargo run -p lesson02 --example nested_block_on
//! ```
//!
//! `asyncio.run` in a coroutine is a `RuntimeError`; here it is a panic. The
//! blocking client of reqwest has a runtime inside, so it panics too, as soon
//! as it is made; that is in a debug build, a release build does not check and
//! blocks the thread. Each run is in a thread of its own, where a panic ends only
//! that thread.

use std::panic;
use std::thread;

use lesson_kit::println;
use tokio::runtime::Runtime;

fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson02 --example nested_block_on",
        "block_on inside a runtime",
    );
    // The default hook prints a panic where it happens; here it is told below.
    panic::set_hook(Box::new(|_| {}));
    println!("--- wrong: block_on inside a runtime ---");
    tell(thread::spawn(nested).join());
    println!("\n--- wrong: the blocking client inside a runtime ---");
    tell(thread::spawn(blocking_client).join());
    println!("\n--- right: await it ---");
    tell(thread::spawn(awaited).join());
    Ok(())
}

// ANCHOR: wrong
/// Wrong: the thread of the outer runtime would have to wait for the inner one.
pub fn nested() -> usize {
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let inner = Runtime::new().expect("a runtime");
        inner.block_on(page())
    })
}

/// Wrong: there is a runtime in it, though nobody sees it.
pub fn blocking_client() -> usize {
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let _client = reqwest::blocking::Client::new();
        15_000
    })
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right: one runtime, and inside it `.await`.
pub fn awaited() -> usize {
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async { page().await })
}
// ANCHOR_END: right

async fn page() -> usize {
    15_000
}

fn tell(ended: thread::Result<usize>) {
    match ended {
        Ok(bytes) => println!("{bytes} bytes"),
        Err(panic) => {
            let words = panic.downcast_ref::<String>().map(String::as_str);
            let words = words.or(panic.downcast_ref::<&str>().copied());
            println!("it panicked: {}", words.unwrap_or("no message"));
        }
    }
}
