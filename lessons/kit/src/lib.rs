//! What every lesson shares and no lesson is about: its command line, the sites it fetches, and the timeline
//! of what the server saw.
//!
//! There is nothing about async in here. A lesson makes its own clients, futures and tasks; without this crate it
//! would still fetch, from a list of URLs.

mod arguments;
mod proxy;
pub mod testing;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anstream::{eprintln, print, println};
use mock_server::timeline::{self, Panel};
use mock_server::{Fault, MockWeb, Watchdog, catalogue};

use arguments::Arguments;

/// A lesson on the mock web that takes longer than this hangs; the slowest takes a third of it.
const LIMIT: Duration = Duration::from_secs(60);
/// How long a timeline waits for what a client has just given up to be seen as given up.
const SETTLE: Duration = Duration::from_millis(200);

/// A site to fetch.
#[derive(Clone, Debug)]
pub struct Site {
    /// What to print: `python.org` on the mock web, the URL as typed otherwise.
    pub name: String,
    /// What to fetch.
    pub url: String,
}

/// A lesson that runs: its sites, and the web behind them unless they are real.
#[derive(Debug)]
pub struct Lesson {
    name: String,
    sites: Vec<Site>,
    web: Option<MockWeb>,
    picture: Option<PathBuf>,
    panels: Mutex<Vec<Panel>>,
    _watchdog: Option<Watchdog>,
}

/// Reads the command line and starts the mock web, unless there are URLs to fetch in its place.
///
/// `name` is the package (`lesson01`), `about` a line on what it shows. `--help` and a wrong argument end the program
/// here, with status 0 and 2; a web that cannot start ends it with 1.
pub fn start(name: &str, about: &str) -> Lesson {
    let arguments = match arguments::parse(name, lexopt::Parser::from_env()) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{}", help(name, about));
            process::exit(0);
        }
        Err(error) => fail(name, 2, &error.to_string()),
    };
    proxy::leave_loopback_alone(name);
    let mut lesson = Lesson {
        name: name.to_owned(),
        sites: arguments.urls.iter().map(|url| Site { name: url.clone(), url: url.clone() }).collect(),
        web: None,
        picture: arguments.timeline.clone(),
        panels: Mutex::default(),
        _watchdog: None,
    };
    if lesson.sites.is_empty() {
        lesson.check_picture();
        let web = start_web(name, &arguments);
        lesson.sites =
            web.sites().map(|(name, url)| Site { name: name.to_owned(), url: url.to_owned() }).collect();
        lesson._watchdog = Some(web.watchdog(LIMIT));
        lesson.web = Some(web);
    }
    lesson
}

impl Lesson {
    /// The sites to fetch, in order.
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// Prints what the server saw since the last timeline, on the scale of the longest so far, and puts it into the
    /// picture where one was asked for. Real sites do not tell what they saw: for them it does nothing.
    pub fn timeline(&self, title: &str) {
        let Some(web) = &self.web else { return };
        web.settle(SETTLE);
        let mut panels = self.panels.lock().unwrap_or_else(PoisonError::into_inner);
        let panel = Panel::new(title, web.record());
        web.reset_record();
        let scale = panels.iter().map(Panel::span).max().unwrap_or_default();
        print!("\n{}", coloured(&timeline::text(&panel, timeline::WIDTH, scale)));
        panels.push(panel);
        if let Some(picture) = &self.picture
            && let Err(error) = std::fs::write(picture, timeline::svg(&panels))
        {
            fail(&self.name, 1, &cannot_write(picture, &error));
        }
    }

    /// Finds out before the lesson runs whether the picture can be written, and leaves a file that is there as it is.
    fn check_picture(&self) {
        let Some(picture) = &self.picture else { return };
        if let Err(error) = File::options().append(true).create(true).open(picture) {
            fail(&self.name, 2, &cannot_write(picture, &error));
        }
    }
}

fn cannot_write(picture: &Path, error: &std::io::Error) -> String {
    format!("--timeline cannot write {}: {error}; name a file in a folder that is there", picture.display())
}

fn start_web(name: &str, arguments: &Arguments) -> MockWeb {
    let mut builder = MockWeb::builder().seed(arguments.seed);
    for (site, fault) in &arguments.faults {
        builder = builder.fault(site, fault.clone());
    }
    let web = match builder.start() {
        Ok(web) => web,
        Err(error @ mock_server::StartError::Site { .. }) => fail(name, 2, &format!("--fault: {error}")),
        Err(error) => fail(name, 1, &error.to_string()),
    };
    if arguments.faults.iter().any(|(_, fault)| Fault::is_random(fault)) {
        println!("(random faults draw on --seed {})", web.seed());
    }
    web
}

/// One line on what is wrong, and out.
fn fail(name: &str, status: i32, error: &str) -> ! {
    eprintln!("\x1b[31m{name}:\x1b[0m {error}");
    process::exit(status)
}

/// The timeline's bars in colour; anstream takes it out again where there is no terminal or under `NO_COLOR`.
fn coloured(timeline: &str) -> String {
    timeline.replace('░', "\x1b[34m░\x1b[0m").replace('█', "\x1b[32m█\x1b[0m")
}

fn help(name: &str, about: &str) -> String {
    let faults: Vec<_> = catalogue().map(|kind| kind.name).collect();
    format!(
        "{name}: {about}\n\n\
         Usage: cargo run -p {name} -- [OPTIONS] [URL]...\n\n\
         \x20 URL...               fetch these in place of the three sites of the mock web\n\
         \x20 --live               fetch the tutorial's own sites over https; for any https:\n\
         \x20                      cargo run -p {name} --features live -- --live\n\
         \x20 --fault SITE=FAULT   break a site of the mock web, for example\n\
         \x20                      python.org=stall or python.org=reset?after=1000\n\
         \x20 --timeline FILE.svg  write what the server saw as a picture\n\
         \x20 --seed N             what random faults draw on (default 1)\n\
         \x20 --help               this text\n\n\
         Faults: {}\n",
        faults.join(", ")
    )
}
