//! A task panics. Does the program end?
//!
//! ```sh
//! cargo run -p lesson09 --example panic_ends
//! ```
//!
//! The program runs itself once for each version and reports the exit status.
//! Version A keeps no handle, so it runs on without its worker, and exits with
//! status 0. Version B waits for the worker beside its own work, and passes the
//! panic on. Version C ends the program from the panic hook, which runs in the
//! thread that panics, before anything is unwound. Look at the statuses, and at
//! which versions do all their work.

// ANCHOR: use
use std::process::{self, Command};
use std::time::Duration;
use std::{env, panic};

use lesson_kit::println;
use tokio::task::JoinSet;
use tokio::time::sleep;
// ANCHOR_END: use

/// Which version this process runs. If it isn't set, the process starts one for
/// each version.
const VERSION: &str = "LESSON09_VERSION";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson09 --example panic_ends",
        "what a panic in a task ends",
    );
    match env::var(VERSION).as_deref() {
        Ok("A") => forgotten(serve()).await,
        Ok("B") => awaited(serve()).await,
        Ok("C") => {
            exit_on_panic();
            forgotten(serve()).await;
        }
        _ => {
            for version in ["A", "B", "C"] {
                println!("--- version {version} ---");
                run_version(version)?;
            }
        }
    }
    Ok(())
}

/// Runs a version in a process of its own.
fn run_version(version: &str) -> anyhow::Result<()> {
    let mut child = Command::new(env::current_exe()?);
    // Without this, printing the panic can take longer than all the rest.
    child.env_remove("RUST_BACKTRACE");
    let output = child.env(VERSION, version).output()?;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        println!("{line}");
    }
    let status = output.status.code();
    let status = status.map_or("none".to_owned(), |code| code.to_string());
    println!("exit status: {status}\n");
    Ok(())
}

async fn worker() {
    panic!("the worker has a bug");
}

/// The rest of the program.
async fn serve() {
    println!("serving");
    sleep(Duration::from_secs(1)).await;
    println!("all served");
}

// ANCHOR: versions
/// Version A.
pub async fn forgotten(serve: impl Future<Output = ()>) {
    tokio::spawn(worker());
    serve.await;
}

/// Version B.
pub async fn awaited(serve: impl Future<Output = ()>) {
    let mut workers = JoinSet::new();
    workers.spawn(worker());
    tokio::select! {
        () = serve => {}
        Some(Err(error)) = workers.join_next() => {
            panic::resume_unwind(error.into_panic());
        }
    }
}
// ANCHOR_END: versions

// ANCHOR: hook
/// Version C calls this at the start, and then does the same as A.
pub fn exit_on_panic() {
    let print_panic = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        print_panic(info);
        process::exit(70);
    }));
}
// ANCHOR_END: hook
