//! What does an error say about itself, and what do its causes say?
//!
//! ```sh
//! cargo run -p lesson06 --example causes
//! ```
//!
//! Fifteen sites, each named after its fault in the catalogue. The headings are what `reqwest` says. Below them are,
//! for each fault, the words of the last cause and what this lesson makes of it.

use std::collections::BTreeMap;
use std::error::Error;
use std::iter::successors;

use lesson_kit::println;
use lesson06::{FetchError, client, fetch_all};

/// The faults that make an error.
pub const FAULTS: [&str; 15] = [
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
    "length?as=twice",
    "head?as=many",
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson06 --example causes",
        "what an error says about itself, and what its causes say",
        &FAULTS,
    );
    let pages = fetch_all(&client()?, lesson.sites()).await;
    let mut by_words: BTreeMap<String, Vec<FetchError>> = BTreeMap::new();
    for error in pages.into_iter().filter_map(Result::err) {
        let (first, _) = first_and_last(&error);
        by_words.entry(first).or_default().push(error);
    }
    for (first, errors) in by_words {
        println!("\n--- {first} ---");
        for error in errors {
            let (_, last) = first_and_last(&error);
            println!("{:15} {last}", error.site);
            println!("{:15} -> {}", "", error.kind);
        }
    }
    Ok(())
}

/// The words of `reqwest`'s error, and the words of the cause where it began.
pub fn first_and_last(error: &FetchError) -> (String, String) {
    let Some(first) = error.kind.source() else {
        return ("no error of reqwest".to_owned(), "-".to_owned());
    };
    let causes = successors(Some(first), |&cause| cause.source());
    let last = causes.last().map(ToString::to_string);
    (first.to_string(), last.unwrap_or_default())
}
