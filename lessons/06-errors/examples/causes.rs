//! What does an error say of itself, and what do its causes say?
//!
//! ```sh
//! cargo run -p lesson06 --example causes
//! ```
//!
//! Thirteen sites, each called like the fault of the catalogue that it has. The
//! headings are what `reqwest` says; below them stands for each fault what the
//! last of the causes says, and what this lesson makes of it.

use std::collections::BTreeMap;
use std::error::Error;
use std::iter::successors;

use lesson_kit::{Site, println};
use lesson06::{FetchError, client, fetch_all};

/// The faults that make an error.
pub const FAULTS: [&str; 13] = [
    "refused",
    "connect-hang",
    "hang",
    "empty",
    "reset",
    "garbage",
    "redirect-loop",
    "truncate",
    "bad-chunk",
    "stall",
    "endless",
    "title?as=huge",
    "status?code=503",
];

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson06 --example causes",
        "what an error says of itself, and what its causes say",
        &FAULTS,
    );
    run(lesson.sites())
}

#[tokio::main]
async fn run(sites: &[Site]) -> anyhow::Result<()> {
    let pages = fetch_all(&client()?, sites, "").await;
    let mut said: BTreeMap<String, Vec<FetchError>> = BTreeMap::new();
    for error in pages.into_iter().filter_map(Result::err) {
        let (first, _) = first_and_last(&error);
        said.entry(first).or_default().push(error);
    }
    for (first, errors) in said {
        println!("\n--- {first} ---");
        for error in errors {
            let (_, last) = first_and_last(&error);
            println!("{:15} {last}", error.site);
            println!("{:15} -> {}", "", error.why);
        }
    }
    Ok(())
}

// ANCHOR: first_and_last
/// What `reqwest` says, and what the error says with which it all began.
pub fn first_and_last(error: &FetchError) -> (String, String) {
    let Some(first) = error.why.source() else {
        return ("no error of reqwest".to_owned(), "-".to_owned());
    };
    let causes = successors(Some(first), |&cause| cause.source());
    let last = causes.last().map(ToString::to_string);
    (first.to_string(), last.unwrap_or_default())
}
// ANCHOR_END: first_and_last
