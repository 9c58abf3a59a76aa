//! What every lesson shares and none is about: the command line, the sites to fetch, the timeline of what the
//! server saw, and two ways to print.
//!
//! A lesson makes its own clients, futures and tasks. Without this crate it would fetch just the same, from a list of
//! URLs.
//!
//! # Layout
//! - this file: [`start`] reads the command line and starts the mock web; [`Lesson`] is what it returns
//! - `arguments`: the options, checked
//! - `printing`: a [`println!`] that survives a closed pipe, and [`with_causes`] for errors
//! - `live_page`: the live page of `--watch`
//! - `proxy`: keeps proxy variables away from the mock web

mod arguments;
mod live_page;
mod printing;
mod proxy;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Mutex;
use std::time::Duration;

use console::{Term, style};
use mock_server::timeline::{self, Panel};
use mock_server::{Fault, MockWeb, Watchdog, catalogue, presets};

use arguments::{Arguments, Command, Options, Parts};
use printing::{print, print_error};

pub use live_page::LivePage;
#[doc(hidden)]
pub use printing::print_line;
pub use printing::with_causes;

/// A lesson that runs longer than this on the mock web hangs. The limit leaves room for timeouts a reader tries out.
const LIMIT: Duration = Duration::from_secs(300);
/// How long a timeline waits for the server to notice that a client has just left.
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
    live: bool,
    web: Option<MockWeb>,
    picture: Option<PathBuf>,
    panels: Mutex<Vec<Panel>>,
    part: Option<u32>,
    watchdog: Option<Watchdog>,
    live_page: Option<LivePage>,
}

/// Reads the command line and starts the mock web with the tutorial's three sites. If there are URLs on the
/// command line, the lesson fetches those and no mock web is started.
///
/// `name` is what follows `cargo run -p`: `lesson01`, or `lesson02 --example lazy`. `about` is a line on what the
/// program shows. `--help` and a wrong argument end the program here, with status 0 and 2; a mock web that cannot
/// start ends it with status 1.
pub fn start(name: &str, about: &str) -> Lesson {
    start_on(name, about, &TUTORIAL)
}

/// As [`start`], with these sites of the mock web: the tutorial's three, the
/// [failing](mock_server::presets::failing), the [hostile](mock_server::presets::hostile) and the
/// [libraries](mock_server::presets::libraries). A site named like a fault of the [catalogue], such as
/// `truncate?after=1000`, misbehaves that way.
pub fn start_on(name: &str, about: &str, sites: &[&str]) -> Lesson {
    let options = Options { takes_urls: true, parts: None };
    start_with(name, about, || named(sites), options)
}

/// As [`start_on`], for a program that's made for the mock web: it takes no URLs.
pub fn start_on_mock_web(name: &str, about: &str, sites: &[&str]) -> Lesson {
    start_on_own(name, about, || named(sites))
}

/// As [`start_on_mock_web`], with sites that the program makes itself.
pub fn start_on_own(
    name: &str,
    about: &str,
    sites: impl FnOnce() -> Vec<mock_server::Site>,
) -> Lesson {
    let options = Options { takes_urls: false, parts: None };
    start_with(name, about, sites, options)
}

/// As [`start_on`], for a program whose parts can be run one by one. If a part is called a `rule`, `--rule 2` asks for
/// the second of them, and [`Lesson::runs`] says which parts to run.
pub fn start_in_parts(
    name: &str,
    about: &str,
    sites: &[&str],
    part: &'static str,
    count: u32,
) -> Lesson {
    let parts = Some(Parts { name: part, count });
    let options = Options { takes_urls: true, parts };
    start_with(name, about, || named(sites), options)
}

