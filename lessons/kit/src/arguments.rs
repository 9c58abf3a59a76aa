//! The command line: its options, checked.

use std::path::PathBuf;

use lexopt::prelude::*;
use mock_server::{Fault, FaultError};
use url::Url;

/// The tutorial's sites in the real web.
const LIVE: [&str; 3] = [
    "https://codeswithpankaj.com",
    "https://python.org",
    "https://www.w3schools.com",
];

/// What to do, according to the command line.
#[derive(Debug)]
pub(crate) enum Command {
    Run(Arguments),
    Help,
    Faults,
}

/// The options of a run.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    /// The sites to fetch. If there are none, the mock web's.
    pub urls: Vec<String>,
    /// Whether the sites come from `--live`.
    pub live: bool,
    pub faults: Vec<(String, Fault)>,
    pub timeline: Option<PathBuf>,
    pub seed: u64,
    /// Whether to show the live page.
    pub watch: bool,
    /// Whether to open it in the browser, too.
    pub open: bool,
    /// The only part to run, of a program that has [`Parts`].
    pub part: Option<u32>,
}

/// What the command line of a program may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// Whether it may fetch other sites than the mock web's.
    pub takes_urls: bool,
    /// The parts that can be run one by one.
    pub parts: Option<Parts>,
}

/// A program whose parts can be run one by one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    /// What a part is called, and so its option: `rule` for `--rule 2`.
    pub name: &'static str,
    /// How many there are. They are numbered from 1.
    pub count: u32,
}

/// What is wrong with a command line, and what would be right.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArgumentError {
    #[error("{0}; see --help")]
    Unknown(String),
    #[error(
        "`{0}` is not a URL; write the whole address, for example http://example.com"
    )]
    Url(String),
    #[error(
        "`{url}` cannot be fetched; a URL starts with http:// or https://, for example http://example.com"
    )]
    Scheme { url: String },
    #[error(
        "`{url}` needs TLS, and this build has none; try cargo run -p {lesson} --features live -- {again}"
    )]
    NoTls { lesson: String, url: String, again: String },
    #[error(
        "`--fault {0}` does not name a fault; write --fault SITE=FAULT, for example --fault python.org=hang"
    )]
    NoFault(String),
    #[error("--fault {given}: {error}")]
    Fault { given: String, error: FaultError },
    #[error("--fault was given twice for {0}; a site can have one fault")]
    TwoFaults(String),
    #[error("--live cannot be combined with URLs, because it brings its own")]
    LiveAndUrls,
    #[error("this program takes no URLs, because it's made for the mock web")]
    NoUrls,
    #[error("{0} works only with the mock web; leave out the URLs or {0}")]
    OnlyMockWeb(&'static str),
    #[error("--{} takes a number from 1 to {}, not `{given}`", .parts.name, .parts.count)]
    NoPart { parts: Parts, given: String },
    #[error(
        "--timeline takes the name of an SVG file, for example timeline.svg, not `{0}`"
    )]
    NotSvg(String),
}

impl From<lexopt::Error> for ArgumentError {
    fn from(error: lexopt::Error) -> ArgumentError {
        ArgumentError::Unknown(error.to_string())
    }
}

pub(crate) fn parse(
    lesson: &str,
    Options { takes_urls, parts }: Options,
    mut parser: lexopt::Parser,
) -> Result<Command, ArgumentError> {
    let mut arguments = Arguments { seed: 1, ..Arguments::default() };
    while let Some(argument) = parser.next()? {
        match argument {
            Value(_) | Long("live") if !takes_urls => {
                return Err(ArgumentError::NoUrls);
            }
            Value(url) => arguments.urls.push(url.string()?),
            Long("live") => arguments.live = true,
            Long("fault") => match parser.value()?.string()?.as_str() {
                "list" => return Ok(Command::Faults),
                given => arguments.faults.push(fault(given)?),
            },
            Long("timeline") => {
                arguments.timeline = Some(svg(&parser.value()?.string()?)?)
            }
            Long("seed") => arguments.seed = parser.value()?.parse()?,
            Long("watch") => arguments.watch = true,
            Long("open") => (arguments.watch, arguments.open) = (true, true),
            Short('h') | Long("help") => return Ok(Command::Help),
            Long(name)
                if let Some(parts) = parts.filter(|it| it.name == name) =>
            {
                arguments.part = Some(part(parts, parser.value()?.string()?)?);
            }
            _ => return Err(argument.unexpected().into()),
        }
    }
    if arguments.live {
        if !arguments.urls.is_empty() {
            return Err(ArgumentError::LiveAndUrls);
        }
        arguments.urls = LIVE.map(str::to_owned).to_vec();
    }
    check_urls(lesson, &arguments.urls, arguments.live)?;
    check_mock_web(&arguments)?;
    Ok(Command::Run(arguments))
}

/// The command line of a program that fetches nothing.
pub(crate) fn parse_without_web(
    mut parser: lexopt::Parser,
) -> Result<Command, ArgumentError> {
    match parser.next()? {
        None => Ok(Command::Run(Arguments::default())),
        Some(Short('h') | Long("help")) => Ok(Command::Help),
        Some(argument) => Err(argument.unexpected().into()),
    }
}

fn fault(text: &str) -> Result<(String, Fault), ArgumentError> {
    let (site, fault) = text
        .split_once('=')
        .ok_or_else(|| ArgumentError::NoFault(text.to_owned()))?;
    match fault.parse() {
        Ok(fault) => Ok((site.to_owned(), fault)),
        Err(error) => {
            Err(ArgumentError::Fault { given: text.to_owned(), error })
        }
    }
}

fn part(parts: Parts, given: String) -> Result<u32, ArgumentError> {
    match given.parse() {
        Ok(part) if (1..=parts.count).contains(&part) => Ok(part),
        _ => Err(ArgumentError::NoPart { parts, given }),
    }
}

fn svg(file: &str) -> Result<PathBuf, ArgumentError> {
    let path = PathBuf::from(file);
    match path.extension() {
        Some(extension) if extension.eq_ignore_ascii_case("svg") => Ok(path),
        _ => Err(ArgumentError::NotSvg(file.to_owned())),
    }
}

fn check_urls(
    lesson: &str,
    urls: &[String],
    live: bool,
) -> Result<(), ArgumentError> {
    for url in urls {
        let parsed =
            Url::parse(url).map_err(|_| ArgumentError::Url(url.clone()))?;
        match parsed.scheme() {
            "http" => {}
            "https" if cfg!(feature = "live") => {}
            "https" => {
                let again =
                    if live { "--live".to_owned() } else { urls.join(" ") };
                return Err(ArgumentError::NoTls {
                    lesson: lesson.to_owned(),
                    url: url.clone(),
                    again,
                });
            }
            _ => return Err(ArgumentError::Scheme { url: url.clone() }),
        }
    }
    Ok(())
}

fn check_mock_web(arguments: &Arguments) -> Result<(), ArgumentError> {
    let Arguments { urls, faults, timeline, watch, open, .. } = arguments;
    let needs_mock_web = [
        ("--fault", !faults.is_empty()),
        ("--timeline", timeline.is_some()),
        ("--open", *open),
        ("--watch", *watch),
    ];
    let given = needs_mock_web.into_iter().find(|(_, is_given)| *is_given);
    if !urls.is_empty()
        && let Some((option, _)) = given
    {
        return Err(ArgumentError::OnlyMockWeb(option));
    }
    for (index, (site, _)) in faults.iter().enumerate() {
        if faults[..index].iter().any(|(other, _)| other == site) {
            return Err(ArgumentError::TwoFaults(site.clone()));
        }
    }
    Ok(())
}
