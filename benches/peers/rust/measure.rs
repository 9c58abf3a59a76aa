//! Runs a program and writes down what it took: `peer-measure FILE LIMIT PROGRAM ARGUMENTS…`
//!
//! Why it is a program of its own: the kernel begins to count the memory of a new process with what its parent has, so the
//! parent is to be small. After LIMIT seconds the program is ended.

use std::env;
use std::fs;
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use peers::usage::{End, Usage};
use rustix::process::{Pid, Signal, kill_process};
use wait4::Wait4;

fn main() -> anyhow::Result<()> {
    let mut arguments = env::args_os().skip(1);
    let file = arguments.next().context("it takes a file to write to")?;
    let limit = arguments.next().and_then(|limit| limit.to_str()?.parse().ok());
    let limit = Duration::from_secs(limit.context("it takes a limit in seconds")?);
    let program = arguments.next().context("it takes a program")?;
    let start = Instant::now();
    let child = Command::new(&program).args(arguments).spawn();
    let child = child.with_context(|| format!("{} does not start", program.display()))?;
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw).context("a process has no such id")?;
    let (over, is_over) = mpsc::channel::<()>();
    let watchdog = thread::spawn(move || {
        let too_long = is_over.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
        // It fails if the program has ended this moment.
        too_long && kill_process(id, Signal::KILL).is_ok()
    });
    let took = child.wait4()?;
    let wall = start.elapsed();
    drop(over);
    let ended = watchdog.join().map_err(|_| anyhow!("the watchdog panicked"))?;
    let end = match took.status {
        _ if ended => End::TooLong,
        status if status.success() => End::Well,
        status => End::Failed(status.to_string()),
    };
    let cpu = took.rusage.utime + took.rusage.stime;
    fs::write(file, Usage { wall, cpu, peak: took.rusage.maxrss, end }.to_string())?;
    Ok(())
}