fn start_with(
    name: &str,
    about: &str,
    sites: impl FnOnce() -> Vec<mock_server::Site>,
    options: Options,
) -> Lesson {
    let parser = lexopt::Parser::from_env();
    let arguments = match arguments::parse(name, options, parser) {
        Ok(Command::Run(arguments)) => arguments,
        Ok(Command::Help) => {
            print_and_exit(&help(name, about, &sites(), options));
        }
        Ok(Command::Faults) => print_and_exit(&faults()),
        Err(error) => fail(name, 2, &error.to_string()),
    };
    let mut lesson = Lesson {
        name: name.to_owned(),
        sites: arguments
            .urls
            .iter()
            .map(|url| Site { name: url.clone(), url: url.clone() })
            .collect(),
        live: arguments.live,
        web: None,
        picture: arguments.timeline.clone(),
        panels: Mutex::default(),
        part: arguments.part,
        watchdog: None,
        live_page: None,
    };
    proxy::leave_loopback_alone(short(name));
    if lesson.sites.is_empty() {
        lesson.check_picture();
        let mut page = arguments.watch.then(|| start_page(name));
        let web = start_web(name, sites(), &arguments, page.as_ref());
        if let Some(page) = &mut page {
            page.print_address();
            if arguments.open {
                page.open_in_browser();
            }
            page.wait_for_start();
        }
        lesson.sites = sites_of(&web);
        lesson.watchdog = Some(web.watchdog(LIMIT));
        lesson.web = Some(web);
        lesson.live_page = page;
    }
    lesson
}

/// Reads the command line of a program that fetches nothing: it takes only `--help`.
pub fn without_web(name: &str, about: &str) {
    match arguments::parse_without_web(lexopt::Parser::from_env()) {
        Ok(Command::Help) => print_and_exit(&help_without_web(name, about)),
        Ok(_) => {}
        Err(error) => fail(name, 2, &error.to_string()),
    }
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

    /// Whether to run this part: the one that the command line asks for, or any if it asks for none.
    pub fn runs(&self, part: u32) -> bool {
        self.part.is_none_or(|only| only == part)
    }

    /// The sites of a program that needs exactly `N` of them. A different number of URLs on the command line ends
    /// the program with status 2. `--live` brings three sites, and a program that needs fewer takes the first.
    ///
    /// ```no_run
    /// let lesson = lesson_kit::start("lesson02 --example one_task", "the branches of join! share one task");
    /// let [a, b, c] = lesson.exact_sites();
    /// # let _: [&lesson_kit::Site; 3] = [a, b, c];
    /// ```
    pub fn exact_sites<const N: usize>(&self) -> &[Site; N] {
        let needed =
            if self.live { N.min(self.sites.len()) } else { self.sites.len() };
        let exact: Result<&[Site; N], _> = self.sites[..needed].try_into();
        exact.unwrap_or_else(|_| {
            let sites = if N == 1 { "one site".to_owned() } else { format!("{N} sites") };
            let urls = if N == 1 { "one URL".to_owned() } else { format!("{N} URLs") };
            let given = self.sites.len();
            let error = format!("this program fetches {sites}; give it {urls}, or none, instead of {given}");
            fail(&self.name, 2, &error)
        })
    }

    /// The mock web, for mocks of the program's own or for what the server knows.
    ///
    /// # Panics
    ///
    /// When the lesson fetches real sites. After [`start_on_own`] and [`start_on_mock_web`] it never does.
    pub fn mock_web(&self) -> &MockWeb {
        let web = self.web.as_ref();
        web.expect("this lesson doesn't run on the mock web")
    }

    /// Prints what the server saw since the last timeline, on the scale of the longest so far. With `--timeline` it
    /// also draws it into the picture. It prints nothing for real sites, because they don't report what they saw.
    pub async fn timeline(&self, title: &str) {
        let Some(web) = &self.web else { return };
        web.settle(SETTLE).await;
        self.draw(web, title);
    }

    /// [`timeline`](Lesson::timeline) for a program without a runtime of its own.
    ///
    /// # Panics
    ///
    /// When it's called from async code, as every blocking wait in Tokio does.
    pub fn blocking_timeline(&self, title: &str) {
        let Some(web) = &self.web else { return };
        web.blocking_settle(SETTLE);
        self.draw(web, title);
    }

    /// Prints only the line above the bars of a [`timeline`](Lesson::timeline), for more requests than you'd want to
    /// look at.
    pub async fn summary(&self, title: &str) {
        let Some(web) = &self.web else { return };
        web.settle(SETTLE).await;
        let panel = Panel::new(title, web.record());
        web.next_run(title);
        println!("{}", panel.summary());
    }

    fn draw(&self, web: &MockWeb, title: &str) {
        let record = web.record();
        let panel = Panel::new(title, record.clone());
        web.next_run(title);
        let mut panels = self.panels.lock().expect("drawing does not panic");
        let scale = panels.iter().map(Panel::span).max().unwrap_or_default();
        let drawing = timeline::text(&panel, columns(), scale);
        print(format_args!("\n{}", coloured(&drawing)));
        for site in
            self.sites.iter().filter(|site| record.requests(&site.name) == 0)
        {
            println!("{}: no request arrived", site.name);
        }
        panels.push(panel);
        let Some(picture) = &self.picture else { return };
        if let Err(error) = fs::write(picture, timeline::svg(&panels)) {
            fail(&self.name, 1, &cannot_write(picture, &error));
        }
        if panels.len() == 1 {
            print_error(format_args!(
                "{}: also drawing the timelines to {}",
                short(&self.name),
                picture.display()
            ));
        }
    }

    /// Checks before the lesson runs that the picture can be written, and leaves everything as it was.
    fn check_picture(&self) {
        let Some(picture) = &self.picture else { return };
        let was_there = picture.exists();
        let opened = File::options().append(true).create(true).open(picture);
        // Windows may refuse to remove a file that is open.
        let closed = opened.map(drop);
        let checked = if was_there {
            closed
        } else {
            closed.and_then(|()| fs::remove_file(picture))
        };
        if let Err(error) = checked {
            fail(&self.name, 2, &cannot_write(picture, &error));
        }
    }
}

