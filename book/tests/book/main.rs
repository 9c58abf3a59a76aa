//! Holds the book to the programs, the outputs and the tools that it talks about.

mod arguments;
mod commands;
mod contents;
mod exercises;
mod html;
mod lab;
mod own_program;
mod pages;
mod predictions;
mod reference;

use std::fs;
use std::path::{Path, PathBuf};

use book::pages::{Page, pages, read};
use book::root;
use book::runs::{Run, runs};

fn all_pages() -> Vec<Page> {
    pages().expect("the book can be read")
}

fn page(name: &str) -> Page {
    let page = all_pages().into_iter().find(|page| page.name == name);
    page.unwrap_or_else(|| panic!("book/src/SUMMARY.md doesn't list {name}"))
}

/// A text at the top of the course, which gives commands as a page does.
fn text(name: &str) -> Page {
    let markdown = read(&root().join(name)).expect("it is there");
    Page { name: name.to_owned(), markdown }
}

fn all_runs() -> Vec<Run> {
    runs().expect("the programs can be listed")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("it can be read").path()).collect()
}
