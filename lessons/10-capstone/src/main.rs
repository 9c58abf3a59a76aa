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

// ANCHOR: use
use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, Write, stderr, stdout};
use std::ops::RangeInclusive;
use std::pin::pin;
use std::process::{ExitCode, exit};
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use clap::builder::RangedU64ValueParser;
use lesson10::frontier::InMemory;
#[cfg(feature = "mock-site")]
use lesson10::mock_site::MockSite;
use lesson10::progress::Progress;
use lesson10::{CheckError, Options, Report, check};
use tokio::runtime::Runtime;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;
use url::Url;
// ANCHOR_END: use

/// The exit status that a shell shows for a program ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// finds the broken links of a site
#[derive(Debug, Parser)]
#[command(
    name = "lesson10",
    override_usage = "cargo run -p lesson10 -- [OPTIONS] [URL]",
    help_template = "{name}: {about}\n\nUsage: {usage}\n\n{all-args}{after-help}",
    after_help = "\
Exit status: 0 when no link is broken, 1 when some are, 2 for a wrong
argument, 3 when the check failed or checked nothing, and 130 when it was
interrupted before it found a broken link. Ctrl-C or SIGTERM stops the
check and prints the report so far; a second one exits immediately."
)]
struct Arguments {
    /// Where to start; without it, a mock site with every kind of broken link
    #[arg(value_parser = url)]
    url: Option<Url>,
    /// Check at most N URLs of the site, and 10 N of other sites
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    #[arg(value_parser = number(1..=1_000_000))]
    pages: usize,
    /// Follow links from pages up to N links away from the start
    #[arg(long, value_name = "N", default_value_t = 20)]
    #[arg(value_parser = number(0..=10_000))]
    depth: usize,
    /// Have at most N requests in flight
    #[arg(long, value_name = "N", default_value_t = 16)]
    #[arg(value_parser = number(1..=1_000))]
    at_once: usize,
    /// Have at most N requests to one host in flight
    #[arg(long, value_name = "N", default_value_t = 4)]
    #[arg(value_parser = number(1..=1_000))]
    per_host: usize,
    /// Timeout for a request [default: 10, and 1 on the mock site]
    #[arg(long, value_name = "SECONDS")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: Option<u64>,
    /// Print JSON: one line per broken link, and a last line with the totals
    #[arg(long)]
    json: bool,
}

impl Arguments {
    fn timeout(&self, default: u64) -> Duration {
        Duration::from_secs(self.timeout.unwrap_or(default))
    }
}

// `#[tokio::main]` would wait at the end for a name lookup that's still running
// (lesson 07, "an exit that hangs"), so this `main` shuts the runtime down
// itself.
fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => {
            // The other lines are usage, which --help prints.
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            let line = line.trim_start_matches("error: ");
            print_error(format_args!("{line}; see --help"));
            return ExitCode::from(2);
        }
        Err(help) => help.exit(),
    };
    let status = Runtime::new().map_err(Into::into).and_then(|runtime| {
        let status = runtime.block_on(run(&arguments));
        runtime.shutdown_background();
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
    options.depth = arguments.depth;
    options.at_once = arguments.at_once;
    let frontier = InMemory::new(arguments.pages, arguments.per_host);
    let progress = Progress::visible();
    let checked = check(&options, frontier, &progress, stop).await;
    progress.end();
    let (report, failure) = match checked {
        Ok(report) => (report, None),
        Err(CheckError::Frontier { error, report }) => (*report, Some(error)),
        Err(error) => return Err(error.into()),
    };
    let status = report.status();
    let as_json = arguments.json;
    // Whatever reads the report may be slow, and a signal must still get
    // through.
    spawn_blocking(move || print_report(&report, as_json)).await??;
    if let Some(error) = failure {
        return Err(error)
            .context("the frontier failed, so the report is incomplete");
    }
    if status == 3 {
        print_error(
            "nothing was checked: the start URL redirects past a limit",
        );
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

/// Prints the report. If its reader is gone, as after `| head`, that's no
/// error, and the exit status is the same.
fn print_report(report: &Report, as_json: bool) -> io::Result<()> {
    let mut out = BufWriter::new(stdout().lock());
    let written = if as_json {
        report.write_json(&mut out)
    } else {
        report.write_table(&mut out)
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

fn number(range: RangeInclusive<u64>) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(range)
}

fn url(text: &str) -> Result<Url, String> {
    let example = "give a URL such as http://site.example";
    let url =
        Url::parse(text).map_err(|error| format!("{error}; {example}"))?;
    match url.scheme() {
        "http" => Ok(url),
        "https" if cfg!(feature = "live") => Ok(url),
        "https" => Err(format!(
            "https needs TLS, which this build does not have; \
             run cargo run -p lesson10 --features live -- {text}"
        )),
        _ => Err(format!("only http and https can be checked; {example}")),
    }
}
