//! What does `#[tokio::main]` turn into, and on which thread does each future
//! run?
//!
//! ```sh
//! cargo run -p lesson02 --example where_it_runs
//! ```
//!
//! The same four futures on three runtimes. On every runtime, the future given
//! to `block_on` and the futures joined inside it run on the thread that calls
//! `block_on`. Only a spawned task runs on the runtime's own threads, if the
//! runtime has any.

// ANCHOR: use
use std::thread;

use lesson_kit::println;
use tokio::runtime::{Builder, Runtime};
// ANCHOR_END: use

fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson02 --example where_it_runs",
        "the thread that each future runs on",
    );
    println!("--- #[tokio::main] ---");
    with_the_attribute();

    println!("\n--- what it turns into ---");
    without_the_attribute()?;

    println!("\n--- a runtime on one thread ---");
    on_one_thread()?;
    Ok(())
}

// ANCHOR: attribute
#[tokio::main]
async fn with_the_attribute() {
    where_each_runs().await;
}
// ANCHOR_END: attribute

// ANCHOR: builder
fn without_the_attribute() -> std::io::Result<()> {
    let runtime: Runtime = Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(where_each_runs());
    Ok(())
}
// ANCHOR_END: builder

fn on_one_thread() -> std::io::Result<()> {
    let runtime: Runtime =
        Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(where_each_runs());
    Ok(())
}

// ANCHOR: where
/// Each line ends with the thread that printed it.
pub async fn where_each_runs() {
    print_thread("the future that block_on polls");
    tokio::join!(async { print_thread("a joined future") }, async {
        print_thread("another joined future");
    });
    let task = tokio::spawn(async { print_thread("a spawned task") });
    task.await.expect("the task does not panic");
}

fn print_thread(what: &str) {
    println!("{what:<32}{}", thread::current().name().unwrap_or("unnamed"));
}
// ANCHOR_END: where