impl Drop for Lesson {
    /// The live page stays until the reader ends it.
    fn drop(&mut self) {
        if let Some(page) = &mut self.live_page {
            // It would end the program while the reader still looks at the page.
            self.watchdog = None;
            page.wait_for_end();
        }
    }
}

fn cannot_write(picture: &Path, error: &io::Error) -> String {
    format!("--timeline cannot write {}: {error}", picture.display())
}

/// The terminal's width, up to [`WIDEST`]; 80 columns without a terminal.
fn columns() -> usize {
    let terminal = Term::stdout();
    let size = if terminal.is_term() { terminal.size_checked() } else { None };
    size.map_or(timeline::WIDTH, |(_, columns)| {
        usize::from(columns).min(WIDEST)
    })
}

fn start_page(name: &str) -> LivePage {
    match LivePage::start(short(name)) {
        Ok(page) => page,
        Err(error) => fail(name, 1, &format!("--watch: {error}")),
    }
}

fn start_web(
    name: &str,
    sites: Vec<mock_server::Site>,
    arguments: &Arguments,
    page: Option<&LivePage>,
) -> MockWeb {
    let mut builder = MockWeb::builder().sites(sites).seed(arguments.seed);
    for (site, fault) in &arguments.faults {
        builder = builder.fault(site, fault.clone());
    }
    if let Some(page) = page {
        builder = builder.watch(page.watch(), name);
    }
    let web = match builder.start() {
        Ok(web) => web,
        Err(error @ mock_server::StartError::Site { .. }) => {
            fail(name, 2, &format!("--fault: {error}"))
        }
        Err(error) => fail(name, 1, &error.to_string()),
    };
    if arguments.faults.iter().any(|(_, fault)| Fault::is_random(fault)) {
        println!("(random faults use --seed {})", web.seed());
    }
    web
}

