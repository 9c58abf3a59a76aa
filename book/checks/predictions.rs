//! The predictions of the book's pages, with the right answers from the captured runs.
//!
//! Each page has a file `book/predictions/PAGE.toml` with its questions. No answer is written there: a regular
//! expression says where it is in a run. From these files come the keys that the page's scripts compare a reader's
//! answers with, and the list of all predictions.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, ensure};

use crate::pages::{Page, pages, read, source};
use crate::refresh::{Mode, write};
use crate::root;
use format::Predictions;
use keys::Key;
use outputs::Outputs;

mod format;
mod keys;
mod outputs;

/// The command that makes the files again.
pub const BUILD: &str = "cargo run -p book -- predictions";

/// The predictions of a page.
#[derive(Debug)]
pub struct PageKeys {
    /// The page.
    pub page: Page,
    /// In the order of the page.
    pub predictions: Vec<Key>,
}

/// The predictions of all pages, in the order of `SUMMARY.md`.
///
/// # Errors
///
/// If a file can't be read or breaks a rule of the format, or an answer isn't in its run exactly once.
pub fn keys() -> anyhow::Result<Vec<PageKeys>> {
    let outputs = Outputs::new()?;
    let mut files = files()?;
    let mut names = BTreeSet::new();
    let mut all = Vec::new();
    for page in pages()? {
        let file = page.name.replace(".md", ".toml");
        let predictions = if files.remove(&file) { page_keys(&file, &outputs)? } else { Vec::new() };
        for prediction in &predictions {
            ensure!(names.insert(prediction.name.clone()), "{file}: {} exists twice", prediction.name);
        }
        all.push(PageKeys { page, predictions });
    }
    ensure!(files.is_empty(), "book/predictions: these aren't named after a page of SUMMARY.md: {files:?}");
    let page_names: BTreeSet<_> = all.iter().filter_map(|keys| keys.page.name.strip_suffix(".md")).collect();
    let mut starts = all.iter().flat_map(|keys| &keys.predictions).filter_map(|key| key.start.as_deref());
    let unknown = starts.find(|start| !page_names.contains(start));
    ensure!(unknown.is_none(), "no page has the name of this `start`: {}", unknown.unwrap_or_default());
    Ok(all)
}

/// The names of the files with predictions.
fn files() -> anyhow::Result<BTreeSet<String>> {
    let folder = root().join("book/predictions");
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".toml") {
            names.insert(name);
        }
    }
    Ok(names)
}

fn page_keys(file: &str, outputs: &Outputs) -> anyhow::Result<Vec<Key>> {
    let name = format!("book/predictions/{file}");
    let text = read(&root().join(&name))?;
    let Predictions { prediction } = toml::from_str(&text).with_context(|| name.clone())?;
    let key = |prediction| {
        let key = Key::of(prediction, outputs);
        key.with_context(|| format!("{name}: {}", prediction.name))
    };
    prediction.iter().map(key).collect()
}

/// Writes the files that are made from the predictions, or compares them. Whether they're up to date.
///
/// # Errors
///
/// As [`keys`], and if a file can't be read or written.
pub fn refresh(mode: Mode) -> anyhow::Result<bool> {
    let keys = keys()?;
    let files = [
        (root().join("book/predictions/page/keys.js"), script(&keys)?),
        (source().join("out/predictions.md"), list(&keys)),
    ];
    for (file, fresh) in files {
        if mode == Mode::Write {
            write(&file, &fresh)?;
        } else if read(&file)? != fresh {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The right answers, for the page's scripts: one prediction a line. Pages without predictions are in it, too, if a
/// reader can mark them as finished.
fn script(pages: &[PageKeys]) -> anyhow::Result<String> {
    let mut script = format!(
        "// Made by `{BUILD}` from book/predictions and the captured runs.\n\"use strict\";\n\n\
         /** @type {{PredictionPage[]}} */\nconst predictionPages = [\n"
    );
    for PageKeys { page, predictions } in pages {
        if predictions.is_empty() && !page.is_read_through() {
            continue;
        }
        let name = serde_json::to_string(page.name.trim_end_matches(".md"))?;
        let title = serde_json::to_string(page.title())?;
        let is_read_through = page.is_read_through();
        script += &format!(
            "{{\"name\":{name},\"title\":{title},\"isReadThrough\":{is_read_through},\"predictions\":["
        );
        for key in predictions {
            script += &format!("\n{},", serde_json::to_string(key)?);
        }
        script += if predictions.is_empty() { "]},\n" } else { "\n]},\n" };
    }
    Ok(script + "];\n\nObject.assign(globalThis, { predictionPages });\n")
}

/// The list of all predictions as Markdown, with links to them.
fn list(pages: &[PageKeys]) -> String {
    let mut list = String::new();
    for PageKeys { page, predictions } in pages.iter().filter(|keys| !keys.predictions.is_empty()) {
        list += &format!("## {}\n\n", page.title());
        for Key { name, title, .. } in predictions {
            list += &format!("- [{title}]({}#predict-{name})\n", page.name);
        }
        list.push('\n');
    }
    list
}
