//! Lets the programs do their work in turn, and tells what they took.

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, bail, ensure};
use lexopt::prelude::*;

use crate::chart;
use crate::lessons;
use crate::machine;
use crate::program::Report;
use crate::server::Server;
use crate::table::{self, Figures, Round, Row};
use crate::usage::{End, Usage};
use crate::works::{Program, Start, Work, works};

const HELP: &str = "\
Whole programs in Rust and in Python, measured beside each other.

Usage: cargo bench --bench peers -- [--short] [--rounds N] [--only NAME]... [--into FOLDER]
       cargo bench --bench peers -- --lessons [--into FOLDER]

  --short        tiny sizes and one round: are the answers right? With
                 REQUIRE_TOOLS set, a peer that is missing is an error
  --rounds N     how often each program runs, in turn with the others
                 (default 5)
  --only NAME    work whose name has this in it: sites, in-flight, pages,
                 titles, ladder
  --lessons      runs no program: tables of what `cargo bench` measured last
  --into FOLDER  where the tables and charts go, from the root of the
                 workspace (default: target/peers, or target/peers-short)
  --help         this text

Figures are medians of all rounds, with the least and the most in brackets;
a ratio is the median of the ratios of each round. `seconds` is the work
alone, as the program measured it; with its start and end it is in
peers.csv. The ceiling is the same server with a client of raw sockets.
`most in flight` is what the server saw: of a client that is slow to send,
the first requests are over before the last is out. CPU and memory are the
client's, as the kernel counts them.

Set PYTHON to the interpreter that has benches/requirements.txt installed.
";

/// After so many seconds a program is ended.
const LIMIT: u64 = 180;
/// Open files for all else than connections.
const OTHER_FILES: u64 = 256;
/// As many as a system may give.
const PLENTY: u64 = 1 << 20;

#[derive(Debug, PartialEq)]
struct Options {
    short: bool,
    rounds: usize,
    only: Vec<String>,
    lessons: bool,
    into: Option<PathBuf>,
}

