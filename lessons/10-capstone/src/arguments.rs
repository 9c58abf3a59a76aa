//! The command line of the program.

use std::ops::RangeInclusive;
use std::time::Duration;

use clap::Parser;
use clap::builder::RangedU64ValueParser;
use lesson10::Options;
use lesson10::address::without_login;
use lesson10::filter::Filter;
use regex::{Regex, RegexSet};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

/// A megabyte, in bytes.
const MB: usize = 1_000_000;

// Without a terminal's width, clap doesn't break lines. So the texts that are
// longer than a line break it themselves.
/// finds the broken links of a site
#[derive(Debug, Parser)]
#[command(
    name = "lesson10",
    override_usage = "cargo run -p lesson10 -- [OPTIONS] [URL]",
    help_template = "{name}: {about}\n\nUsage: {usage}\n\n{all-args}{after-help}",
    after_help = AFTER_HELP
)]
pub struct Arguments {
    /// Where to start; without it, a mock site with every kind of broken link
    #[arg(value_parser = url)]
    pub url: Option<Url>,
    /// Leave out links that match a regular expression
    #[arg(long, value_name = "PATTERN", value_parser = pattern)]
    exclude: Vec<Regex>,
    #[arg(long, value_name = "PATTERN", value_parser = pattern)]
    #[arg(help = "Check links that match, even if --exclude or\n\
                  --no-external leaves them out")]
    include: Vec<Regex>,
    /// Leave out links to other sites
    #[arg(long)]
    no_external: bool,
    /// Send this header to the site, but to no other host
    #[arg(long, value_name = "NAME: VALUE", value_parser = header)]
    header: Vec<(HeaderName, HeaderValue)>,
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    #[arg(value_parser = number(1..=1_000_000))]
    #[arg(help = "Request at most N URLs of the site, and ten times\n\
                  as many of other sites")]
    pub pages: usize,
    #[arg(long, value_name = "N", value_parser = number(0..=10_000))]
    #[arg(help = "Check the links of pages that are at most N links\n\
                  away from the start [default: no limit]")]
    depth: Option<usize>,
    /// Read at most this much of a page
    #[arg(long, value_name = "MB", default_value_t = 10)]
    #[arg(value_parser = number(1..=1_000))]
    max_page_size: usize,
    /// Have at most N requests in flight
    #[arg(long, value_name = "N", default_value_t = 16)]
    #[arg(value_parser = number(1..=1_000))]
    at_once: usize,
    /// Have at most N in flight to one host
    #[arg(long, value_name = "N", default_value_t = 4)]
    #[arg(value_parser = number(1..=1_000))]
    pub per_host: usize,
    /// Timeout for a request [default: 10, mock site: 1]
    #[arg(long, value_name = "SECONDS")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: Option<u64>,
    /// List every place of a broken link, not just five
    #[arg(long)]
    pub all: bool,
    #[arg(long)]
    #[arg(help = "Print JSON: one line per broken URL, and a last\n\
                  line with the totals")]
    pub json: bool,
}

const AFTER_HELP: &str = "\
--exclude, --include and --header can be repeated. A pattern matches if it's
found anywhere in the URL of a link.

Examples:
  cargo run -p lesson10 -- http://site.example --exclude '/old/|\\.zip$'
  cargo run -p lesson10 -- http://site.example --header 'Cookie: session=1'

Exit status: 0 when no link is broken, 1 when some are, 2 for a wrong
argument, 3 when the check failed or checked nothing, and 130 when it was
interrupted before it found a broken link. If something couldn't be checked,
for example because of a limit, the status is the same, and a line on
standard error says so. Ctrl-C (or SIGTERM) stops the check and prints the
report so far; a second one exits immediately.";

impl Arguments {
    /// The timeout of a request.
    pub fn timeout(&self, default: u64) -> Duration {
        Duration::from_secs(self.timeout.unwrap_or(default))
    }

    /// Sets the options that have an argument.
    ///
    /// # Errors
    ///
    /// When the patterns are too large together.
    pub fn set(&self, options: &mut Options) -> Result<(), regex::Error> {
        options.depth = self.depth.unwrap_or(usize::MAX);
        options.at_once = self.at_once;
        options.max_page_bytes = self.max_page_size * MB;
        options.headers = HeaderMap::new();
        for (name, value) in &self.header {
            options.headers.append(name, value.clone());
        }
        let set = |patterns: &[Regex]| {
            RegexSet::new(patterns.iter().map(Regex::as_str))
        };
        options.filter = Filter {
            exclude: set(&self.exclude)?,
            include: set(&self.include)?,
            no_external: self.no_external,
        };
        Ok(())
    }
}

fn number(range: RangeInclusive<u64>) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(range)
}

fn url(text: &str) -> Result<Url, String> {
    let example = "give a URL such as http://site.example";
    let url =
        Url::parse(text).map_err(|error| format!("{error}; {example}"))?;
    match url.scheme() {
        "http" => Ok(url),
        "https" if cfg!(feature = "live") => Ok(url),
        "https" => Err(format!(
            "https needs TLS, which this build does not have; \
             run cargo run -p lesson10 --features live -- {}",
            without_login(url)
        )),
        _ => Err(format!("only http and https can be checked; {example}")),
    }
}

fn pattern(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| {
        // The lines before show where in the pattern it is.
        let error = error.to_string();
        let reason = error.lines().last().unwrap_or_default();
        reason.trim_start_matches("error: ").to_owned()
    })
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text
        .split_once(':')
        .ok_or("give a header such as 'Cookie: session=1'")?;
    let name = HeaderName::from_bytes(name.trim().as_bytes())
        .map_err(|error| error.to_string())?;
    let mut value = HeaderValue::from_str(value.trim())
        .map_err(|error| error.to_string())?;
    // It may be a password.
    value.set_sensitive(true);
    Ok((name, value))
}
