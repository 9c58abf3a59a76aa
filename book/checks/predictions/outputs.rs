//! The texts of the runs that predictions are compared with.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, ensure};

use crate::pages::{include_of, source};
use crate::root;
use crate::runs::runs;

/// Every output and every picture that the book makes from runs.
#[derive(Debug)]
pub struct Outputs(BTreeSet<PathBuf>);

impl Outputs {
    /// Lists them.
    ///
    /// # Errors
    ///
    /// If a folder or a page can't be read.
    pub fn new() -> anyhow::Result<Outputs> {
        let mut files: BTreeSet<_> =
            runs()?.iter().flat_map(|run| [run.output_file(), run.picture_file()]).collect();
        let bench = source().join("bench");
        for entry in fs::read_dir(&bench).with_context(|| format!("cannot read {}", bench.display()))? {
            files.insert(entry?.path());
        }
        Ok(Outputs(files))
    }

    /// The text of `out/NAME.txt:ANCHOR`, without the marks of its parts. A picture's text has a line for each of its texts.
    ///
    /// # Errors
    ///
    /// If no run makes this file, or the file can't be read or doesn't have this part.
    pub fn text(&self, run: &str) -> anyhow::Result<String> {
        let include = include_of(run);
        ensure!(self.0.contains(&root().join(&include.file)), "no run makes {run}");
        let text = include.text()?;
        ensure!(!text.trim().is_empty(), "there's no such part: {run}");
        if include.file.extension().is_some_and(|extension| extension == "svg") {
            return Ok(words_of_picture(&text));
        }
        Ok(text)
    }
}

/// The texts of a picture. The programs that draw pictures put each element on a line of its own.
fn words_of_picture(svg: &str) -> String {
    let words =
        svg.lines().filter(|line| ["<title", "<desc", "<text"].iter().any(|tag| line.starts_with(tag)));
    let words = words.filter_map(|line| Some(line.split_once('>')?.1.rsplit_once("</")?.0));
    words.map(|words| htmlize::unescape(words) + "\n").collect()
}
