//! Runs what the book shows, and writes it down or compares it with what is written.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use lesson_kit::println;
use mock_server::timeline::{self, Panel};
use mock_server::{MockWeb, presets};
use testkit::{run_python, rustc_version};

use crate::pages::{read, source};
use crate::runs::{README, Run, Special};
use crate::{compare, faults, root};

/// What to do with a run's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Write it into the book.
    Write,
    /// Compare it with what the book has.
    Check,
}

/// The name under which [`fault_catalogue`] is refreshed.
pub const FAULTS: &str = "faults";
/// The name under which everything the compiler says is refreshed, with its version.
pub const COMPILER: &str = "rustc";

/// How long to wait for a client that has just left to be seen as gone.
const SETTLE: Duration = Duration::from_millis(200);

/// Runs a program of the course and writes its output and its picture, or compares them. Whether they are as written.
///
/// # Errors
///
/// When the program does not start or ends with another status than the run's, a file cannot be read or written, or
/// the output contradicts the text, which says that one way is faster than another.
pub fn refresh(run: &Run, mode: Mode) -> anyhow::Result<bool> {
    let folder = match run.special.edit {
        Some(edit) => edited_course(edit)?,
        None => root(),
    };
    let drawn = scratch()?.join(format!("{}.svg", run.name));
    // That of a run before must not pass for this one's.
    if drawn.exists() {
        fs::remove_file(&drawn).with_context(|| format!("cannot remove {}", drawn.display()))?;
    }
    let output = execute(run, &folder, &drawn).with_context(|| format!("{}: `{}`", run.name, run.command))?;
    let output = compare::anchored(&output);
    if mode == Mode::Write {
        let context = || {
            format!("{}: nothing is written; if the machine was busy, run it again when it's idle", run.name)
        };
        compare::check_faster(&output, &run.special).with_context(context)?;
    }
    let mut same = settle(&run.output_file(), &output, Some(&run.special), mode)?;
    if run.picture {
        same &= settle(&run.picture_file(), &read(&drawn)?, Some(&run.special), mode)?;
    }
    // A test holds what the README shows to what the book has.
    if run.name == README && mode == Mode::Write {
        let readme = root().join("README.md");
        let fresh = with_output(&read(&readme)?, &compare::without_anchors(&output))
            .context("README.md shows no output")?;
        write(&readme, &fresh)?;
    }
    Ok(same)
}

/// Makes the fault catalogue and writes or compares it. Whether it is as written.
///
/// # Errors
///
/// When a client is missing, or a file cannot be read or written; or when it's to be written and the page names other versions
/// of the clients.
pub fn fault_catalogue(mode: Mode) -> anyhow::Result<bool> {
    if mode == Mode::Write {
        faults::check_versions()?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let markdown = runtime.block_on(faults::markdown())?;
    settle(&source().join("out/faults.md"), &markdown, None, mode)
}

/// Where the version of the compiler whose words the book quotes is kept.
pub fn compiler_file() -> PathBuf {
    source().join(format!("out/{COMPILER}.txt"))
}

/// Writes down that the words of all programs that the compiler refuses are this compiler's.
///
/// # Errors
///
/// When the file cannot be written.
pub fn record_compiler() -> anyhow::Result<()> {
    write(&compiler_file(), &format!("{}\n", rustc_version()))
}

/// The README with this instead of the first output that it shows.
pub fn with_output(readme: &str, output: &str) -> Option<String> {
    let (before, rest) = readme.split_once("```text\n")?;
    let (_, after) = rest.split_once("```\n")?;
    Some(format!("{before}```text\n{output}```\n{after}"))
}

fn execute(run: &Run, folder: &Path, drawn: &Path) -> anyhow::Result<String> {
    if !run.special.twin_on.is_empty() {
        return twin(run);
    }
    let mut words = run.command.split_whitespace();
    let program = words.next().context("there is no command")?;
    let mut command = Command::new(program);
    command.args(words).current_dir(folder).stdin(Stdio::null());
    if run.refused {
        return refusal(&mut command);
    }
    command.stderr(Stdio::inherit());
    if run.picture {
        let separated = run.command.contains(" -- ");
        command.args((!separated).then_some("--")).arg("--timeline").arg(drawn);
    }
    if folder != root() {
        // Apart from the real course's, which would take the edited programs for its own.
        command.env("CARGO_TARGET_DIR", scratch()?.join("target"));
    }
    let output = command.output().context("it does not start")?;
    ensure!(output.status.code() == Some(run.special.status), "{}", output.status);
    String::from_utf8(output.stdout).context("its output is not UTF-8")
}

/// What a Python twin prints, on a mock web that runs for it alone, and the timeline of what that has seen.
fn twin(run: &Run) -> anyhow::Result<String> {
    let program = run.command.split_whitespace().last().context("there is no command")?;
    let sites =
        presets::tutorial().into_iter().filter(|site| run.special.twin_on.contains(&site.name.as_str()));
    let web = MockWeb::builder().sites(sites).start()?;
    let urls: Vec<_> = web.sites().map(|(_, url)| url).collect();
    let printed = run_python(&root().join(program), &["aiohttp"], &urls)
        .context("there is no Python with aiohttp; PYTHON names the one that has it")?;
    web.blocking_settle(SETTLE);
    let panel = Panel::new("what the server saw", web.record());
    Ok(format!("{printed}\n{}", timeline::text(&panel, timeline::WIDTH, Duration::ZERO)))
}

/// What the compiler says of a program that it refuses.
fn refusal(command: &mut Command) -> anyhow::Result<String> {
    let output = command.arg("--quiet").output().context("it does not start")?;
    let words = String::from_utf8(output.stderr).context("its words are not UTF-8")?;
    ensure!(!output.status.success() && words.starts_with("error"), "the compiler takes it:\n{words}");
    Ok(words.lines().map(|line| without_folders_of_libraries(line) + "\n").collect())
}

/// The standard library and the crates are elsewhere on every machine.
fn without_folders_of_libraries(line: &str) -> String {
    let Some((indent, path)) = line.split_once("--> /") else { return line.to_owned() };
    let crates = path.split_once("/registry/src/").and_then(|(_, path)| path.split_once('/'));
    let standard = path.split_once("/library/");
    match (crates, standard) {
        (Some((_, path)), _) => format!("{indent}--> {path}"),
        (_, Some((_, path))) => format!("{indent}--> library/{path}"),
        _ => line.to_owned(),
    }
}

/// Writes what is fresh, or compares it and prints what has drifted.
fn settle(file: &Path, fresh: &str, special: Option<&Special>, mode: Mode) -> anyhow::Result<bool> {
    if mode == Mode::Write {
        write(file, fresh)?;
        return Ok(true);
    }
    let comparable = |text: &str| {
        let lines = match file.extension() {
            Some(extension) if extension == "svg" => compare::comparable_picture(text),
            _ => compare::comparable(text, special),
        };
        if special.is_some_and(|special| special.any_connections) {
            lines.iter().map(|line| compare::without_connections(line)).collect()
        } else {
            lines
        }
    };
    let (written, fresh) = (comparable(&read(file)?), comparable(fresh));
    if written == fresh {
        return Ok(true);
    }
    let lines = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let (written, fresh) = (lines(&written), lines(&fresh));
    let mut options = diffy::DiffOptions::new();
    options.set_original_filename("in the book").set_modified_filename("this run");
    println!("\n{} has drifted (times count for nothing and are left out):", file.display());
    println!("{}", options.create_patch(&written, &fresh));
    Ok(false)
}

/// Writes the whole file or, when interrupted, nothing of it.
pub(crate) fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let context = || format!("cannot write {}", file.display());
    let beside = scratch()?.join("half-written");
    fs::write(&beside, text).with_context(context)?;
    fs::rename(&beside, file).with_context(context)
}

