//! Runs a program and writes its time, CPU time and memory to a file: `peer-measure FILE LIMIT PROGRAM ARGUMENTS…`
//!
//! This is a program of its own because the kernel starts counting the memory of a new process at its parent's, so the
//! parent must be small. If the program is still running after LIMIT seconds, it's killed.

use std::env;
use std::fs;
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use peers::usage::{End, Usage};
use wait4::Wait4;

fn main() -> anyhow::Result<()> {
    let mut arguments = env::args_os().skip(1);
    let file = arguments.next().context("the first argument must be the file to write to")?;
    let limit = arguments.next().and_then(|limit| limit.to_str()?.parse().ok());
    let limit = Duration::from_secs(limit.context("the second argument must be a limit in seconds")?);
    let program = arguments.next().context("the third argument must be a program")?;
    let start = Instant::now();
    let child = Command::new(&program).args(arguments).spawn();
    let child = child.with_context(|| format!("{} doesn't start", program.display()))?;
    let id = child.id();
    let (ended, has_ended) = mpsc::channel::<()>();
    let watchdog = thread::spawn(move || {
        let too_long = has_ended.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
        // The program may have ended in this moment. Then there is nothing to kill.
        too_long && kill(id)
    });
    let measured = child.wait4()?;
    let wall = start.elapsed();
    drop(ended);
    let killed = watchdog.join().map_err(|_| anyhow!("the watchdog panicked"))?;
    let end = match measured.status {
        _ if killed => End::TimedOut,
        status if status.success() => End::Success,
        status => End::Failed(status.to_string()),
    };
    let cpu = measured.rusage.utime + measured.rusage.stime;
    fs::write(file, Usage { wall, cpu, peak: measured.rusage.maxrss, end }.to_string())?;
    Ok(())
}

/// Kills a process. The standard library can't do it here, because `wait4` has taken the child.
#[cfg(unix)]
fn kill(id: u32) -> bool {
    use rustix::process::{Pid, Signal, kill_process};

    let id = i32::try_from(id).ok().and_then(Pid::from_raw);
    id.is_some_and(|id| kill_process(id, Signal::KILL).is_ok())
}

#[cfg(windows)]
fn kill(id: u32) -> bool {
    let killed = Command::new("taskkill").args(["/F", "/PID", &id.to_string()]).output();
    killed.is_ok_and(|output| output.status.success())
}
