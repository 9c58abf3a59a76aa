//! What does an error say of itself, and what do its causes say?
//!
//! ```sh
//! cargo run -p lesson06 --example causes
//! ```
//!
//! Thirteen faults of the catalogue, each on a site of its own. The headings
//! are what `reqwest` says; below them stands for each fault what the last of
//! the causes says, and what this lesson makes of it.

#![warn(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::error::Error;
use std::iter::successors;
use std::time::Duration;

use lesson_kit::{println, sites_of};
use lesson06::{FetchError, client, fetch_all};
use mock_server::{MockWeb, Site, page};

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

/// Longer than all the time limits of the lesson together.
const LIMIT: Duration = Duration::from_secs(60);

fn main() -> anyhow::Result<()> {
    let mut sites = Vec::new();
    for fault in FAULTS {
        let page = page("A page", 15_000, 2_000);
        sites.push(Site::new(fault).page(page).fault(fault.parse()?));
    }
    let web = MockWeb::builder().sites(sites).start()?;
    let _watchdog = web.watchdog(LIMIT);
    run(&web)
}

#[tokio::main]
async fn run(web: &MockWeb) -> anyhow::Result<()> {
    let client = client()?;
    let pages = fetch_all(&client, &sites_of(web), "").await;
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
