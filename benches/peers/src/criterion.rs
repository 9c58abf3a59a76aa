//! Tables of what `cargo bench` measured last. criterion keeps the figures in files.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::numbers::number;

/// A function of a group, with criterion's last figures for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// The group's name, which begins with its lesson: `lesson04 overhead`.
    pub group: String,
    /// The function and its parameter: `scraper/50 KB`.
    pub name: String,
    /// The median time of a call, in nanoseconds.
    pub median: f64,
    /// The 95 % confidence interval of the median, in nanoseconds.
    pub interval: [f64; 2],
}

#[derive(Deserialize)]
struct Benchmark {
    group_id: String,
    function_id: Option<String>,
    value_str: Option<String>,
}

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
    confidence_interval: Interval,
}

#[derive(Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}

/// All functions with figures in criterion's folder, in the order in which they were measured.
///
/// # Errors
///
/// A file that criterion didn't write, or no figures.
pub fn functions(folder: &Path) -> anyhow::Result<Vec<Function>> {
    let mut functions = Vec::new();
    for folder in folders_of_the_last_run(folder)? {
        let read = |name: &str| {
            let file = folder.join(name);
            File::open(&file).with_context(|| file.display().to_string())
        };
        let benchmark: Benchmark = serde_json::from_reader(read("benchmark.json")?)?;
        let Estimates { median } = serde_json::from_reader(read("estimates.json")?)?;
        let names = [benchmark.function_id, benchmark.value_str];
        let Interval { lower_bound, upper_bound } = median.confidence_interval;
        functions.push(Function {
            group: benchmark.group_id,
            name: names.into_iter().flatten().collect::<Vec<_>>().join("/"),
            median: median.point_estimate,
            interval: [lower_bound, upper_bound],
        });
    }
    ensure!(!functions.is_empty(), "there are no figures yet; run `cargo bench` first");
    Ok(functions)
}

/// All folders called `new`, oldest first.
fn folders_of_the_last_run(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found: Vec<(SystemTime, PathBuf)> = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() && path.ends_with("new") {
                let estimates = path.join("estimates.json");
                let written = fs::metadata(&estimates).and_then(|file| file.modified());
                found.push((written.with_context(|| estimates.display().to_string())?, path));
            } else if path.is_dir() {
                folders.push(path);
            }
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// The groups in the order of their first function, with a table for each.
pub fn tables(functions: &[Function]) -> Vec<(&str, String)> {
    let mut groups: Vec<&str> = Vec::new();
    for function in functions {
        if !groups.contains(&function.group.as_str()) {
            groups.push(&function.group);
        }
    }
    groups
        .into_iter()
        .map(|group| (group, table(functions.iter().filter(|one| one.group == group))))
        .collect()
}

fn table<'functions>(functions: impl Iterator<Item = &'functions Function>) -> String {
    let mut table = String::from("| function | median | 95 % confidence interval |\n| --- | --- | --- |\n");
    for Function { name, median, interval: [lower, upper], .. } in functions {
        table += &format!("| {name} | {} | {} – {} |\n", time(*median), time(*lower), time(*upper));
    }
    table
}

/// A time in a unit that suits it.
fn time(nanoseconds: f64) -> String {
    let units = [(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")];
    let (one, unit) = units.into_iter().find(|(one, _)| nanoseconds >= *one).unwrap_or((1.0, "ns"));
    format!("{} {unit}", number(nanoseconds / one))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn write(folder: &Path, name: &str, median: f64, second: u64) {
        let new = folder.join("lesson08 parsing").join(name).join("50 KB").join("new");
        fs::create_dir_all(&new).unwrap();
        let benchmark =
            serde_json::json!({ "group_id": "lesson08 parsing", "function_id": name, "value_str": "50 KB" });
        let interval = serde_json::json!({ "lower_bound": median - 1.0, "upper_bound": median + 1.0 });
        let estimates =
            serde_json::json!({ "median": { "point_estimate": median, "confidence_interval": interval } });
        fs::write(new.join("benchmark.json"), benchmark.to_string()).unwrap();
        fs::write(new.join("estimates.json"), estimates.to_string()).unwrap();
        // Two files may be written within one tick of the file system's clock.
        let file = File::options().append(true).open(new.join("estimates.json")).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(second)).unwrap();
    }

    #[test]
    fn tables_have_the_order_of_the_run() {
        let folder = tempfile::tempdir().unwrap();
        let error = functions(folder.path()).unwrap_err();
        assert_eq!(error.to_string(), "there are no figures yet; run `cargo bench` first");
        write(folder.path(), "b", 2_000_000.0, 1);
        write(folder.path(), "a", 1_500.0, 2);
        let functions = functions(folder.path()).unwrap();
        let [(group, table)] = &tables(&functions)[..] else { panic!("there is one group: {functions:?}") };
        assert_eq!(*group, "lesson08 parsing");
        let rows: Vec<_> = table.lines().skip(2).collect();
        assert_eq!(
            rows,
            ["| b/50 KB | 2.00 ms | 2.00 ms – 2.00 ms |", "| a/50 KB | 1.50 µs | 1.50 µs – 1.50 µs |"]
        );
    }
}
