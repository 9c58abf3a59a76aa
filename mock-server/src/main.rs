//! A web that misbehaves, for any client: curl, a browser, Python.
//!
//! ```sh
//! mock-server                           # http://127.0.0.1:8080/ lists what there is
//! curl -i http://127.0.0.1:8080/site/python.org
//! ```
//!
//! It also serves a live page, which shows the requests as they come. `--open` opens it in a browser.
//!
//! `--load` is for measuring clients: there's one more site, `page.example`, whose page (15,000 bytes) comes without delay and
//! without wiremock, and requests aren't listed.

use std::io::{self, Write};
use std::pin::pin;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::{Context, anyhow};
use lexopt::prelude::*;
use mock_server::{MockWeb, Site, StartError, Watch, page, presets, timeline};
use tokio::sync::mpsc;

const VERSION: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"), "\n");

const HELP: &str = "\
A web that misbehaves on the wire, on one port of this machine.

Usage: mock-server [--port N] [--seed N] [--load] [--open]

  --port N   the port to listen on (default 8080; 0 takes a free one)
  --seed N   the seed of everything random (default 1)
  --load     for measuring clients: no line for each request, and one more
             site, page.example, that answers as fast as this program can
  --open     open the live page in a browser
  --help     this text
  --version  name and version

http://127.0.0.1:8080/ lists the sites and the faults. The live page shows the
requests as they come; its address is new each time, and only printed here.
Ctrl-C ends the program.
";

/// How many finished requests may wait for their lines to be printed. Beyond that, some are left out.
const LINES: usize = 10_000;
/// How long Ctrl-C waits for requests in flight.
const DRAIN: Duration = Duration::from_millis(800);
/// How long it then waits for their lines to be printed.
const PRINT: Duration = Duration::from_millis(100);

/// What the command line asks for.
enum Command {
    Serve(Arguments),
    Print(&'static str),
}

struct Arguments {
    port: u16,
    seed: u64,
    load: bool,
    open: bool,
}

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(Command::Serve(arguments)) => arguments,
        Ok(Command::Print(text)) => {
            say(text);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            complain(&format!("{error}; see --help"));
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Result<Command, lexopt::Error> {
    let mut arguments = Arguments { port: 8080, seed: 1, load: false, open: false };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") => arguments.port = parser.value()?.parse()?,
            Long("seed") => arguments.seed = parser.value()?.parse()?,
            Long("load") => arguments.load = true,
            Long("open") => arguments.open = true,
            Short('h') | Long("help") => return Ok(Command::Print(HELP)),
            Short('V') | Long("version") => return Ok(Command::Print(VERSION)),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Command::Serve(arguments))
}

fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: &Arguments) -> anyhow::Result<()> {
    // Polled before the address is printed, so that a program that has read the address can end this one.
    let mut interrupted = pin!(shutdown_signal());
    let _ = futures::poll!(interrupted.as_mut());
    let (log, mut exchanges) = mpsc::channel(LINES);
    let watch = Watch::without_port()?;
    let builder = MockWeb::builder()
        .watch(&watch, "mock-server")
        .on_one_port(arguments.port)
        .seed(arguments.seed)
        .forget_requests()
        .clients_elsewhere();
    #[cfg(feature = "tls")]
    let builder = builder.https_ports();
    let builder = if arguments.load {
        let site = Site::new("page.example").page(page("A page", 15_000, 2_000)).by_front();
        drop(log);
        builder.sites(presets::tutorial().into_iter().chain([site]))
    } else {
        builder.log(log)
    };
    let web = builder.start().map_err(with_remedy)?;
    let address = web.one_port().context("the web has no port of its own")?;
    say(&format!("http://{address}/ lists what there is (seed {}); Ctrl-C ends it\n", web.seed()));
    say(&format!("{} shows the requests as they come\n", watch.url()));
    if arguments.open
        && let Err(error) = watch.open_in_browser()
    {
        // The address is there for a person to open.
        complain(&format!("cannot open the browser: {error}; open the address yourself"));
    }
    // In a thread of its own: a terminal that does not read (`| less`) must not keep Ctrl-C waiting.
    let (printing, printed) = std::sync::mpsc::channel::<()>();
    thread::spawn(move || {
        while let Some(exchange) = exchanges.blocking_recv() {
            say(&format!("{}\n", timeline::line(&exchange)));
        }
        drop(printing);
    });
    interrupted.await.context("cannot listen for signals")?;
    web.drain(DRAIN).await;
    drop(web);
    // If the time runs out, nothing more can be done for the lines.
    let _ = printed.recv_timeout(PRINT);
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM.
#[cfg(unix)]
async fn shutdown_signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

/// Waits for Ctrl-C or Ctrl-Break.
#[cfg(windows)]
async fn shutdown_signal() -> io::Result<()> {
    let mut ctrl_break = tokio::signal::windows::ctrl_break()?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = ctrl_break.recv() => Ok(()),
    }
}

fn with_remedy(error: StartError) -> anyhow::Error {
    match error {
        StartError::Port { .. } => anyhow!("{error}; --port N takes a different port, --port 0 a free one"),
        error => error.into(),
    }
}

/// Prints an error. If standard error is closed or a pipe without a reader, the exit status has to do.
fn complain(message: &str) {
    let message = message.replace(char::is_control, "\u{fffd}");
    let _ = writeln!(io::stderr(), "mock-server: {message}");
}

/// Prints. If there's no reader left (`| head -1`), the server carries on without.
fn say(words: &str) {
    let _ = io::stdout().write_all(words.as_bytes());
}
