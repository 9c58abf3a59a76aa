//! Chapter 2: futures that are created, and futures that are awaited.

use lesson_kit::println;
use lesson02::client;

use super::{start_all, start_and_await_all};
use crate::controls::{Captured, Compare, Lab, Measure, Question, Settings, delays, range, start, tutorial, version};

const SITES: [&str; 3] = ["codeswithpankaj.com", "python.org", "w3schools.com"];

/// The lab.
pub fn lab() -> Lab {
    let mut controls = vec![
        version(&[("start_all", "start_all"), ("start_and_await_all", "start_and_await_all")]),
        range("sites", "Futures", [1, 12, 1, SITES.len() as u64], ""),
    ];
    controls.extend(delays(&SITES));
    let captured = |settings, anchor, timeline| Captured { settings, file: "lazy", anchor, timeline, compare: Compare::Lines };
    Lab {
        name: "lazy",
        title: "When an async fn starts to run",
        controls,
        question: Question { words: "How many requests do the sites get?", measure: Measure::Requests },
        captured: vec![
            captured("version=start_all", "wrong", "start all"),
            captured("version=start_and_await_all", "right", "start all, then await them"),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let known = start(tutorial(&SITES, &settings));
    let sites: Vec<_> = known.iter().cycle().take(settings.count("sites")).cloned().collect();
    let Ok(client) = client() else { return };
    let fetched = match settings.name("version") {
        "start_all" => start_all(&client, &sites).await,
        _ => start_and_await_all(&client, &sites).await,
    };
    println!("{fetched} pages fetched");
}
