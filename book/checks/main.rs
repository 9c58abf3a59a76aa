//! Makes the book's outputs and pictures from real runs, or finds what has drifted from them. lib.rs has the commands.

use std::process::ExitCode;

use anyhow::{Context, bail};
use book::refresh::{FAULTS, Mode, alone, fault_catalogue, refresh};
use book::runs::RUNS;
use lesson_kit::println;
use lexopt::prelude::*;

const USAGE: &str = "\
Usage: cargo run -p book -- refresh [--check] [NAME]...

  refresh           run every program the book shows, and write down its output and its picture
  refresh NAME...   only these, for example lesson01
  --check           compare with what is written; the status is 1 where something has drifted

The fault catalogue, called `faults`, wants curl; it and the Python twins want a Python with aiohttp: PYTHON=.venv/bin/python
";

fn main() -> ExitCode {
    let asked = match parse(lexopt::Parser::from_env()) {
        Ok(Some(asked)) => asked,
        Ok(None) => {
            println!("{}", USAGE.trim_end());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("book: {error:#}; see --help");
            return ExitCode::from(2);
        }
    };
    match run(&asked) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("book: {error:#}");
            ExitCode::FAILURE
        }
    }
}

struct Asked {
    mode: Mode,
    names: Vec<String>,
}

impl Asked {
    fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|wanted| wanted == name)
    }
}

fn parse(mut parser: lexopt::Parser) -> anyhow::Result<Option<Asked>> {
    let mut asked = Asked { mode: Mode::Write, names: Vec::new() };
    let mut words = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Value(word) => words.push(word.string()?),
            Long("check") => asked.mode = Mode::Check,
            Short('h') | Long("help") => return Ok(None),
            _ => return Err(argument.unexpected().into()),
        }
    }
    let (verb, names) = words.split_first().context("no command is given")?;
    if verb != "refresh" {
        bail!("there is no command `{verb}`");
    }
    let known: Vec<&str> = RUNS.iter().map(|run| run.name).chain([FAULTS]).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("no run is called `{unknown}`; there are: {}", known.join(", "));
    }
    asked.names = names.to_vec();
    Ok(Some(asked))
}

/// What drifts on a busy machine is run once more; what drifts twice has drifted.
fn confirmed(mode: Mode, refresh: impl Fn() -> anyhow::Result<bool>) -> anyhow::Result<bool> {
    let same = refresh()?;
    if same || mode == Mode::Write {
        return Ok(same);
    }
    println!("once more, because a machine may be busy:");
    refresh()
}

/// One after another: two at once would be slower, each in its own way. Whether all is as it was written.
fn run(asked: &Asked) -> anyhow::Result<bool> {
    let _alone = alone()?;
    let mut drifted = Vec::new();
    let mut failed = Vec::new();
    let mut settle = |name: &'static str, settled: anyhow::Result<bool>| match settled {
        Ok(true) => {}
        Ok(false) => drifted.push(name),
        Err(error) => {
            println!("{error:#}");
            failed.push(name);
        }
    };
    // First, because it wants more than Rust.
    if asked.wants(FAULTS) {
        println!("{FAULTS}: each fault, asked for by three clients");
        settle(FAULTS, confirmed(asked.mode, || fault_catalogue(asked.mode)));
    }
    for run in RUNS.iter().filter(|run| asked.wants(run.name)) {
        println!("{}: {}", run.name, run.command);
        settle(run.name, confirmed(asked.mode, || refresh(run, asked.mode)));
    }
    if !drifted.is_empty() {
        println!("If that is meant: cargo run -p book -- refresh {}", drifted.join(" "));
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(drifted.is_empty())
}
