//! Which machine and which versions the figures come from. Where a system doesn't provide a fact, it's left out.

use std::env::consts::OS;
use std::fs;
use std::process::Command;
use std::thread;
use std::time::SystemTime;

use crate::programs::Start;
use crate::workloads::Workload;

/// The crates whose versions matter.
const CRATES: [&str; 6] = ["tokio", "reqwest", "hyper", "ureq", "scraper", "lol_html"];
const LOCK: &str = include_str!("../../../Cargo.lock");
/// Prints Python's version and the version of each installed package.
const VERSIONS: &str = "
import platform
from importlib.metadata import PackageNotFoundError, version
words = ['Python ' + platform.python_version()]
for name in ['aiohttp', 'uvloop', 'requests', 'beautifulsoup4', 'lxml', 'selectolax']:
    try:
        words.append(name + ' ' + version(name))
    except PackageNotFoundError:
        pass
print(', '.join(words))
";

/// Labelled facts: date, machine, versions.
pub fn facts(python: &str) -> Vec<(&'static str, String)> {
    let cores = thread::available_parallelism().map(|cores| format!("{cores} cores")).ok();
    let processor = field("/proc/cpuinfo", "model name");
    let memory = field("/proc/meminfo", "MemTotal").and_then(|memory| gigabytes(&memory));
    let machine: Vec<_> = [cores, processor, memory].into_iter().flatten().collect();
    let system = ["ostype", "osrelease"].map(|file| fs::read_to_string(format!("/proc/sys/kernel/{file}")));
    let system: Vec<_> = system.into_iter().flatten().map(|word| word.trim().to_owned()).collect();
    let system = if system.is_empty() { OS.to_owned() } else { system.join(" ") };
    let crates: Vec<_> =
        CRATES.iter().filter_map(|name| Some(format!("{name} {}", version(LOCK, name)?))).collect();
    let facts = [
        ("date", Some(httpdate::fmt_http_date(SystemTime::now()))),
        ("machine", Some(machine.join(", "))),
        ("system", Some(system)),
        ("compiler", output(Command::new("rustc").arg("--version"))),
        ("crates", Some(crates.join(", "))),
        ("Python", output(Command::new(python).args(["-c", VERSIONS]))),
    ];
    facts
        .into_iter()
        .filter_map(|(label, fact)| Some((label, fact.filter(|fact| !fact.is_empty())?)))
        .collect()
}

/// The modules that the workloads' programs import and this Python doesn't have.
pub fn missing<'workloads>(
    python: &str,
    workloads: impl IntoIterator<Item = &'workloads Workload>,
) -> Vec<&'static str> {
    let programs = workloads.into_iter().flat_map(|workload| &workload.programs);
    let modules = programs.filter_map(|(program, _)| match program.start {
        Start::Python(_, modules) => Some(modules),
        Start::Rust(_) => None,
    });
    let mut modules: Vec<_> = modules.flatten().copied().collect();
    modules.sort_unstable();
    modules.dedup();
    modules.retain(|module| output(Command::new(python).args(["-c", &format!("import {module}")])).is_none());
    modules
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The value of a `name: value` line in a file.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn gigabytes(kilobytes: &str) -> Option<String> {
    let kilobytes: f64 = kilobytes.split(' ').next()?.parse().ok()?;
    Some(format!("{:.0} GB of memory", kilobytes / (1024.0 * 1024.0)))
}

/// The version of a crate in a Cargo.lock.
fn version(lock: &str, name: &str) -> Option<String> {
    let start = format!("name = \"{name}\"\nversion = \"");
    Some(lock.split_once(&start)?.1.split_once('"')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_crate_comes_from_cargo_lock() {
        let lock = "[[package]]\nname = \"tokio-util\"\nversion = \"0.7.1\"\n\n[[package]]\nname = \"tokio\"\nversion = \"1.54.0\"\n";
        assert_eq!(version(lock, "tokio").as_deref(), Some("1.54.0"));
        assert_eq!(version(lock, "hyper"), None);
        assert!(CRATES.iter().all(|name| version(LOCK, name).is_some()));
    }

    #[test]
    fn memory_is_in_gigabytes() {
        assert_eq!(gigabytes("25165824 kB").as_deref(), Some("24 GB of memory"));
    }
}
