//! The bench `peers`: runs all workloads and writes the tables and the charts.
//!
//! hyperfine measures whole programs, too. This bench does three things that hyperfine doesn't: it runs the programs in
//! turn, so that a ratio compares two runs of the same minute; it checks every answer; and it gets the number of
//! requests in flight from the server.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};

use crate::chart;
use crate::criterion;
use crate::machine;
use crate::options::{self, HELP, Options};
use crate::printing::{print, print_error};
use crate::programs::Program;
use crate::runner::Runner;
use crate::server::Server;
use crate::table::{self, Figures, Row};
use crate::workloads::{Workload, workloads};

/// Open files for everything except connections.
const OTHER_FILES: u64 = 256;
/// The Python interpreter if `PYTHON` isn't set.
const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };
/// More open files than any system allows, so that we get the system's maximum.
const MANY_FILES: u64 = 1 << 20;

/// Does what the command line says. `measure` is the path of `peer-measure`; the other programs are in the same folder.
pub fn run(measure: &Path) -> ExitCode {
    let options = match options::parse(env::args_os()) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print(HELP.trim_end());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            print_error(&format!("peers: {error}; see --help"));
            return ExitCode::from(2);
        }
    };
    let result =
        if options.lessons { write_lessons(measure, &options) } else { measure_all(measure, &options) };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(&format!("peers: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn measure_all(measure: &Path, options: &Options) -> anyhow::Result<()> {
    let programs = measure.parent().context("the programs are in a folder")?;
    let into = folder(programs, options)?;
    let python = env::var("PYTHON").unwrap_or_else(|_| PYTHON.to_owned());
    // The programs inherit the limit. If it can't be raised, large workloads are left out.
    let files = rlimit::increase_nofile_limit(MANY_FILES).unwrap_or(0);
    let scratch = tempfile::tempdir()?;
    let server = Server::start()?;
    let workloads = selected(workloads(&server.url, options.short, scratch.path())?, &options.only)?;
    let runner = Runner {
        server: &server,
        measure,
        programs,
        python: &python,
        missing: missing_modules(&python, &workloads)?,
        scratch: scratch.path(),
        rounds: options.rounds,
        strict: options.short,
    };
    let mut results = Vec::new();
    for workload in workloads {
        let figures = match too_many_connections(&workload, files) {
            Some(reason) => {
                ensure!(!options.short, "{}: {reason}", workload.name);
                not_run(&workload, &reason)
            }
            None => runner.figures(&workload)?,
        };
        let rows = table::rows(&workload, &figures);
        print(&format!("## {}: {}\n\n{}", workload.name, workload.title, table::markdown(&workload, &rows)));
        results.push((workload, rows));
    }
    write(&into, &machine::facts(&python), options, &results)?;
    print(&format!("The tables and the charts are in {}.", into.display()));
    if options.short {
        print("All answers were right. At these sizes the figures mean nothing.");
    }
    Ok(())
}

/// The workloads whose name contains one of these words; all if there are none.
fn selected(mut workloads: Vec<Workload>, only: &[String]) -> anyhow::Result<Vec<Workload>> {
    if !only.is_empty() {
        workloads.retain(|workload| only.iter().any(|name| workload.name.contains(name)));
        ensure!(!workloads.is_empty(), "no workload is called {}; see --help", only.join(" or "));
    }
    Ok(workloads)
}

fn missing_modules(python: &str, workloads: &[Workload]) -> anyhow::Result<Vec<&'static str>> {
    let missing = machine::missing(python, workloads);
    if !missing.is_empty() {
        let words = format!("{python} doesn't have {}", missing.join(", "));
        ensure!(env::var_os("REQUIRE_TOOLS").is_none(), "{words}");
        print_error(&format!("LEFT OUT: {words}; pip install -r benches/requirements.txt"));
    }
    Ok(missing)
}

/// The reason why a workload can't run with this many open files, if there is one.
fn too_many_connections(workload: &Workload, files: u64) -> Option<String> {
    // The server uses three quarters of its files for connections.
    let room = (files.saturating_sub(OTHER_FILES) / 4 * 3) as usize;
    (workload.connections > room).then(|| {
        format!("it needs {} connections, and `ulimit -n` has room for {room}", workload.connections)
    })
}

fn not_run(workload: &Workload, reason: &str) -> Vec<Figures> {
    let figures =
        |(program, _): &(Program, usize)| Figures { program: program.name, rounds: Err(reason.to_owned()) };
    workload.programs.iter().map(figures).collect()
}

/// Writes a table for each group of the bench `lessons`, in a file with the group's name: `overhead.md`.
fn write_lessons(measure: &Path, options: &Options) -> anyhow::Result<()> {
    let programs = measure.parent().context("the programs are in a folder")?;
    let target = programs.parent().context("the programs are in `target`")?;
    let functions = criterion::functions(&target.join("criterion"))?;
    let into = folder(programs, options)?;
    for (group, table) in criterion::tables(&functions) {
        print(&format!("## {group}\n\n{table}"));
        let name = group.split_once(' ').map_or(group, |(_, name)| name);
        fs::write(into.join(format!("{name}.md")), table)?;
    }
    print(&format!("The tables are in {}.", into.display()));
    Ok(())
}

/// The folder for the results. cargo's `target` is wherever the programs were built.
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
    facts: &[(&str, String)],
    options: &Options,
    results: &[(Workload, Vec<Row>)],
) -> anyhow::Result<()> {
    let rounds = options.rounds;
    let mut list: String = facts.iter().map(|(label, fact)| format!("- {label}: {fact}\n")).collect();
    if options.short {
        list += "- made with `--short`: the answers were right, but the figures mean nothing\n";
    }
    fs::write(into.join("machine.md"), list)?;
    let date = facts.first().map_or("", |(_, date)| date);
    let machine = facts.get(1).map_or("", |(_, machine)| machine);
    let foot = format!("{machine}; {rounds} rounds; {date}");
    for (workload, rows) in results {
        fs::write(into.join(format!("{}.md", workload.name)), table::markdown(workload, rows))?;
        fs::write(into.join(format!("{}.svg", workload.name)), chart::svg(workload, rows, &foot))?;
    }
    fs::write(into.join("peers.csv"), table::csv(results)?)?;
    Ok(())
}
