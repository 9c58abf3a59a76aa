//! Chapter 4.1: a page, and a `select!` that prints a line while it waits.

use reqwest::Client;

use super::{by_reference, by_value, print_page};
use crate::controls::{Captured, Compare, Lab, Measure, Question, Settings, delays, range, start, tutorial, version};

const SITES: [&str; 1] = ["python.org"];

/// The lab.
pub fn lab() -> Lab {
    let mut controls = vec![
        version(&[("by_value", "by_value"), ("by_reference", "by_reference")]),
        range("tick", "Tick interval", [50, 1_000, 50, 250], "ms"),
    ];
    controls.extend(delays(&SITES));
    let captured = |settings, anchor, timeline| Captured { settings, file: "restart", anchor, timeline, compare: Compare::Lines };
    Lab {
        name: "restart",
        title: "A select! in a loop",
        controls,
        question: Question { words: "How many requests does the site get?", measure: Measure::Requests },
        captured: vec![
            captured("version=by_value", "wrong", "a new future in each turn"),
            captured("version=by_reference", "right", "one future, pinned before the loop"),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let sites = start(tutorial(&SITES, &settings));
    let (client, tick) = (Client::new(), settings.milliseconds("tick"));
    let page = match settings.name("version") {
        "by_value" => by_value(&client, &sites[0], tick).await,
        _ => by_reference(&client, &sites[0], tick).await,
    };
    print_page(page);
}
