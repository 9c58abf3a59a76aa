//! What the book's Markdown includes, and which commands it tells to run.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::root;

/// A page of the book.
#[derive(Debug)]
pub struct Page {
    /// Its file, under `book/src`.
    pub name: String,
    /// What stands in it, before mdBook includes anything.
    pub markdown: String,
}

/// An include: `{{#include file:anchor}}`.
#[derive(Debug)]
pub struct Include {
    /// The file, from the top folder of the course.
    pub file: PathBuf,
    /// The part of it, if not the whole.
    pub anchor: Option<String>,
}

/// The folder of the Markdown.
pub fn source() -> PathBuf {
    root().join("book/src")
}

/// The pages in the order of `SUMMARY.md`.
///
/// # Errors
///
/// When `SUMMARY.md`, or a page that it names, cannot be read.
pub fn pages() -> anyhow::Result<Vec<Page>> {
    let summary = read(&source().join("SUMMARY.md"))?;
    let links = Parser::new(&summary).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    });
    links.map(|name| Ok(Page { markdown: read(&source().join(&name))?, name })).collect()
}

/// A file's text, or an error that names the file.
///
/// # Errors
///
/// When it cannot be read.
pub fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

impl Page {
    /// Its includes, in order.
    pub fn includes(&self) -> Vec<Include> {
        let after = self.markdown.split("{{#").skip(1);
        after.filter_map(|rest| rest.split_once("}}")).map(|(include, _)| include_of(include)).collect()
    }

    /// The lines of its blocks for a shell.
    pub fn shell(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut in_shell = false;
        for event in self.events() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    in_shell = &*language == "sh"
                }
                Event::End(TagEnd::CodeBlock) => in_shell = false,
                Event::Text(text) if in_shell => {
                    lines.extend(text.lines().map(without_remark).map(str::to_owned))
                }
                _ => {}
            }
        }
        lines
    }

    /// The commands it tells to run: each `cargo run` for a shell or in its text.
    pub fn commands(&self) -> Vec<String> {
        let in_text = self.events().filter_map(|event| match event {
            Event::Code(code) => command(&code),
            _ => None,
        });
        let for_a_shell = self.shell();
        let for_a_shell = for_a_shell.iter().filter_map(|line| command(line));
        in_text.chain(for_a_shell).collect()
    }

    fn events(&self) -> impl Iterator<Item = Event<'_>> {
        Parser::new_ext(&self.markdown, Options::ENABLE_TABLES)
    }
}

/// The command of a line, if it is one of cargo's `run`. What comes after ` #` is a remark.
fn command(line: &str) -> Option<String> {
    let line = without_remark(line);
    (line == "cargo run" || line.starts_with("cargo run ")).then(|| line.to_owned())
}

fn without_remark(line: &str) -> &str {
    line.split(" #").next().unwrap_or(line).trim()
}

/// `../../lessons/x.rs:anchor` as it is written in a page, which is in `book/src`.
fn include_of(written: &str) -> Include {
    let what = written.split_once(' ').map_or(written, |(_, what)| what);
    let (file, anchor) = match what.split_once(':') {
        Some((file, anchor)) => (file, Some(anchor.to_owned())),
        None => (what, None),
    };
    let file = match file.strip_prefix("../../") {
        Some(file) => PathBuf::from(file),
        None => match file.strip_prefix("../") {
            Some(file) => Path::new("book").join(file),
            None => Path::new("book/src").join(file),
        },
    };
    Include { file, anchor }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn includes_are_found_with_their_files_from_the_top_folder() {
        let markdown =
            "{{#include ../../lessons/a.rs:x}} {{#include out/b.txt}}\n{{#include ../edits/c.diff}}";
        let page = Page { name: String::new(), markdown: markdown.to_owned() };
        let found: Vec<_> =
            page.includes().into_iter().map(|include| (include.file, include.anchor)).collect();
        let expected = [
            ("lessons/a.rs", Some("x".to_owned())),
            ("book/src/out/b.txt", None),
            ("book/edits/c.diff", None),
        ];
        assert_eq!(found, expected.map(|(file, anchor)| (PathBuf::from(file), anchor)));
    }

    #[test]
    fn commands_are_found_in_shell_blocks_and_in_the_text_and_nowhere_else() {
        let markdown = "Type `cargo run -p a`.\n\n```sh\ncargo run -p b  # a word\ncargo test\n```\n\n\
                        ```text\ncargo run -p c\n```\n\n| `cargo run -p d` |\n|---|\n";
        let page = Page { name: String::new(), markdown: markdown.to_owned() };
        assert_eq!(page.shell(), ["cargo run -p b", "cargo test"]);
        assert_eq!(page.commands(), ["cargo run -p a", "cargo run -p d", "cargo run -p b"]);
    }
}
