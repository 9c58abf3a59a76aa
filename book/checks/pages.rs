//! What the book's Markdown includes, which commands it gives, and how long a page takes to read.

use std::fs;
use std::mem;
use std::path::{Path, PathBuf};

use anyhow::Context;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::root;

/// A page of the book.
#[derive(Debug)]
pub struct Page {
    /// Its file, under `book/src`.
    pub name: String,
    /// Its text, before mdBook includes anything.
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

/// How much there is on a page, and how long it takes to read.
///
/// Answers in a fold, exercises, and what comes after *Recap* take no part in `main` and `deeper`: a reader decides
/// about each of them separately.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Length {
    /// All words outside code, folds included.
    pub words: usize,
    /// The minutes for the main text.
    pub main: f64,
    /// The minutes for the section *Deeper*.
    pub deeper: f64,
    /// Its listings: code outside folds, without commands and outputs.
    pub listings: usize,
    /// The lines of Rust before the first output, without imports, comments, and lines that only close something.
    pub lines_before_output: usize,
    /// The questions that begin with *Predict*.
    pub predictions: usize,
    /// The exercises that it announces: name and minutes.
    pub exercises: Vec<(String, u32)>,
}

/// How many words of prose or of a table take a minute.
const WORDS_A_MINUTE: f64 = 200.0;
/// How many lines of a listing take a minute. A part of a minute counts as one.
const LINES_A_MINUTE: usize = 15;

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
    /// Its heading.
    pub fn title(&self) -> &str {
        self.markdown.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or(&self.name)
    }

    /// Whether it belongs to a chapter.
    pub fn is_of_a_chapter(&self) -> bool {
        self.name.starts_with(|first: char| first.is_ascii_digit())
    }

    /// Whether it's read from the first line to the last. The other pages are for looking things up.
    pub fn is_read_through(&self) -> bool {
        let start = ["program-of-your-own.md", "rust-you-will-need.md"];
        self.is_of_a_chapter() || start.contains(&self.name.as_str())
    }

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

    /// How much there is on the page. A prediction takes a minute, and so does each command.
    ///
    /// # Errors
    ///
    /// When a file that the page includes cannot be read.
    pub fn length(&self) -> anyhow::Result<Length> {
        let mut length = Length::default();
        let mut place = Place::default();
        let mut output_came = false;
        for event in self.events() {
            place.follow(&event);
            match event {
                Event::Text(text) => match place.code.as_deref() {
                    None => {
                        let words = text.split_whitespace().count();
                        length.words += words;
                        length.add(&place, words as f64 / WORDS_A_MINUTE);
                        if place.asks(&text) {
                            length.predictions += 1;
                            length.add(&place, 1.0);
                        }
                        if place.exercise {
                            length.exercises.extend(place.announced(&text)?);
                        }
                    }
                    Some("sh") => length.add(&place, text.lines().count() as f64),
                    Some("text") => output_came = true,
                    Some(_) => place.listing += &text,
                },
                Event::Code(code) => {
                    let words = code.split_whitespace().count();
                    length.words += words;
                    length.add(&place, words as f64 / WORDS_A_MINUTE);
                    if place.exercise && place.strong {
                        place.name = code.to_string();
                    }
                }
                Event::End(TagEnd::CodeBlock) => {
                    let listing = mem::take(&mut place.listing);
                    if !listing.is_empty() && place.is_read() {
                        length.listings += 1;
                        let listing = with_includes(&listing)?;
                        length.add(&place, listing.lines().count().div_ceil(LINES_A_MINUTE) as f64);
                        if !output_came && place.language.starts_with("rust") {
                            let is_code = |line: &&str| {
                                let line = line.trim();
                                line.contains(char::is_alphanumeric)
                                    && !line.starts_with("//")
                                    && !line.starts_with("use ")
                            };
                            length.lines_before_output += listing.lines().filter(is_code).count();
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(length)
    }

    /// The comments of the listings before each question, from the heading (or the question before) on.
    ///
    /// # Errors
    ///
    /// When a file that the page includes cannot be read.
    pub fn comments_before_questions(&self) -> anyhow::Result<Vec<String>> {
        let page = Page { name: self.name.clone(), markdown: self.expanded()? };
        let (mut comments, mut found) = (Vec::new(), Vec::new());
        let mut place = Place::default();
        for event in page.events() {
            place.follow(&event);
            match event {
                Event::Start(Tag::Heading {
                    level: HeadingLevel::H1 | HeadingLevel::H2 | HeadingLevel::H3,
                    ..
                }) => comments.clear(),
                Event::Text(text) => match place.code.as_deref() {
                    None if place.asks(&text) => found.append(&mut comments),
                    None | Some("sh" | "text") => {}
                    Some(language) if place.folds == 0 => {
                        let mark = if language == "python" { "#" } else { "//" };
                        comments.extend(text.lines().filter_map(|line| comment(line, mark)));
                    }
                    Some(_) => {}
                },
                _ => {}
            }
        }
        Ok(found)
    }

    /// Its Markdown with the code and the outputs that it includes; pictures are left as they are.
    ///
    /// # Errors
    ///
    /// When a file that it includes cannot be read.
    pub fn expanded(&self) -> anyhow::Result<String> {
        with_includes(&self.markdown)
    }

    fn events(&self) -> impl Iterator<Item = Event<'_>> {
        Parser::new_ext(&self.markdown, Options::ENABLE_TABLES)
    }
}

impl Length {
    fn add(&mut self, place: &Place, minutes: f64) {
        if place.is_read() {
            *if place.section == "Deeper" { &mut self.deeper } else { &mut self.main } += minutes;
        }
    }
}

/// Where on a page a reader of its events is.
#[derive(Debug, Default)]
struct Place {
    /// How many folds are open.
    folds: usize,
    /// In the box of an exercise.
    exercise: bool,
    /// The name of the exercise that the box announces.
    name: String,
    /// The heading of the second level above.
    section: String,
    in_section_heading: bool,
    strong: bool,
    /// The language of the code block.
    code: Option<String>,
    /// That of the last one.
    language: String,
    /// What the code block holds so far.
    listing: String,
}

impl Place {
    fn follow(&mut self, event: &Event) {
        match event {
            Event::Html(html) => {
                self.folds += html.matches("<details").count();
                self.folds = self.folds.saturating_sub(html.matches("</details").count());
                self.exercise |= html.contains("<div class=\"exercise\">");
                self.exercise &= !html.contains("</div>");
            }
            Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => {
                self.section.clear();
                self.in_section_heading = true;
            }
            Event::End(TagEnd::Heading(_)) => self.in_section_heading = false,
            Event::Text(text) if self.in_section_heading => self.section += text,
            Event::Start(Tag::Strong) => self.strong = true,
            Event::End(TagEnd::Strong) => self.strong = false,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                self.code = Some(language.to_string());
                self.language = language.to_string();
            }
            Event::End(TagEnd::CodeBlock) => self.code = None,
            _ => {}
        }
    }

    /// Whether a reader who follows the text reads what is here.
    fn is_read(&self) -> bool {
        self.folds == 0 && !self.exercise && self.section != "Recap"
    }

    /// Whether a text here begins a question.
    fn asks(&self, text: &str) -> bool {
        self.strong && text.starts_with("Predict")
    }

    /// The minutes in `(10 minutes)`, after the name of an exercise.
    fn announced(&mut self, text: &str) -> anyhow::Result<Option<(String, u32)>> {
        let Some((minutes, _)) = text.strip_prefix(" (").and_then(|rest| rest.split_once(" minutes)")) else {
            return Ok(None);
        };
        let minutes = minutes.parse().with_context(|| format!("no number of minutes: {text}"))?;
        Ok(Some((mem::take(&mut self.name), minutes)))
    }
}

/// A comment from its mark on, if the line has one.
fn comment(line: &str, mark: &str) -> Option<String> {
    let start = line.find(mark)?;
    // `https://` isn't a comment.
    (!line[..start].ends_with(':')).then(|| line[start..].to_owned())
}

/// A text with the files, or the parts of files, that it includes.
fn with_includes(text: &str) -> anyhow::Result<String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{#include ") {
        let (written, after) = after.split_once("}}").context("an include has no end")?;
        expanded += before;
        let include = include_of(written);
        if include.file.extension().is_none_or(|extension| extension != "svg") {
            expanded += include.text()?.trim_end();
        }
        rest = after;
    }
    Ok(expanded + rest)
}

impl Include {
    /// What it includes, without the marks of other parts in it.
    ///
    /// # Errors
    ///
    /// When its file cannot be read.
    pub fn text(&self) -> anyhow::Result<String> {
        let text = read(&root().join(&self.file))?;
        let mut included = self.anchor.is_none();
        let mut lines = String::new();
        for line in text.lines() {
            match (line.split_once("ANCHOR: "), line.split_once("ANCHOR_END: ")) {
                (Some((_, anchor)), _) => included |= self.anchor.as_deref() == Some(anchor.trim()),
                (_, Some((_, anchor))) if self.anchor.as_deref() == Some(anchor.trim()) => break,
                (_, Some(_)) => {}
                _ if included => lines += &format!("{line}\n"),
                _ => {}
            }
        }
        Ok(lines)
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
pub(crate) fn include_of(written: &str) -> Include {
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
    fn a_page_is_as_long_as_its_text_its_listings_its_predictions_and_its_runs() {
        let words = "word ".repeat(100);
        let lines = "line();\n".repeat(16);
        let box_ = "<div class=\"exercise\">\n\n**Exercise `a_b`** (10 minutes). Do it.\n\n</div>\n\n";
        let markdown = format!(
            "# A\n\n{words}\n\n```rust,ignore\n{lines}```\n\n**Predict, then run.** What?\n\n```sh\ncargo run -p a\n```\n\n\
             <details>\n<summary>The run</summary>\n\n{words}\n\n```python\n{lines}```\n\n</details>\n\n{box_}\
             ## Deeper\n\n{words}\n\n## Recap\n\n{words}\n"
        );
        let length = Page { name: String::new(), markdown }.length().expect("it includes nothing");
        // A heading of one word, a hundred words, and the four of the question; two minutes of code, one for the
        // question, one for the command.
        assert!((length.main - (105.0 / WORDS_A_MINUTE + 4.0)).abs() < 1e-9, "{length:?}");
        assert!((length.deeper - 101.0 / WORDS_A_MINUTE).abs() < 1e-9, "{length:?}");
        assert_eq!(length.exercises, [("a_b".to_owned(), 10)]);
        assert_eq!((length.listings, length.predictions), (1, 1));
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
