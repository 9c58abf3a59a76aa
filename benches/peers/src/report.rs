//! What a program prints: `seconds 1.25`, and a line for each page in the order of its input: the page's length in
//! bytes, or its title.

use std::fmt::Display;
use std::io::{self, Write};
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, bail, ensure};

/// Prints how long a program took and the length of each page in bytes.
///
/// # Errors
///
/// Standard output is closed.
pub fn print_pages(time: Duration, pages: &[usize]) -> anyhow::Result<()> {
    print(time, pages.iter())
}

/// Prints how long one pass took and the title of each page.
///
/// # Errors
///
/// Standard output is closed.
pub fn print_titles(time: Duration, passes: usize, titles: &[Option<String>]) -> anyhow::Result<()> {
    let time = time.div_f64(passes.max(1) as f64);
    print(time, titles.iter().map(|title| title.as_deref().unwrap_or_default()))
}

fn print(time: Duration, lines: impl Iterator<Item: Display>) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    writeln!(out, "seconds {:.9}", time.as_secs_f64())?;
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}

/// A program's output, parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// How long the program took, in seconds; [`program`](crate::program) says from when to when.
    pub seconds: f64,
    /// A line for each page.
    pub lines: Vec<String>,
}

impl FromStr for Report {
    type Err = anyhow::Error;

    fn from_str(printed: &str) -> anyhow::Result<Report> {
        let mut lines = printed.lines();
        let first = lines.next().and_then(|line| line.strip_prefix("seconds "));
        let seconds = first.context("it did not print how long it took")?.parse()?;
        Ok(Report { seconds, lines: lines.map(str::to_owned).collect() })
    }
}

impl Report {
    /// Compares the answers with the right ones.
    ///
    /// # Errors
    ///
    /// The first answer that is wrong.
    pub fn check(&self, right: &[String]) -> anyhow::Result<()> {
        let (got, want) = (self.lines.len(), right.len());
        ensure!(got == want, "it printed {got} answers instead of {want}");
        let wrong = self.lines.iter().zip(right).position(|(line, right)| line != right);
        match wrong {
            Some(index) => {
                bail!("answer {} is `{}`, but `{}` is right", index + 1, self.lines[index], right[index])
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_parsed_from_what_a_program_prints() {
        let report: Report = "seconds 1.25\n13\n14\n".parse().unwrap();
        assert_eq!(report, Report { seconds: 1.25, lines: vec!["13".to_owned(), "14".to_owned()] });
        let error = "Traceback\n".parse::<Report>().unwrap_err();
        assert_eq!(error.to_string(), "it did not print how long it took");
    }

    #[test]
    fn an_answer_that_is_wrong_or_missing_is_named() {
        let report: Report = "seconds 1\n13\n14\n".parse().unwrap();
        let right = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        assert!(report.check(&right(&["13", "14"])).is_ok());
        let error = report.check(&right(&["13", "15"])).unwrap_err();
        assert_eq!(error.to_string(), "answer 2 is `14`, but `15` is right");
        let error = report.check(&right(&["13"])).unwrap_err();
        assert_eq!(error.to_string(), "it printed 2 answers instead of 1");
    }
}
