//! Turns the lessons' examples into modules: each file that `sources.txt` lists, without its `main`, which needs a
//! runtime with threads. Nothing else changes, and the lines keep their numbers.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = here.join("../..");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=sources.txt");
    let mut modules = String::new();
    for source in fs::read_to_string(here.join("sources.txt"))?.lines() {
        if source.is_empty() || source.starts_with('#') {
            continue;
        }
        let file = root.join(source);
        println!("cargo::rerun-if-changed={}", file.display());
        let name = file.file_stem().unwrap_or_default().to_string_lossy().replace('-', "_");
        let text = fs::read_to_string(&file)?.replace("\r\n", "\n");
        if source.contains("/examples/") {
            let driver = here.join("src/labs").join(format!("{name}.rs"));
            let driver = format!("\n#[path = {driver:?}]\npub mod lab;\n");
            let file = out.join(format!("{name}.rs"));
            modules += &module(&file, &name, &(without_main(&text)? + &driver))?;
        } else if source.ends_with(".diff") {
            let name = format!("lesson{name}");
            let lesson = root.join("lessons/01-sync-vs-async/src");
            let patch = diffy::Patch::from_str(&text)?;
            let text = fs::read_to_string(lesson.join("lib.rs"))?.replace("\r\n", "\n");
            // The file keeps its name, because a run shows the file and the line where a future waits.
            let folder = out.join(&name);
            fs::create_dir_all(&folder)?;
            modules += &module(&folder.join("lib.rs"), &name, &diffy::apply(&text, &patch)?)?;
            // The lesson's own module is beside it.
            fs::copy(lesson.join("threads.rs"), folder.join("threads.rs"))?;
        }
    }
    fs::write(out.join("modules.rs"), modules)?;
    Ok(())
}

/// Writes a module's file and returns its declaration.
fn module(file: &Path, name: &str, text: &str) -> Result<String, Box<dyn Error>> {
    fs::write(file, text)?;
    let reason = "a page doesn't run all of an example";
    Ok(format!(
        "#[allow(dead_code, unused_imports, missing_docs, clippy::disallowed_methods, clippy::duplicate_mod, reason = {reason:?})]\n#[path = {file:?}]\npub mod {name};\n"
    ))
}

/// An example without its `main`: blank lines instead.
fn without_main(text: &str) -> Result<String, Box<dyn Error>> {
    let lines: Vec<_> = text.lines().collect();
    let start = |line: &&str| line.starts_with("async fn main(") || line.starts_with("fn main(");
    let mut first = lines.iter().position(start).ok_or("the example has no main")?;
    let last = first + lines[first..].iter().position(|line| *line == "}").ok_or("main has no end")?;
    while first > 0 && lines[first - 1].starts_with("#[") {
        first -= 1;
    }
    let without = lines
        .iter()
        .enumerate()
        .map(|(number, line)| if (first..=last).contains(&number) { "" } else { line });
    Ok(without.collect::<Vec<_>>().join("\n") + "\n")
}