/// Does what the command line asks for. `measure` is where `peer-measure` is; the other programs are beside it.
pub fn run(measure: &Path) -> ExitCode {
    let options = match options(env::args_os()) {
        Ok(Some(options)) => options,
        Ok(None) => {
            tell(HELP.trim_end());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            complain(&format!("peers: {error}; --help tells more"));
            return ExitCode::from(2);
        }
    };
    let done = match options.lessons {
        true => tell_of_lessons(measure, &options),
        false => measure_all(measure, &options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("peers: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Prints, if anybody reads it still: the figures are in files, too.
fn tell(words: &str) {
    let _ = writeln!(stdout(), "{words}");
}

/// The same for what goes wrong, and for how far it is.
fn complain(words: &str) {
    let _ = writeln!(stderr(), "{words}");
}

/// What is asked for; `None` for `--help`.
fn options(arguments: impl IntoIterator<Item = OsString>) -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options { short: false, rounds: 0, only: Vec::new(), lessons: false, into: None };
    let mut parser = lexopt::Parser::from_iter(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("short") => options.short = true,
            Long("rounds") => {
                let rounds = parser.value()?;
                options.rounds = rounds.parse_with(|rounds| match rounds.parse() {
                    Ok(rounds) if rounds > 0 => Ok(rounds),
                    _ => Err("it is a whole number from 1"),
                })?;
            }
            Long("only") => options.only.push(parser.value()?.string()?),
            Long("lessons") => options.lessons = true,
            Long("into") => options.into = Some(parser.value()?.into()),
            Short('h') | Long("help") => return Ok(None),
            // cargo says so to every bench.
            Long("bench") => {}
            _ => return Err(argument.unexpected()),
        }
    }
    if options.rounds == 0 {
        options.rounds = if options.short { 1 } else { 5 };
    }
    Ok(Some(options))
}

fn measure_all(measure: &Path, options: &Options) -> anyhow::Result<()> {
    let programs = measure.parent().context("the programs are in a folder")?;
    let into = folder(programs, options)?;
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    // The programs inherit it. Where it cannot be raised it is left as it is.
    let files = rlimit::increase_nofile_limit(PLENTY).unwrap_or(0);
    let scratch = tempfile::tempdir()?;
    let server = Server::start()?;
    let mut works = works(&server.url, options.short, scratch.path())?;
    if !options.only.is_empty() {
        works.retain(|work| options.only.iter().any(|name| work.name.contains(name)));
        ensure!(
            !works.is_empty(),
            "no work is called {}; --help tells which there are",
            options.only.join(", ")
        );
    }
    let missing = machine::missing(&python, &works);
    if !missing.is_empty() {
        let words = format!("{python} does not have {}", missing.join(", "));
        ensure!(env::var_os("REQUIRE_TOOLS").is_none(), "{words}");
        complain(&format!("LEFT OUT: {words}; pip install -r benches/requirements.txt"));
    }
    let runner = Runner {
        server: &server,
        measure,
        programs,
        python: &python,
        missing,
        scratch: scratch.path(),
        options,
    };
    let mut done = Vec::new();
    for work in works {
        // The server has three quarters of its files for connections.
        let room = (files.saturating_sub(OTHER_FILES) / 4 * 3) as usize;
        let figures = if work.connections > room {
            let reason =
                format!("it takes {} connections, and `ulimit -n` leaves room for {room}", work.connections);
            ensure!(!options.short, "{}: {reason}", work.name);
            let left_out = |(program, _): &(Program, usize)| Figures {
                program: program.name,
                rounds: Err(reason.clone()),
            };
            work.programs.iter().map(left_out).collect()
        } else {
            runner.figures(&work)?
        };
        let rows = table::rows(&work, &figures);
        tell(&format!("## {}: {}\n\n{}", work.name, work.title, table::markdown(&work, &rows)));
        done.push((work, rows));
    }
    let told = machine::told(&python);
    write(&into, &told, options, &done)?;
    tell(&format!("The tables and the charts are in {}.", into.display()));
    if options.short {
        tell("These sizes are for the answers, which were right; the figures mean nothing.");
    }
    Ok(())
}

/// A table for each group of the bench `lessons`, in a file called after it: `overhead.md`.
fn tell_of_lessons(measure: &Path, options: &Options) -> anyhow::Result<()> {
    let programs = measure.parent().context("the programs are in a folder")?;
    let target = programs.parent().context("the programs are in `target`")?;
    let functions = lessons::measured(&target.join("criterion"))?;
    let into = folder(programs, options)?;
    for (group, table) in lessons::tables(&functions) {
        tell(&format!("## {group}\n\n{table}"));
        let name = group.split_once(' ').map_or(group, |(_, name)| name);
        fs::write(into.join(format!("{name}.md")), table)?;
    }
    tell(&format!("The tables are in {}.", into.display()));
    Ok(())
}

/// Where the tables and charts go. cargo's `target` is wherever the programs were built.
fn folder(programs: &Path, options: &Options) -> anyhow::Result<PathBuf> {
    let folder = match &options.into {
        Some(into) => Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(into),
        None => {
            let target = programs.parent().context("the programs are in `target`")?;
            target.join(if options.short { "peers-short" } else { "peers" })
        }
    };
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    Ok(folder.canonicalize()?)
}

fn write(
    into: &Path,
    told: &[(&str, String)],
    options: &Options,
    done: &[(Work, Vec<Row>)],
) -> anyhow::Result<()> {
    let rounds = options.rounds;
    let mut told_of: String = told.iter().map(|(what, words)| format!("- {what}: {words}\n")).collect();
    if options.short {
        told_of += "- made with `--short`: the answers were right, and the figures mean nothing\n";
    }
    fs::write(into.join("machine.md"), told_of)?;
    let date = told.first().map_or("", |(_, date)| date);
    let machine = told.get(1).map_or("", |(_, machine)| machine);
    let foot = format!("{machine}; {rounds} rounds; {date}");
    for (work, rows) in done {
        fs::write(into.join(format!("{}.md", work.name)), table::markdown(work, rows))?;
        fs::write(into.join(format!("{}.svg", work.name)), chart::svg(work, rows, &foot))?;
    }
    fs::write(into.join("peers.csv"), table::csv(done)?)?;
    Ok(())
}

/// What it takes to run the programs.
struct Runner<'run> {
    server: &'run Server,
    measure: &'run Path,
    programs: &'run Path,
    python: &'run str,
    missing: Vec<&'static str>,
    scratch: &'run Path,
    options: &'run Options,
}

/// Why a program has no figures.
enum Without {
    /// It is told in its row.
    Told(String),
    /// An answer that is wrong: then nothing else is worth anything.
    Wrong(anyhow::Error),
}

impl Runner<'_> {
    /// The figures of each program of a work: all programs in turn, and then again.
    fn figures(&self, work: &Work) -> anyhow::Result<Vec<Figures>> {
        let mut figures: Vec<_> = work
            .programs
            .iter()
            .map(|(program, _)| Figures { program: program.name, rounds: self.is_there(program) })
            .collect();
        let alone = work.alone();
        for round in 1..=self.options.rounds {
            for (figures, (program, number)) in figures.iter_mut().zip(&work.programs) {
                let Ok(rounds) = &mut figures.rounds else { continue };
                complain(&format!(
                    "{}, round {round} of {}: {}",
                    work.name, self.options.rounds, program.name
                ));
                let took = self.took(work, program, *number).and_then(|took| match &alone {
                    Some(alone) => Ok(Round { alone: Some(self.took(alone, program, 1)?.peak), ..took }),
                    None => Ok(took),
                });
                match took {
                    Ok(took) => rounds.push(took),
                    Err(Without::Told(reason)) if !self.options.short => figures.rounds = Err(reason),
                    Err(Without::Told(reason)) => bail!("{}: {}: {reason}", work.name, program.name),
                    Err(Without::Wrong(error)) => {
                        return Err(error.context(format!("{}: {} is wrong", work.name, program.name)));
                    }
                }
            }
        }
        Ok(figures)
    }

    fn is_there(&self, program: &Program) -> Result<Vec<Round>, String> {
        match program.start {
            Start::Python(_, modules, _) if modules.iter().any(|module| self.missing.contains(module)) => {
                Err(format!("not run: {} is missing", modules.join(" or ")))
            }
            _ => Ok(Vec::new()),
        }
    }

    fn took(&self, work: &Work, program: &Program, number: usize) -> Result<Round, Without> {
        let told = |error: anyhow::Error| Without::Told(format!("{error:#}"));
        self.server.forget().map_err(told)?;
        let (report, usage) = self.run(work, program, number).map_err(told)?;
        report.check(&work.answers_of(program)).map_err(Without::Wrong)?;
        let in_flight = self.server.most_in_flight().map_err(told)? as f64;
        let (whole, cpu) = (usage.wall.as_secs_f64(), usage.cpu.as_secs_f64());
        Ok(Round { seconds: report.seconds, whole, cpu, peak: usage.peak as f64, alone: None, in_flight })
    }

    fn run(&self, work: &Work, program: &Program, number: usize) -> anyhow::Result<(Report, Usage)> {
        let file = |name: &str| self.scratch.join(name);
        fs::write(file("given"), work.lines.join("\n") + "\n")?;
        let mut command = Command::new(self.measure);
        command.arg(file("usage")).arg(LIMIT.to_string());
        match program.start {
            Start::Rust(binary, _) => {
                command.arg(self.programs.join(format!("peer-{binary}{}", env::consts::EXE_SUFFIX)));
            }
            Start::Python(script, ..) => {
                let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(script);
                command.arg(self.python).arg(script);
            }
        }
        let (Start::Rust(_, argument) | Start::Python(_, _, argument)) = program.start;
        if !argument.is_empty() {
            command.arg(argument);
        }
        command
            .arg(number.to_string())
            // Many a client obeys proxy variables even for this machine.
            .envs(HashMap::from([("NO_PROXY", "127.0.0.1"), ("no_proxy", "127.0.0.1")]))
            .stdin(Stdio::from(File::open(file("given"))?))
            .stdout(Stdio::from(File::create(file("printed"))?))
            .stderr(Stdio::from(File::create(file("errors"))?));
        let measured = command.status()?;
        let errors = fs::read_to_string(file("errors"))?;
        let last = errors.lines().next_back().unwrap_or("and said nothing");
        ensure!(measured.success(), "it was not measured: {last}");
        let usage: Usage = fs::read_to_string(file("usage"))?.parse()?;
        match &usage.end {
            End::Well => Ok((fs::read_to_string(file("printed"))?.parse()?, usage)),
            End::TooLong => bail!("not done within {LIMIT} s"),
            End::Failed(status) => bail!("failed ({status}): {last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &str) -> Result<Option<Options>, String> {
        options(format!("peers {words}").split(' ').map(OsString::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_short_run_has_one_round_and_a_full_one_five_unless_told_otherwise() {
        let rounds = |words| asked(words).expect("it is right").expect("it is no cry for help").rounds;
        assert_eq!(rounds("--bench"), 5);
        assert_eq!(rounds("--short --bench"), 1);
        assert_eq!(rounds("--rounds 3 --short"), 3);
        assert_eq!(asked("--help"), Ok(None));
    }

    #[test]
    fn an_option_that_is_wrong_is_named() {
        let error = asked("--rounds 0").expect_err("no rounds are no figures");
        assert!(error.contains("it is a whole number from 1"), "{error}");
        let error = asked("--fast").expect_err("there is no such option");
        assert!(error.contains("--fast"), "{error}");
    }
}
