//! Read src/lib.rs first: it is the architecture; this is the command line.
//!
//! Which links of a site are broken, and where do they stand?
//!
//! ```sh
//! cargo run -p lesson10
//! cargo run -p lesson10 -- http://site.example
//! ```
//!
//! Exit status: 0 when no link is broken, 1 when some are, 2 for a wrong
//! argument, 3 when it could not do its work, or nothing of it, and 130 when it
//! was interrupted before it found anything broken.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, Write, stderr, stdout};
use std::ops::RangeInclusive;
use std::pin::pin;
use std::process::{ExitCode, exit};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use clap::builder::RangedU64ValueParser;
use lesson10::frontier::InMemory;
use lesson10::mock_site::MockSite;
use lesson10::progress::Progress;
use lesson10::reporter::Report;
use lesson10::{BrokeOff, Options, check};
use tokio::runtime::Runtime;
use tokio::signal::ctrl_c;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;
use url::Url;

/// What a shell says of a program that Ctrl-C has ended.
const INTERRUPTED: i32 = 130;

/// which links of a site are broken, and where they stand
#[derive(Debug, Parser)]
#[command(
    name = "lesson10",
    override_usage = "cargo run -p lesson10 -- [OPTIONS] [URL]",
    help_template = "{name}: {about}\n\nUsage: {usage}\n\n{all-args}{after-help}",
    after_help = "\
Exit status: 0 when no link is broken, 1 when some are, 2 for a wrong
argument, 3 when it could not do its work, 130 when it was interrupted
before it found anything broken. Ctrl-C prints what is known by then, and
a second one ends the program at once."
)]
struct Arguments {
    /// Where to begin; without it, a mock site with every kind of trouble
    #[arg(value_parser = url)]
    url: Option<Url>,
    /// Ask for at most N URLs of the site, and 10 N of others
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    #[arg(value_parser = number(1..=1_000_000))]
    pages: usize,
    /// Check the links of pages up to N links away
    #[arg(long, value_name = "N", default_value_t = 20)]
    #[arg(value_parser = number(0..=10_000))]
    depth: usize,
    /// Make at most N requests at a time
    #[arg(long, value_name = "N", default_value_t = 16)]
    #[arg(value_parser = number(1..=1_000))]
    at_once: usize,
    /// Make at most N of them to one host
    #[arg(long, value_name = "N", default_value_t = 4)]
    #[arg(value_parser = number(1..=1_000))]
    per_host: usize,
    /// How long a request may take [default: 10, and 1 on the mock site]
    #[arg(long, value_name = "SECONDS")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: Option<u64>,
    /// Print JSON: a line for each broken link, and one for the whole
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => {
            // The rest of its lines is usage, which --help tells.
            let words = error.to_string();
            let line = words.lines().next().unwrap_or_default();
            let line = line.trim_start_matches("error: ");
            complain(format_args!("{line}; --help tells what there is"));
            return ExitCode::from(2);
        }
        Err(help) => help.exit(),
    };
    let status = Runtime::new().map_err(Into::into).and_then(|runtime| {
        let status = runtime.block_on(run(&arguments));
        // A name that is still being looked up keeps nobody waiting.
        runtime.shutdown_background();
        status
    });
    match status {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            complain(format_args!("{error:#}"));
            ExitCode::from(3)
        }
    }
}

// ANCHOR: run
/// Checks, prints, and returns the exit status. The first Ctrl-C ends the
/// checking, the second one everything.
async fn run(arguments: &Arguments) -> anyhow::Result<u8> {
    let stop = CancellationToken::new();
    let mut working = pin!(check_and_tell(arguments, &stop));
    loop {
        tokio::select! {
            // So that it listens before the first request leaves.
            biased;
            heard = ctrl_c() => {
                heard?;
                if stop.is_cancelled() {
                    exit(INTERRUPTED);
                }
                stop.cancel();
            }
            status = &mut working => return status,
        }
    }
}
// ANCHOR_END: run

async fn check_and_tell(
    arguments: &Arguments,
    stop: &CancellationToken,
) -> anyhow::Result<u8> {
    // The site is there until it is dropped.
    let (options, _site) = options(arguments).await?;
    let frontier = InMemory::new(arguments.pages, arguments.per_host);
    let progress = Progress::shown();
    let checked = check(&options, frontier, &progress, stop).await;
    progress.end();
    let (report, broke_off) = match checked {
        Ok(report) => (Arc::new(report), None),
        Err(error) => match error.downcast_ref::<BrokeOff>() {
            Some(BrokeOff { report }) => (Arc::clone(report), Some(error)),
            None => return Err(error),
        },
    };
    let (status, as_json) = (report.status(), arguments.json);
    // Who reads it may be slow, and Ctrl-C is to be heard meanwhile.
    spawn_blocking(move || tell(&report, as_json)).await??;
    if status == 3 {
        complain("nothing was checked: the start leads beyond the limits");
    }
    broke_off.map_or(Ok(status), Err)
}

async fn options(
    arguments: &Arguments,
) -> anyhow::Result<(Options, Option<MockSite>)> {
    let Arguments { depth, at_once, timeout, .. } = *arguments;
    let limit = |default| Duration::from_secs(timeout.unwrap_or(default));
    let (options, site) = match &arguments.url {
        Some(start) => (Options::new(start.clone(), limit(10)), None),
        None => {
            let site = MockSite::start().await?;
            (site.options(limit(1))?, Some(site))
        }
    };
    Ok((Options { depth, at_once, ..options }, site))
}

/// Prints the report. Where its reader has left, as `head` does, that is no
/// error, and the status is what it would have been.
fn tell(report: &Report, as_json: bool) -> io::Result<()> {
    let mut out = BufWriter::new(stdout().lock());
    let told = match as_json {
        true => report.write_json(&mut out),
        false => report.write_table(&mut out),
    };
    match told.and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Tells what went wrong. Where nobody reads it, the status does.
fn complain(words: impl Display) {
    let _ = writeln!(stderr(), "lesson10: {words}");
}

fn number(range: RangeInclusive<u64>) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(range)
}

fn url(text: &str) -> Result<Url, String> {
    let example = "write it out, for example http://site.example";
    let url =
        Url::parse(text).map_err(|error| format!("{error}; {example}"))?;
    match url.scheme() {
        "http" => Ok(url),
        "https" if cfg!(feature = "live") => Ok(url),
        "https" => Err(format!(
            "it needs TLS, which this build leaves out; \
             cargo run -p lesson10 --features live -- {text}"
        )),
        _ => Err(format!("it is not of the web; {example}")),
    }
}
