//! Makes the book's outputs and pictures from real runs, finds what has drifted from them, and measures the pages.
//! lib.rs has the commands.

use std::process::ExitCode;

use anyhow::{Context, bail};
use book::pages::{Length, pages, read};
use book::refresh::{
    COMPILER, FAULTS, Mode, alone, compiler_file, fault_catalogue, record_compiler, refresh,
};
use book::runs::{Run, runs};
use book::{lab, predictions};
use lesson_kit::println;
use lexopt::prelude::*;
use testkit::{rustc_version, same_compiler_as_the_book};

const USAGE: &str = "\
Usage: cargo run -p book -- refresh [--check] [NAME]...
       cargo run -p book -- pages
       cargo run -p book -- lab [--check]
       cargo run -p book -- predictions [--check]

  refresh           run every program the book shows, and write its output and its picture
  refresh NAME...   only these, for example lesson01
  --check           compare instead of writing; the status is 1 if something has drifted
  refresh rustc     only what the compiler says of the programs that it refuses, and which compiler that is
  pages             list the pages with their words, minutes, listings, predictions and exercises
  lab               copy mock-server's script that draws timelines into the book, and build the WebAssembly that
                    runs the labs in the pages; it takes rustup's target wasm32-wasip1
  lab --check       only check that both are as the sources are
  predictions       take the answers to the predictions in book/predictions from the outputs; `refresh` does it, too
  predictions --check   only check that the files with the answers are up to date

The words of rustc are compared only if this is the compiler that the book quotes. `refresh` runs on Linux: the
outputs in the book have that system's error messages.

The fault catalogue, called `faults`, needs curl and Node. It and the Python twins need a Python with aiohttp:
PYTHON=.venv/bin/python
";

fn main() -> ExitCode {
    let command = match parse(lexopt::Parser::from_env()) {
        Ok(command) => command,
        Err(error) => {
            eprintln!("book: {error:#}; see --help");
            return ExitCode::from(2);
        }
    };
    let done = match command {
        Command::Help => {
            println!("{}", USAGE.trim_end());
            Ok(true)
        }
        Command::Pages => list_pages().map(|()| true),
        Command::Lab(Mode::Write) => lab::copy_renderer().and_then(|()| lab::build()).map(|()| true),
        Command::Lab(Mode::Check) => check_lab(),
        Command::Predictions(mode) => refresh_predictions(mode),
        Command::Refresh(asked) => run_all(&asked),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("book: {error:#}");
            ExitCode::FAILURE
        }
    }
}

enum Command {
    Help,
    Pages,
    Lab(Mode),
    Predictions(Mode),
    Refresh(Asked),
}

struct Asked {
    mode: Mode,
    names: Vec<String>,
}

impl Asked {
    fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|wanted| wanted == name)
    }

    fn wants_run(&self, run: &Run) -> bool {
        self.wants(&run.name) || (run.refused && self.wants(COMPILER))
    }
}

fn parse(mut parser: lexopt::Parser) -> anyhow::Result<Command> {
    let mut asked = Asked { mode: Mode::Write, names: Vec::new() };
    let mut words = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Value(word) => words.push(word.string()?),
            Long("check") => asked.mode = Mode::Check,
            Short('h') | Long("help") => return Ok(Command::Help),
            _ => return Err(argument.unexpected().into()),
        }
    }
    let (verb, names) = words.split_first().context("no command is given")?;
    match verb.as_str() {
        "refresh" => {}
        "pages" if names.is_empty() => return Ok(Command::Pages),
        "lab" if names.is_empty() => return Ok(Command::Lab(asked.mode)),
        "predictions" if names.is_empty() => return Ok(Command::Predictions(asked.mode)),
        _ => bail!("there is no command `{}`", words.join(" ")),
    }
    let runs = runs()?;
    let known: Vec<_> = runs.iter().map(|run| run.name.as_str()).chain([FAULTS, COMPILER]).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("no run is called `{unknown}`; there are: {}", known.join(", "));
    }
    asked.names = names.to_vec();
    Ok(Command::Refresh(asked))
}

fn check_lab() -> anyhow::Result<bool> {
    let is_stale = lab::is_stale()?;
    if is_stale {
        println!(
            "the labs' sources have changed since their WebAssembly was built; build it: {}",
            lab::BUILD
        );
    }
    let has_renderer = lab::has_current_renderer()?;
    if !has_renderer {
        println!("the script that draws timelines has changed; copy it into the book: {}", lab::BUILD);
    }
    Ok(!is_stale && has_renderer)
}

