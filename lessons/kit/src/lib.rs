//! What every lesson shares and no lesson is about: its command line, the sites it fetches, and the timeline
//! of what the server saw.
//!
//! There is nothing about async in here. A lesson makes its own clients, futures and tasks; without this crate it
//! would still fetch, from a list of URLs.

mod arguments;
mod printing;
mod proxy;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use console::Term;
use mock_server::timeline::{self, Panel};
use mock_server::{Fault, MockWeb, Watchdog, catalogue};

use arguments::{Arguments, Asked};
use printing::print;

#[doc(hidden)]
pub use printing::print_line;

/// A lesson on the mock web that takes longer than this hangs. It leaves room for time limits a reader tries out.
const LIMIT: Duration = Duration::from_secs(300);
/// How long a timeline waits for what a client has just given up to be seen as given up.
const SETTLE: Duration = Duration::from_millis(200);

/// The widest timeline, in columns.
const WIDEST: usize = 120;

/// The sites of the tutorial.
const TUTORIAL: [&str; 3] =
    ["codeswithpankaj.com", "python.org", "w3schools.com"];

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

/// Reads the command line and starts the mock web, unless there are URLs to
/// fetch in its place.
///
/// `name` is how cargo is told to run it (`lesson01`, or
/// `lesson02 --example lazy`), `about` a line on what it shows. `--help` and a
/// wrong argument end the program here, with status 0 and 2; a web that cannot
/// start ends it with 1.
pub fn start(name: &str, about: &str) -> Lesson {
    start_on(name, about, &TUTORIAL)
}

/// As [`start`], on these of the mock web's sites: the tutorial's three, those
/// that [fail](mock_server::Site::failing), those that are
/// [hostile](mock_server::Site::hostile), and the
/// [libraries](mock_server::Site::libraries); and one that is called like a fault of
/// the [catalogue], `truncate?after=1000`, misbehaves in that way. On no site at
/// all there is no web, and nothing on the command line but `--help`.
pub fn start_on(name: &str, about: &str, sites: &[&str]) -> Lesson {
    let parser = lexopt::Parser::from_env();
    let without_web = sites.is_empty();
    let asked = if without_web {
        arguments::parse_without_web(parser)
    } else {
        arguments::parse(name, parser)
    };
    let arguments = match asked {
        Ok(Asked::Run(arguments)) => arguments,
        Ok(Asked::Help) if without_web => tell(&help_without_web(name, about)),
        Ok(Asked::Help) => tell(&help(name, about)),
        Ok(Asked::Faults) => tell(&faults()),
        Err(error) => fail(name, 2, &error.to_string()),
    };
    let mut lesson = Lesson {
        name: name.to_owned(),
        sites: arguments
            .urls
            .iter()
            .map(|url| Site { name: url.clone(), url: url.clone() })
            .collect(),
        web: None,
        picture: arguments.timeline.clone(),
        panels: Mutex::default(),
        _watchdog: None,
    };
    if without_web {
        return lesson;
    }
    proxy::leave_loopback_alone(short(name));
    if lesson.sites.is_empty() {
        lesson.check_picture();
        let web = start_web(name, sites, &arguments);
        lesson.sites = sites_of(&web);
        lesson._watchdog = Some(web.watchdog(LIMIT));
        lesson.web = Some(web);
    }
    lesson
}

/// The sites of a mock web, in order.
pub fn sites_of(web: &MockWeb) -> Vec<Site> {
    web.sites()
        .map(|(name, url)| Site { name: name.to_owned(), url: url.to_owned() })
        .collect()
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
        let mut panels =
            self.panels.lock().unwrap_or_else(PoisonError::into_inner);
        let record = web.record();
        let panel = Panel::new(title, record.clone());
        web.reset_record();
        let scale = panels.iter().map(Panel::span).max().unwrap_or_default();
        let drawing = timeline::text(&panel, columns(), scale);
        print(format_args!("\n{}", coloured(drawing)));
        for site in
            self.sites.iter().filter(|site| record.requests(&site.name) == 0)
        {
            println!("{}: no request arrived", site.name);
        }
        panels.push(panel);
        if let Some(picture) = &self.picture {
            if let Err(error) = fs::write(picture, timeline::svg(&panels)) {
                fail(&self.name, 1, &cannot_write(picture, &error));
            }
            if panels.len() == 1 {
                eprintln!(
                    "{}: this and what follows is drawn in {} too",
                    short(&self.name),
                    picture.display()
                );
            }
        }
    }

    /// As [`timeline`](Lesson::timeline), with only the line above the bars: for
    /// more requests than one wants to look at.
    pub fn summary(&self, title: &str) {
        let Some(web) = &self.web else { return };
        web.settle(SETTLE);
        let panel = Panel::new(title, web.record());
        web.reset_record();
        println!("{}", panel.summary());
    }

    /// Finds out before the lesson runs whether the picture can be written, and leaves everything as it is.
    fn check_picture(&self) {
        let Some(picture) = &self.picture else { return };
        let was_there = picture.exists();
        let opened = File::options().append(true).create(true).open(picture);
        let checked = if was_there {
            opened.map(drop)
        } else {
            opened.and_then(|_| fs::remove_file(picture))
        };
        if let Err(error) = checked {
            fail(&self.name, 2, &cannot_write(picture, &error));
        }
    }
}