/// Waits until no other process refreshes, and keeps others waiting until it is dropped: they would change the same
/// copy of the course.
///
/// # Errors
///
/// When the file that stands for it cannot be made or locked.
pub fn alone() -> anyhow::Result<File> {
    let file = File::create(scratch()?.join("lock"))?;
    file.lock()?;
    Ok(file)
}

fn scratch() -> anyhow::Result<PathBuf> {
    let folder = root().join("target/book");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// A copy of the course with the change of `book/edits/EDIT.diff` made.
fn edited_course(edit: &str) -> anyhow::Result<PathBuf> {
    let course = scratch()?.join("course");
    for part in ["Cargo.toml", "Cargo.lock", ".cargo", "lessons", "mock-server", "benches", "book"] {
        copy(&root().join(part), &course.join(part))?;
    }
    let diff = read(&root().join(format!("book/edits/{edit}.diff")))?;
    let patch = diffy::Patch::from_str(&diff).with_context(|| format!("{edit}.diff is no patch"))?;
    let file = course.join(patch.modified().context("the patch names no file")?);
    let edited = diffy::apply(&read(&file)?, &patch)
        .with_context(|| format!("{edit}.diff no longer fits {}", file.display()))?;
    fs::write(&file, edited).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(course)
}

/// Makes `to` the same as `from`, a file or a folder. A file that's the same already is left alone, because cargo
/// rebuilds everything that was written.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let context = || format!("cannot copy {} to {}", from.display(), to.display());
    if from.is_dir() {
        fs::create_dir_all(to).with_context(context)?;
        for entry in fs::read_dir(from).with_context(context)? {
            let name = entry.with_context(context)?.file_name();
            copy(&from.join(&name), &to.join(&name))?;
        }
        for entry in fs::read_dir(to).with_context(context)? {
            let entry = entry.with_context(context)?.path();
            if !from.join(entry.file_name().unwrap_or_default()).exists() {
                remove(&entry)?;
            }
        }
        return Ok(());
    }
    let content = fs::read(from).with_context(context)?;
    if fs::read(to).is_ok_and(|there| there == content) {
        return Ok(());
    }
    fs::create_dir_all(to.parent().unwrap_or(to)).with_context(context)?;
    fs::write(to, content).with_context(context)
}

fn remove(path: &Path) -> anyhow::Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.with_context(|| format!("cannot remove {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_what_there_is_and_nothing_that_is_gone() {
        let folder = tempfile::tempdir().expect("there can be one");
        let [from, to] = ["from", "to"].map(|name| folder.path().join(name));
        for file in ["from/a/new.rs", "from/same.rs", "to/same.rs", "to/a/old.rs", "to/gone/b.rs"] {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().expect("it has one")).expect("it can be made");
            fs::write(file, "text").expect("it can be written");
        }
        copy(&from, &to).expect("it can be copied");
        let is_there = |file: &str| to.join(file).exists();
        assert!(is_there("a/new.rs") && is_there("same.rs"));
        assert!(!is_there("a/old.rs") && !is_there("gone"));
    }
}