/// The sites with these names, as [`start_on`] finds them.
fn named(sites: &[&str]) -> Vec<mock_server::Site> {
    let found = sites.iter().map(|&name| {
        let site = preset(name).or_else(|| faulty(name));
        site.expect("a lesson names sites that the mock web has")
    });
    found.collect()
}

/// The preset site with this name.
fn preset(name: &str) -> Option<mock_server::Site> {
    // Built one set at a time, because some pages are large.
    [presets::tutorial, presets::failing, presets::libraries, presets::hostile]
        .into_iter()
        .find_map(|sites| sites().into_iter().find(|site| site.name == name))
}

/// A site with this fault, named after it.
fn faulty(fault: &str) -> Option<mock_server::Site> {
    let page = mock_server::page("A page", 15_000, 2_000);
    let site = mock_server::Site::new(fault).page(page);
    Some(site.fault(fault.parse().ok()?))
}

fn print_and_exit(words: &str) -> ! {
    print(format_args!("{words}"));
    process::exit(0)
}

/// The name a program has in its own messages: the last word of `lesson02 --example lazy`.
fn short(name: &str) -> &str {
    name.rsplit(' ').next().unwrap_or(name)
}

/// Prints one line that says what is wrong, and ends the program.
fn fail(name: &str, status: i32, error: &str) -> ! {
    let name = format!("{}:", short(name));
    print_error(format_args!("{} {error}", style(name).red().for_stderr()));
    process::exit(status)
}

/// The timeline with coloured bars, if standard output is a terminal and `NO_COLOR` isn't set.
fn coloured(timeline: &str) -> String {
    timeline
        .replace('░', &style('░').blue().to_string())
        .replace('█', &style('█').green().to_string())
}

fn help(
    name: &str,
    about: &str,
    sites: &[mock_server::Site],
    options: Options,
) -> String {
    let Options { takes_urls, parts } = options;
    let names = || sites.iter().map(|site| site.name.as_str());
    // The one that the book and the README break, if it's there. Some sites are
    // called like their faults, and `--fault` can't name those with a parameter.
    let site = names().find(|name| *name == "python.org");
    let site = site
        .or_else(|| names().find(|name| !name.contains('=')))
        .unwrap_or("SITE");
    let part = parts.map(|Parts { name, count }| {
        let option = format!("--{name} N");
        format!("  {option:<20} run only {name} N, from 1 to {count}\n")
    });
    let part = part.unwrap_or_default();
    let (urls, live) = if takes_urls {
        let live = format!(
            "  URL...               fetch these instead of the mock web's sites\n\
             \x20 --live               fetch codeswithpankaj.com, python.org and www.w3schools.com\n\
             \x20                      over https: cargo run -p {name} --features live -- --live\n"
        );
        (" [URL]...", live)
    } else {
        ("", String::new())
    };
    format!(
        "{name}: {about}\n\n\
         Usage: cargo run -p {name} -- [OPTIONS]{urls}\n\n\
         {live}\
         \x20 --fault SITE=FAULT   break a site of the mock web, for example\n\
         \x20                      {site}=hang or {site}=reset?after=1000\n\
         \x20 --fault list         list the faults\n\
         \x20 --timeline FILE.svg  draw what the server saw as a picture\n\
         \x20 --watch              show what the server sees on a live page\n\
         \x20 --open               open that page in the browser, too\n\
         \x20 --seed N             seed for random faults (default 1)\n\
         {part}\
         \x20 --help               show this text\n"
    )
}

fn help_without_web(name: &str, about: &str) -> String {
    format!(
        "{name}: {about}\n\n\
         Usage: cargo run -p {name}\n\n\
         This program fetches nothing, so it has no other options.\n\n\
         \x20 --help   show this text\n"
    )
}

/// The fault catalogue: how each fault is written, what it does, and its parameters.
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
