//! Runs the programs of a workload in turn, checks their answers, and collects their figures.

use std::collections::HashMap;
use std::env;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{bail, ensure};

use crate::printing::print_error;
use crate::programs::{Program, Start};
use crate::report::Report;
use crate::server::Server;
use crate::table::{Figures, Round};
use crate::usage::{End, Usage};
use crate::workloads::Workload;

/// A program that runs longer than this many seconds is killed.
const TIME_LIMIT: u64 = 180;

/// Everything that running a program needs.
pub struct Runner<'run> {
    /// The mock web.
    pub server: &'run Server,
    /// The program `peer-measure`.
    pub measure: &'run Path,
    /// The folder of the programs in Rust.
    pub programs: &'run Path,
    /// The Python interpreter.
    pub python: &'run str,
    /// The modules that it doesn't have.
    pub missing: Vec<&'static str>,
    /// A folder for files between the programs.
    pub scratch: &'run Path,
    /// How often each program runs.
    pub rounds: usize,
    /// Whether a program that fails ends the run. Otherwise its row has the reason.
    pub strict: bool,
}

/// Why a program has no figures.
enum Failure {
    /// It didn't run to completion.
    NotMeasured(anyhow::Error),
    /// It gave a wrong answer, so it did something else than the others.
    WrongAnswer(anyhow::Error),
}

impl Runner<'_> {
    /// The figures of all programs of a workload. All programs run in turn, once in each round.
    ///
    /// # Errors
    ///
    /// A wrong answer. If the runner is strict, any program that fails.
    pub fn figures(&self, workload: &Workload) -> anyhow::Result<Vec<Figures>> {
        let mut figures: Vec<_> = workload
            .programs
            .iter()
            .map(|(program, _)| Figures { program: program.name, rounds: self.check_modules(program) })
            .collect();
        for round in 1..=self.rounds {
            for (figures, (program, number)) in figures.iter_mut().zip(&workload.programs) {
                let Ok(rounds) = &mut figures.rounds else { continue };
                print_error(&format!(
                    "{}, round {round} of {}: {}",
                    workload.name, self.rounds, program.name
                ));
                match self.round(workload, program, *number) {
                    Ok(round) => rounds.push(round),
                    Err(Failure::NotMeasured(error)) if !self.strict => {
                        figures.rounds = Err(format!("{error:#}"));
                    }
                    Err(Failure::NotMeasured(error) | Failure::WrongAnswer(error)) => {
                        return Err(error.context(format!("{}: {}", workload.name, program.name)));
                    }
                }
            }
        }
        Ok(figures)
    }

    fn check_modules(&self, program: &Program) -> Result<Vec<Round>, String> {
        match program.start {
            Start::Python(_, modules) if modules.iter().any(|module| self.missing.contains(module)) => {
                Err(format!("not run: it needs {}", modules.join(" and ")))
            }
            _ => Ok(Vec::new()),
        }
    }

    /// One run of a program, and one with a single page if the workload wants that.
    fn round(&self, workload: &Workload, program: &Program, number: usize) -> Result<Round, Failure> {
        let mut round = self.measured(workload, program, number)?;
        if let Some(single) = workload.single() {
            round.single_peak = Some(self.measured(&single, program, 1)?.peak);
        }
        Ok(round)
    }

    fn measured(&self, workload: &Workload, program: &Program, number: usize) -> Result<Round, Failure> {
        self.server.reset().map_err(Failure::NotMeasured)?;
        let (report, usage) = self.run(workload, program, number).map_err(Failure::NotMeasured)?;
        report.check(&workload.answers_of(program)).map_err(Failure::WrongAnswer)?;
        let in_flight = self.server.most_in_flight().map_err(Failure::NotMeasured)?;
        Ok(Round {
            seconds: report.seconds,
            whole: usage.wall.as_secs_f64(),
            cpu: usage.cpu.as_secs_f64(),
            peak: usage.peak as f64,
            single_peak: None,
            in_flight: in_flight as f64,
        })
    }

    fn run(&self, workload: &Workload, program: &Program, number: usize) -> anyhow::Result<(Report, Usage)> {
        let file = |name: &str| self.scratch.join(name);
        fs::write(file("input"), workload.lines.join("\n") + "\n")?;
        let measured = self
            .command(program, &file("usage"), number)
            .stdin(Stdio::from(File::open(file("input"))?))
            .stdout(Stdio::from(File::create(file("output"))?))
            .stderr(Stdio::from(File::create(file("errors"))?))
            .status()?;
        let errors = fs::read_to_string(file("errors"))?;
        let last = errors.lines().next_back().unwrap_or("it printed no error");
        ensure!(measured.success(), "not measured: {last}");
        let usage: Usage = fs::read_to_string(file("usage"))?.parse()?;
        match &usage.end {
            End::Success => Ok((fs::read_to_string(file("output"))?.parse()?, usage)),
            End::TimedOut => bail!("not finished within {TIME_LIMIT} s"),
            End::Failed(status) => bail!("failed ({status}): {last}"),
        }
    }

    /// `peer-measure` with the program as its argument.
    fn command(&self, program: &Program, usage: &Path, number: usize) -> Command {
        let mut command = Command::new(self.measure);
        command.arg(usage).arg(TIME_LIMIT.to_string());
        match program.start {
            Start::Rust(binary) => {
                command.arg(self.programs.join(format!("peer-{binary}{}", env::consts::EXE_SUFFIX)));
            }
            Start::Python(script, _) => {
                let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(script);
                command.arg(self.python).arg(script);
            }
        }
        command
            .args(program.arguments)
            .arg(number.to_string())
            // Many clients obey proxy variables even for this machine.
            .envs(HashMap::from([("NO_PROXY", "127.0.0.1"), ("no_proxy", "127.0.0.1")]));
        command
    }
}
