//! What a program is given, and what it reports.
//!
//! Its last argument is a number: how many requests may be in flight, or how often it is to go through its pages. Before it
//! may be the size of its buffers, in bytes. On standard input it has a line for each page: a URL, or a file. It prints `seconds 1.25` (of the work, without its own start),
//! and a line for each page in the order asked: how many bytes it has, or its title.

use std::env;
use std::fmt::Display;
use std::fs;
use std::io::{self, Write};
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, bail};
use url::Url;

/// What a program is given.
#[derive(Clone, Debug)]
pub struct Given {
    /// So many requests at a time, or passes.
    pub number: usize,
    /// So large its buffers are to be, in bytes; where nothing is said, as the client's library has them.
    pub buffers: Option<usize>,
    /// URLs or files.
    pub lines: Vec<String>,
}

impl Given {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// No number, or no lines.
    pub fn read() -> anyhow::Result<Given> {
        let arguments: Result<Vec<usize>, _> = env::args().skip(1).map(|argument| argument.parse()).collect();
        let (number, buffers) = match arguments.as_deref() {
            Ok(&[number]) => (number, None),
            Ok(&[buffers, number]) => (number, Some(buffers)),
            _ => bail!("the arguments are a number, and before it perhaps the size of the buffers"),
        };
        let lines = io::stdin().lines().collect::<Result<_, _>>()?;
        Ok(Given { number, buffers, lines })
    }

    /// The contents of the files.
    ///
    /// # Errors
    ///
    /// A file that is not there.
    pub fn files(&self) -> anyhow::Result<Vec<Vec<u8>>> {
        self.lines.iter().map(|file| fs::read(file).with_context(|| file.clone())).collect()
    }
}

/// Fetches a page and returns how many bytes it has.
///
/// # Errors
///
/// A page that does not come, or a status that is none of success.
pub async fn fetch(client: &reqwest::Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

/// Where to connect to, as `127.0.0.1:8080`.
///
/// # Errors
///
/// A URL that does not tell.
pub fn address(url: &Url) -> anyhow::Result<String> {
    let host = url.host_str().context("the URL has no host")?;
    let port = url.port_or_known_default().context("the URL has no port")?;
    Ok(format!("{host}:{port}"))
}

/// Reports how long it took and how many bytes each page has.
///
/// # Errors
///
/// Nobody reads it.
pub fn report(time: Duration, pages: &[usize]) -> anyhow::Result<()> {
    print(time, pages.iter())
}

/// Reports how long a pass took and the title of each page.
///
/// # Errors
///
/// Nobody reads it.
pub fn report_titles(time: Duration, passes: usize, titles: &[Option<String>]) -> anyhow::Result<()> {
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

/// What a program printed.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// How long the work took, in seconds.
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
    /// Whether these are the answers; if not, which is the first that is not.
    ///
    /// # Errors
    ///
    /// That one.
    pub fn check(&self, right: &[String]) -> anyhow::Result<()> {
        let (got, want) = (self.lines.len(), right.len());
        anyhow::ensure!(got == want, "it has {got} answers, and there are {want}");
        let wrong = self.lines.iter().zip(right).position(|(line, right)| line != right);
        match wrong {
            Some(number) => bail!(
                "its answer {} is `{}`, and `{}` is right",
                number + 1,
                self.lines[number],
                right[number]
            ),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_as_it_is_printed() {
        let report: Report = "seconds 1.25\n13\n14\n".parse().expect("it is one");
        assert_eq!(report, Report { seconds: 1.25, lines: vec!["13".to_owned(), "14".to_owned()] });
        let error = "Traceback\n".parse::<Report>().expect_err("it is none");
        assert_eq!(error.to_string(), "it did not print how long it took");
    }

    #[test]
    fn an_answer_that_is_wrong_or_missing_is_told() {
        let report: Report = "seconds 1\n13\n14\n".parse().expect("it is one");
        let right = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        assert!(report.check(&right(&["13", "14"])).is_ok());
        let error = report.check(&right(&["13", "15"])).expect_err("it is wrong");
        assert_eq!(error.to_string(), "its answer 2 is `14`, and `15` is right");
        let error = report.check(&right(&["13"])).expect_err("there are too many");
        assert_eq!(error.to_string(), "it has 2 answers, and there are 1");
    }
}