fn refresh_predictions(mode: Mode) -> anyhow::Result<bool> {
    let is_fresh = predictions::refresh(mode)?;
    if !is_fresh {
        println!(
            "the predictions or the outputs have changed since their answers were written; write them: {}",
            predictions::BUILD
        );
    }
    Ok(is_fresh)
}

/// A page that can't be measured says why, and the others are listed all the same.
fn list_pages() -> anyhow::Result<()> {
    println!("page                               words  minutes  deeper  listings  predictions  exercises");
    for page in pages()? {
        let name = &page.name;
        match page.length() {
            Ok(Length { words, main, deeper, listings, predictions, exercises, .. }) => {
                let exercises = exercises.len();
                println!(
                    "{name:34} {words:5}  {main:7.1}  {deeper:6.1}  {listings:8}  {predictions:11}  {exercises:9}"
                );
            }
            Err(error) => println!("{name:34} {error:#}"),
        }
    }
    Ok(())
}

/// How often a run that drifts is tried again. On a busy machine, the server may see the next request before it sees that
/// the last client has left, and that can happen twice in a row.
const RETRIES: usize = 3;

/// What drifts each time has drifted.
fn confirmed(mode: Mode, refresh: impl Fn() -> anyhow::Result<bool>) -> anyhow::Result<bool> {
    let mut is_same = refresh()?;
    for _ in 0..RETRIES {
        if is_same || mode == Mode::Write {
            break;
        }
        println!("once more, because a machine may be busy:");
        is_same = refresh()?;
    }
    Ok(is_same)
}

/// One after another: two at once would be slower, each in its own way. Whether all is as it was written.
fn run_all(asked: &Asked) -> anyhow::Result<bool> {
    if !cfg!(target_os = "linux") {
        bail!(
            "`refresh` runs on Linux only, because the outputs in the book have that system's error messages"
        );
    }
    let _alone = alone()?;
    let (mut drifted, mut failed) = (Vec::new(), Vec::new());
    let mut settle = |name: &str, settled: anyhow::Result<bool>| match settled {
        Ok(true) => {}
        Ok(false) => drifted.push(name.to_owned()),
        Err(error) => {
            println!("{error:#}");
            failed.push(name.to_owned());
        }
    };
    // First, because it wants more than Rust.
    if asked.wants(FAULTS) {
        println!("{FAULTS}: each fault, asked for by five clients");
        settle(FAULTS, confirmed(asked.mode, || fault_catalogue(asked.mode)));
    }
    let (accepted, refused): (Vec<_>, Vec<_>) =
        runs()?.into_iter().filter(|run| asked.wants_run(run)).partition(|run| !run.refused);
    let quoted = if words_count(asked, refused.len())? { refused } else { Vec::new() };
    for run in accepted.iter().chain(&quoted) {
        println!("{}: {}", run.name, run.command);
        settle(&run.name, confirmed(asked.mode, || refresh(run, asked.mode)));
    }
    if !drifted.is_empty() {
        println!("If that is meant: cargo run -p book -- refresh {}", drifted.join(" "));
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    if asked.mode == Mode::Write && asked.wants(COMPILER) {
        record_compiler()?;
    }
    // Their answers are in the outputs.
    let is_fresh = refresh_predictions(asked.mode)?;
    Ok(drifted.is_empty() && is_fresh)
}

/// Whether to run the programs that the compiler refuses. All of its words in the book come from one version.
fn words_count(asked: &Asked, programs: usize) -> anyhow::Result<bool> {
    let records_all = asked.mode == Mode::Write && asked.wants(COMPILER);
    if programs == 0 || records_all || same_compiler_as_the_book() {
        return Ok(true);
    }
    let (quoted, this) = (read(&compiler_file())?, rustc_version());
    let differ = format!("the book quotes {}, and this is {this}", quoted.trim());
    if asked.mode == Mode::Write {
        bail!(
            "{differ}; `cargo run -p book -- refresh {COMPILER}` records all of the compiler's words again"
        );
    }
    println!("SKIPPED: what the compiler says isn't compared, in {programs} of the runs: {differ}");
    Ok(false)
}
