//! Read src/lib.rs first: it is the architecture. This is the command line.
//!
//! Which links of a site are broken, and on which pages are they?
//!
//! ```sh
//! cargo run -p lesson10
//! cargo run -p lesson10 -- http://site.example
//! ```
//!
//! Exit status: 0 when no link is broken, 1 when some are, 2 for a wrong
//! argument, 3 when the check failed or checked nothing, and 130 when it was
//! interrupted before it found a broken link.

mod arguments;

// ANCHOR: use
use std::error::Error;
use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, Write, stderr, stdout};
use std::pin::pin;
use std::process::{ExitCode, exit};
use std::time::Duration;

use anyhow::Context;
use arguments::Arguments;
use clap::Parser;
use clap::error::{ContextKind, ContextValue};
use console::colors_enabled;
use lesson10::frontier::InMemory;
#[cfg(feature = "mock-site")]
use lesson10::mock_site::MockSite;
use lesson10::progress::Progress;
use lesson10::report::Style;
use lesson10::{CheckError, Options, Report, check};
use tokio::runtime::Runtime;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;
// ANCHOR_END: use

/// The exit status that a shell shows for a program ended by Ctrl-C.
const INTERRUPTED: i32 = 130;
/// How long the threads of the runtime may take to end.
const TIME_TO_END: Duration = Duration::from_millis(100);

/// What's wrong with the arguments, in one line.
fn reason(error: &clap::Error) -> String {
    // clap repeats the value. A header may be a password, and a URL have one.
    let is_secret = |argument: &ContextValue| {
        let argument = argument.to_string();
        argument.starts_with("--header") || argument.contains("[URL]")
    };
    let argument = error.get(ContextKind::InvalidArg);
    if let Some(cause) = error.source()
        && let Some(argument) = argument.filter(|name| is_secret(name))
    {
        return format!("invalid value for '{argument}': {cause}");
    }
    // The other lines are usage, which --help prints.
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

// `#[tokio::main]` would wait at the end for a name lookup that's still running
// (lesson 07, "an exit that hangs"), so this `main` shuts the runtime down
// itself. Windows stops threads wherever they are when a program exits, and if
// one of them holds a lock, the exit can hang. So they get time to end.
fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => {
            print_error(format_args!("{}; see --help", reason(&error)));
            return ExitCode::from(2);
        }
        Err(help) => help.exit(),
    };
    let status = Runtime::new().map_err(Into::into).and_then(|runtime| {
        let status = runtime.block_on(run(&arguments));
        runtime.shutdown_timeout(TIME_TO_END);
        status
    });
    match status {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            print_error(format_args!("{error:#}"));
            ExitCode::from(3)
        }
    }
}

// ANCHOR: run
/// Checks, prints the report, and returns the exit status. The first signal
/// stops the check, the second one ends the program.
async fn run(arguments: &Arguments) -> anyhow::Result<u8> {
    // Made once, so a signal between two turns of the loop isn't lost.
    let mut stop_signal = stop_signals()?;
    let stop = CancellationToken::new();
    let mut checking = pin!(check_and_print(arguments, &stop));
    loop {
        // No branch waits, so `checking` is always polled again right away.
        tokio::select! {
            () = stop_signal() => {
                if stop.is_cancelled() {
                    exit(INTERRUPTED);
                }
                stop.cancel();
            }
            status = &mut checking => return status,
        }
    }
}
// ANCHOR_END: run

// ANCHOR: signals
/// Listens for the signals that ask a program to stop, from now on. Each call
/// of the closure it returns waits for one of them.
#[cfg(unix)]
fn stop_signals() -> io::Result<impl AsyncFnMut()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move || {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
// ANCHOR_END: signals

/// Windows has no SIGTERM; its consoles send Ctrl-C and Ctrl-Break.
#[cfg(windows)]
fn stop_signals() -> io::Result<impl AsyncFnMut()> {
    let mut ctrl_c = windows::ctrl_c()?;
    let mut ctrl_break = windows::ctrl_break()?;
    Ok(async move || {
        tokio::select! {
            _ = ctrl_c.recv() => {}
            _ = ctrl_break.recv() => {}
        }
    })
}

async fn check_and_print(
    arguments: &Arguments,
    stop: &CancellationToken,
) -> anyhow::Result<u8> {
    // The mock site runs until it's dropped.
    let (mut options, _site) = site(arguments).await?;
    arguments.set(&mut options).context("too many patterns")?;
    let frontier = InMemory::new(arguments.pages, arguments.per_host);
    let progress = Progress::visible();
    let checked = check(&options, frontier, &progress, stop).await;
    progress.end();
    let (report, failure) = match checked {
        Ok(report) => (report, None),
        Err(CheckError::Frontier { error, report }) => (*report, Some(error)),
        Err(error) => return Err(error.into()),
    };
    let (status, is_partial) = (report.status(), report.is_partial());
    let format = Format::new(arguments);
    // Whatever reads the report may be slow, and a signal must still get
    // through.
    spawn_blocking(move || print_report(&report, format)).await??;
    if let Some(error) = failure {
        return Err(error)
            .context("the frontier failed, so the report is incomplete");
    }
    if status == 3 {
        print_error(
            "nothing was checked: \
             the start URL redirects to one that was skipped",
        );
    } else if is_partial {
        print_error("not everything was checked; the report says why");
    }
    Ok(status)
}

/// The options for the site to check, and the mock site if it's that one.
#[cfg(feature = "mock-site")]
async fn site(
    arguments: &Arguments,
) -> anyhow::Result<(Options, Option<MockSite>)> {
    if let Some(start) = &arguments.url {
        return Ok((Options::new(start.clone(), arguments.timeout(10)), None));
    }
    let site = MockSite::start().await?;
    Ok((site.options(arguments.timeout(1))?, Some(site)))
}

/// The options for the site to check. This build has no mock site.
#[cfg(not(feature = "mock-site"))]
async fn site(arguments: &Arguments) -> anyhow::Result<(Options, ())> {
    let start = arguments.url.clone().context("give a URL to check")?;
    Ok((Options::new(start, arguments.timeout(10)), ()))
}

/// How the report is printed.
#[derive(Clone, Copy)]
enum Format {
    Json,
    Table(Style),
}

impl Format {
    fn new(arguments: &Arguments) -> Format {
        if arguments.json {
            return Format::Json;
        }
        let every_place = arguments.all;
        // It isn't a terminal, or NO_COLOR is set.
        let colored = colors_enabled();
        Format::Table(Style { every_place, colored })
    }
}

/// Prints the report. If its reader is gone, as after `| head`, that's no
/// error, and the exit status is the same.
fn print_report(report: &Report, format: Format) -> io::Result<()> {
    let mut out = BufWriter::new(stdout().lock());
    let written = match format {
        Format::Json => report.write_json(&mut out),
        Format::Table(style) => report.write_table(&mut out, style),
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Prints an error in one line. If standard error is closed, there's still the
/// exit status.
fn print_error(error: impl Display) {
    let _ = writeln!(stderr(), "lesson10: {error}");
}