fn cannot_write(picture: &Path, error: &io::Error) -> String {
    format!("--timeline cannot write {}: {error}", picture.display())
}

/// The terminal's width, as far as a timeline gains by it; 80 columns where there is no terminal.
fn columns() -> usize {
    let terminal = Term::stdout();
    let size = if terminal.is_term() { terminal.size_checked() } else { None };
    size.map_or(timeline::WIDTH, |(_, columns)| {
        usize::from(columns).min(WIDEST)
    })
}

fn start_web(name: &str, sites: &[&str], arguments: &Arguments) -> MockWeb {
    let wanted = sites.iter().map(|&wanted| {
        let site = known(wanted).or_else(|| broken(wanted));
        site.expect("the mock web has such a site")
    });
    let mut builder = MockWeb::builder().sites(wanted).seed(arguments.seed);
    for (site, fault) in &arguments.faults {
        builder = builder.fault(site, fault.clone());
    }
    let web = match builder.start() {
        Ok(web) => web,
        Err(error @ mock_server::StartError::Site { .. }) => {
            fail(name, 2, &format!("--fault: {error}"))
        }
        Err(error) => fail(name, 1, &error.to_string()),
    };
    if arguments.faults.iter().any(|(_, fault)| Fault::is_random(fault)) {
        println!("(random faults draw on --seed {})", web.seed());
    }
    web
}

/// The site of this name, if the mock web has it.
fn known(name: &str) -> Option<mock_server::Site> {
    use mock_server::Site;
    // Each is asked only where those before do not have it: some are large.
    [Site::tutorial, Site::failing, Site::libraries, Site::hostile]
        .into_iter()
        .find_map(|sites| sites().into_iter().find(|site| site.name == name))
}

/// A site that has this fault, and its name.
fn broken(fault: &str) -> Option<mock_server::Site> {
    let page = mock_server::page("A page", 15_000, 2_000);
    let site = mock_server::Site::new(fault).page(page);
    Some(site.fault(fault.parse().ok()?))
}

/// What was asked for in place of a run, and out.
fn tell(words: &str) -> ! {
    print(format_args!("{words}"));
    process::exit(0)
}

/// What a program is called in its own messages: of `lesson02 --example lazy`
/// the last word.
fn short(name: &str) -> &str {
    name.rsplit(' ').next().unwrap_or(name)
}

/// One line on what is wrong, and out.
fn fail(name: &str, status: i32, error: &str) -> ! {
    let (red, end) = if console::colors_enabled_stderr() {
        ("\x1b[31m", "\x1b[0m")
    } else {
        ("", "")
    };
    eprintln!("{red}{}:{end} {error}", short(name));
    process::exit(status)
}

/// The timeline's bars in colour, where standard output is a terminal and `NO_COLOR` is not set.
fn coloured(timeline: String) -> String {
    if !console::colors_enabled() {
        return timeline;
    }
    timeline.replace('░', "\x1b[34m░\x1b[0m").replace('█', "\x1b[32m█\x1b[0m")
}

fn help(name: &str, about: &str) -> String {
    format!(
        "{name}: {about}\n\n\
         Usage: cargo run -p {name} -- [OPTIONS] [URL]...\n\n\
         \x20 URL...               fetch these in place of the mock web's sites\n\
         \x20 --live               fetch codeswithpankaj.com, python.org and www.w3schools.com\n\
         \x20                      over https: cargo run -p {name} --features live -- --live\n\
         \x20 --fault SITE=FAULT   break a site of the mock web, for example\n\
         \x20                      python.org=hang or python.org=reset?after=1000\n\
         \x20 --fault list         tell what faults there are\n\
         \x20 --timeline FILE.svg  write what the server saw as a picture\n\
         \x20 --seed N             what random faults draw on (default 1)\n\
         \x20 --help               this text\n"
    )
}

fn help_without_web(name: &str, about: &str) -> String {
    format!(
        "{name}: {about}\n\n\
         Usage: cargo run -p {name}\n\n\
         It fetches nothing, so there is nothing to set.\n\n\
         \x20 --help   this text\n"
    )
}

/// The catalogue: each fault as it is written, what it does, and what can be set.
fn faults() -> String {
    let mut words = String::new();
    for kind in catalogue() {
        words += &format!("{}\n    {}\n", kind.example, kind.behaviour);
        for parameter in kind.parameters {
            words += &format!("    {parameter}\n");
        }
    }
    words
}
