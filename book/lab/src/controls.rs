//! What a lab consists of: its controls, its run, and the chapter's runs that it has to reproduce.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context, bail};
use lesson_kit::Site;
use serde::Serialize;
use web::Connections;

/// The seed of everything random: `select!`, and the jitter of retries.
pub const SEED: &str = "seed";

/// A lab.
#[derive(Serialize)]
pub struct Lab {
    /// Its name on pages and in links. If the lab runs an example, it's the example's name.
    pub name: &'static str,
    /// Its heading on the page.
    pub title: &'static str,
    /// What the reader can change.
    pub controls: Vec<Control>,
    /// What the reader may predict.
    pub question: Question,
    /// The chapter's own runs, for the tests.
    pub captured: Vec<Captured>,
    /// Whether its code blocks the thread or reads std's clock. Tokio's paused clock works for neither.
    pub blocks: bool,
    /// Starts a run.
    #[serde(skip)]
    pub run: fn(Settings) -> Run,
}

/// A run that has begun.
pub type Run = Pin<Box<dyn Future<Output = ()>>>;

/// Something that the reader can change.
#[derive(Clone, Debug, Serialize)]
pub struct Control {
    /// Its name in settings and links.
    pub name: &'static str,
    /// Its label on the page.
    pub label: &'static str,
    /// Its values.
    #[serde(flatten)]
    pub values: Values,
}

/// The values of a control.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Values {
    /// A whole number.
    Range {
        /// The smallest value.
        min: u64,
        /// The largest value.
        max: u64,
        /// The distance between two values.
        step: u64,
        /// The chapter's value.
        default: u64,
        /// `ms`, `s`, or empty for a count.
        unit: &'static str,
    },
    /// One of several options. The first is the default.
    Choice {
        /// The name of each option in settings, and its label on the page.
        options: Vec<(&'static str, &'static str)>,
    },
}

/// What the reader may predict, as a number that the page finds in the events.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Question {
    /// The question on the page.
    pub words: &'static str,
    /// The number.
    pub measure: Measure,
}

/// A number of a run.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "type", content = "prefix", rename_all = "snake_case")]
pub enum Measure {
    /// How long the run takes, in milliseconds.
    Total,
    /// How many requests the sites got.
    Requests,
    /// The most requests in flight at the same time.
    InFlight,
    /// The most tasks that existed at the same time.
    Tasks,
    /// How many lines the program printed.
    Lines,
    /// The whole number that the program printed after these words, at the beginning of a line.
    Printed(&'static str),
}

/// A run in the chapter that the lab has to reproduce.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Captured {
    /// The settings that differ from the defaults, as in a link: `version=join_all`.
    pub settings: &'static str,
    /// The file in `book/src/out`, without `.txt`.
    pub file: &'static str,
    /// The anchor of what was printed in that file.
    pub anchor: &'static str,
    /// How the line that counts the server's requests begins in that file, before a colon. Empty if there's none.
    pub timeline: &'static str,
    /// Which of the printed lines are compared.
    pub compare: Compare,
}

/// Which lines of a run are compared with the chapter's.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "type", content = "words", rename_all = "snake_case")]
pub enum Compare {
    /// All of them, in order.
    Lines,
    /// The last ones: as many as the file has between its anchors. The lines before them depend on something random.
    Last,
    /// Only those that begin with one of these words. Others depend on the machine, or on a number that's smaller here.
    Starting(&'static [&'static str]),
}

/// A control with a whole number.
pub fn range(name: &'static str, label: &'static str, values: [u64; 4], unit: &'static str) -> Control {
    let [min, max, step, default] = values;
    Control { name, label, values: Values::Range { min, max, step, default, unit } }
}

/// A control with several options.
pub fn choice(name: &'static str, label: &'static str, options: &[(&'static str, &'static str)]) -> Control {
    Control { name, label, values: Values::Choice { options: options.to_vec() } }
}

/// The version of the code.
pub fn version(options: &[(&'static str, &'static str)]) -> Control {
    choice("version", "Version", options)
}

