//! The command line of the bench `peers`.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;

/// The text of `--help`.
pub const HELP: &str = "\
Runs whole programs in Rust and in Python on the same mock web, and measures
their time, CPU time and memory.

Usage: cargo bench --bench peers -- [--short] [--rounds N] [--only NAME]... [--into FOLDER]
       cargo bench --bench peers -- --lessons [--into FOLDER]

  --short        Tiny sizes and one round, to check that the answers are right.
                 If REQUIRE_TOOLS is set, a missing package is an error
  --rounds N     How often each program runs, in turn with the others
                 (default: 5)
  --only NAME    Only workloads whose name contains NAME: sites, in-flight,
                 pages, titles, held
  --lessons      Runs no program. Makes tables of the last `cargo bench`
  --into FOLDER  Where to write tables and charts, relative to the root of
                 the workspace (default: target/peers, or target/peers-short)
  --help         Prints this text

A figure is the median of all rounds, with the lowest and the highest in
brackets. A ratio is the median of the ratios of each round.

`seconds` is measured by the program. The clock starts when it has read its
input, before it makes a runtime or an event loop, and stops when every
connection, the client and the runtime or loop are closed. The time from the
start of the process to its end is in peers.csv. CPU time and memory belong to
the client's process, as the kernel counts them. `most in flight` is counted by
the server.

Set PYTHON to an interpreter that has benches/requirements.txt installed.
";

/// What to run.
#[derive(Debug, PartialEq)]
pub struct Options {
    /// Tiny sizes.
    pub short: bool,
    /// How often each program runs.
    pub rounds: usize,
    /// Parts of workload names; all workloads if empty.
    pub only: Vec<String>,
    /// Only make tables of the last `cargo bench`.
    pub lessons: bool,
    /// Where to write the results.
    pub into: Option<PathBuf>,
}

/// Parses the command line; `None` for `--help`.
///
/// # Errors
///
/// An unknown option, or a wrong value.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options { short: false, rounds: 0, only: Vec::new(), lessons: false, into: None };
    let mut parser = lexopt::Parser::from_iter(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("short") => options.short = true,
            Long("rounds") => {
                let rounds = parser.value()?;
                options.rounds = rounds.parse_with(|rounds| match rounds.parse() {
                    Ok(rounds) if rounds > 0 => Ok(rounds),
                    _ => Err("it must be a whole number from 1"),
                })?;
            }
            Long("only") => options.only.push(parser.value()?.string()?),
            Long("lessons") => options.lessons = true,
            Long("into") => options.into = Some(parser.value()?.into()),
            Short('h') | Long("help") => return Ok(None),
            // cargo passes it to every bench.
            Long("bench") => {}
            _ => return Err(argument.unexpected()),
        }
    }
    if options.rounds == 0 {
        options.rounds = if options.short { 1 } else { 5 };
    }
    Ok(Some(options))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &str) -> Result<Option<Options>, String> {
        parse(format!("peers {words}").split(' ').map(OsString::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_short_run_has_one_round_and_a_full_one_five_by_default() {
        let rounds = |words| parsed(words).unwrap().unwrap().rounds;
        assert_eq!(rounds("--bench"), 5);
        assert_eq!(rounds("--short --bench"), 1);
        assert_eq!(rounds("--rounds 3 --short"), 3);
        assert_eq!(parsed("--help"), Ok(None));
    }

    #[test]
    fn a_wrong_option_is_named() {
        let error = parsed("--rounds 0").unwrap_err();
        assert!(error.contains("it must be a whole number from 1"), "{error}");
        let error = parsed("--fast").unwrap_err();
        assert!(error.contains("--fast"), "{error}");
    }
}
