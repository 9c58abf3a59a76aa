//! What was asked for on the command line, checked.

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

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Asked {
    Run(Arguments),
    Help,
    Faults,
}

/// How the lesson is to be run.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    /// Sites of one's own; none: the mock web.
    pub urls: Vec<String>,
    pub faults: Vec<(String, Fault)>,
    pub timeline: Option<PathBuf>,
    pub seed: u64,
}

/// Why a command line is wrong, and what would be right.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArgumentError {
    #[error("{0}; --help tells what there is")]
    Unknown(String),
    #[error("`{0}` is not a URL; write it out, for example http://example.com")]
    Url(String),
    #[error(
        "`{url}` is not a URL of the web; it begins with http:// or https://, for example http://example.com"
    )]
    Scheme { url: String },
    #[error(
        "`{url}` needs TLS, which this build leaves out; run cargo run -p {lesson} --features live -- {again}"
    )]
    NoTls { lesson: String, url: String, again: String },
    #[error(
        "`--fault {0}` has no fault; write --fault SITE=FAULT, for example --fault python.org=hang"
    )]
    NoFault(String),
    #[error("--fault {given}: {error}")]
    Fault { given: String, error: FaultError },
    #[error("{0} has two faults; give it one")]
    TwoFaults(String),
    #[error("--live has sites of its own; give it no URL")]
    LiveAndUrls,
    #[error(
        "{0} is for the mock web, where the server is ours; leave out the URLs or {0}"
    )]
    OnlyMockWeb(&'static str),
    #[error(
        "--timeline wants the name of an SVG file, for example timeline.svg, not `{0}`"
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
    mut parser: lexopt::Parser,
) -> Result<Asked, ArgumentError> {
    let mut arguments = Arguments {
        urls: Vec::new(),
        faults: Vec::new(),
        timeline: None,
        seed: 1,
    };
    let mut live = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Value(url) => arguments.urls.push(url.string()?),
            Long("live") => live = true,
            Long("fault") => match parser.value()?.string()?.as_str() {
                "list" => return Ok(Asked::Faults),
                given => arguments.faults.push(fault(given)?),
            },
            Long("timeline") => {
                arguments.timeline = Some(svg(&parser.value()?.string()?)?)
            }
            Long("seed") => arguments.seed = parser.value()?.parse()?,
            Short('h') | Long("help") => return Ok(Asked::Help),
            _ => return Err(argument.unexpected().into()),
        }
    }
    if live {
        if !arguments.urls.is_empty() {
            return Err(ArgumentError::LiveAndUrls);
        }
        arguments.urls = LIVE.map(str::to_owned).to_vec();
    }
    check_urls(lesson, &arguments.urls, live)?;
    check_mock_web(&arguments)?;
    Ok(Asked::Run(arguments))
}

/// The command line of a program without a web: there is nothing to set.
pub(crate) fn parse_without_web(
    mut parser: lexopt::Parser,
) -> Result<Asked, ArgumentError> {
    match parser.next()? {
        None => Ok(Asked::Run(Arguments::default())),
        Some(Short('h') | Long("help")) => Ok(Asked::Help),
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
    let Arguments { urls, faults, timeline, .. } = arguments;
    if !urls.is_empty() && !faults.is_empty() {
        return Err(ArgumentError::OnlyMockWeb("--fault"));
    }
    if !urls.is_empty() && timeline.is_some() {
        return Err(ArgumentError::OnlyMockWeb("--timeline"));
    }
    for (index, (site, _)) in faults.iter().enumerate() {
        if faults[..index].iter().any(|(other, _)| other == site) {
            return Err(ArgumentError::TwoFaults(site.clone()));
        }
    }
    Ok(())
}