/// The settings of a run: each control's value.
#[derive(Clone, Debug)]
pub struct Settings(BTreeMap<&'static str, Setting>);

#[derive(Clone, Copy, Debug)]
enum Setting {
    Number(u64),
    Name(&'static str),
}

impl Settings {
    /// The defaults, replaced by `settings` where they differ.
    ///
    /// # Errors
    ///
    /// For a setting that no control accepts.
    pub fn parse(controls: &[Control], settings: &[&str]) -> anyhow::Result<Settings> {
        let default = |values: &Values| match values {
            Values::Range { default, .. } => Setting::Number(*default),
            Values::Choice { options } => Setting::Name(options[0].0),
        };
        let mut all: BTreeMap<_, _> =
            controls.iter().map(|control| (control.name, default(&control.values))).collect();
        for setting in settings.iter().filter(|setting| !setting.is_empty()) {
            let (name, value) = setting.split_once('=').context("a setting is `NAME=VALUE`")?;
            let control = controls.iter().find(|control| control.name == name);
            let control = control.with_context(|| format!("there's no control {name}"))?;
            all.insert(control.name, control.values.parse(value)?);
        }
        Ok(Settings(all))
    }

    /// The value of a control with a number.
    pub fn number(&self, name: &str) -> u64 {
        match self.0.get(name) {
            Some(Setting::Number(number)) => *number,
            _ => 0,
        }
    }

    /// The same, as a count.
    pub fn count(&self, name: &str) -> usize {
        self.number(name) as usize
    }

    /// The same, as a duration in milliseconds.
    pub fn milliseconds(&self, name: &str) -> Duration {
        Duration::from_millis(self.number(name))
    }

    /// The value of a control with several options.
    pub fn name(&self, name: &str) -> &'static str {
        match self.0.get(name) {
            Some(Setting::Name(name)) => name,
            _ => "",
        }
    }
}

impl Values {
    fn parse(&self, value: &str) -> anyhow::Result<Setting> {
        match self {
            Values::Range { min, max, .. } => {
                let number = value.parse().with_context(|| format!("{value} isn't a whole number"))?;
                if !(*min..=*max).contains(&number) {
                    bail!("{number} isn't between {min} and {max}");
                }
                Ok(Setting::Number(number))
            }
            Values::Choice { options } => {
                let option = options.iter().find(|(name, _)| *name == value);
                let (name, _) = option.with_context(|| format!("there's no {value}"))?;
                Ok(Setting::Name(name))
            }
        }
    }
}

/// The tutorial's three sites, their delays, and the controls for them. [`tutorial`] starts them.
pub const TUTORIAL: [(&str, &str, u64, usize, usize); 3] = [
    ("a", "codeswithpankaj.com", 800, 15_000, 2_000),
    ("b", "python.org", 600, 50_321, 6_000),
    ("c", "w3schools.com", 700, 45_000, 5_000),
];

/// A control for the delay of each of the tutorial's sites with these names.
pub fn delays(names: &[&str]) -> Vec<Control> {
    let sites = TUTORIAL.iter().filter(|(_, name, ..)| names.contains(name));
    sites.map(|&(control, name, delay, ..)| range(control, name, [50, 2_000, 50, delay], "ms")).collect()
}

/// The tutorial's sites with these names, with the delays from the settings.
pub fn tutorial(names: &[&str], settings: &Settings) -> Vec<web::Site> {
    let sites = names.iter().filter_map(|name| TUTORIAL.iter().find(|(_, other, ..)| other == name));
    sites
        .map(|&(control, name, _, bytes, words)| {
            web::Site::new(name, settings.milliseconds(control), bytes, words)
        })
        .collect()
}

/// Starts the model of the web, and returns what a lesson knows about its sites.
pub fn start(sites: Vec<web::Site>) -> Vec<Site> {
    let known = sites
        .iter()
        .map(|site| Site { name: site.name.clone(), url: format!("http://{}/", site.name) })
        .collect();
    web::start(sites);
    known
}

/// The same, for code that blocks its thread. `connections` says whether the client's connections run on that thread.
pub fn start_with_connections(sites: Vec<web::Site>, connections: Connections) -> Vec<Site> {
    let known = start(sites);
    web::run_connections(connections);
    known
}
