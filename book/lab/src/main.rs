//! Runs the book's labs, for a page of the book and for its tests:
//!
//! ```sh
//! lab describe                    # all labs and their controls, as JSON
//! lab run bounded limit=2         # the events of a run, as JSON; other settings have their defaults
//! lab batch < RUNS                # the same for each line, such as `bounded limit=2`
//! ```

mod controls;
mod labs;
mod run;

/// The lessons' examples, which the build script has turned into modules.
mod examples {
    include!(concat!(env!("OUT_DIR"), "/modules.rs"));
}

use std::env;
use std::io::{self, Write};

use anyhow::{Context, bail};

use controls::{Lab, Settings};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let labs = labs::all();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["describe"] => print(&labs),
        ["run", name, ref settings @ ..] => print(&run(&labs, name, settings)?),
        ["batch"] => io::stdin().lines().try_for_each(|line| {
            let line = line?;
            let words: Vec<_> = line.split(' ').collect();
            print(&run(&labs, words[0], &words[1..])?)
        }),
        _ => bail!("expected `describe`, `run LAB [NAME=VALUE]...` or `batch`"),
    }
}

/// Runs a lab with these settings, each a name and a value.
fn run(labs: &[Lab], name: &str, settings: &[&str]) -> anyhow::Result<Vec<event_log::Entry>> {
    let lab = labs.iter().find(|lab| lab.name == name);
    let lab = lab.with_context(|| format!("there's no lab {name}"))?;
    let settings = Settings::parse(&lab.controls, settings)?;
    Ok(run::run(lab, settings))
}

/// Prints a line of JSON.
fn print(value: &impl serde::Serialize) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    writeln!(out)?;
    Ok(())
}
