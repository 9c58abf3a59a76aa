//! Chapter 4: the first of three answers, and what happens to the other two.

use lesson_kit::println;
use lesson04::client;

use super::{with_join_set, with_select};
use crate::controls::{Captured, Compare, Lab, Measure, Question, SEED, Settings, delays, range, start, tutorial, version};

const SITES: [&str; 3] = ["codeswithpankaj.com", "python.org", "w3schools.com"];

/// The lab.
pub fn lab() -> Lab {
    let mut controls = vec![version(&[("with_select", "A: with_select"), ("with_join_set", "B: with_join_set")])];
    controls.extend(delays(&SITES));
    controls.push(range(SEED, "Random seed", [1, 50, 1, 1], ""));
    let captured = |settings, anchor, timeline| Captured { settings, file: "first_completed", anchor, timeline, compare: Compare::Lines };
    Lab {
        name: "first_completed",
        title: "The first of three answers",
        controls,
        question: Question { words: "How long does the program run, in milliseconds?", measure: Measure::Total },
        captured: vec![
            captured("version=with_select", "select", "select!"),
            captured("version=with_join_set", "joinset", "JoinSet::join_next"),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let sites = start(tutorial(&SITES, &settings));
    let [a, b, c] = &sites[..] else { return };
    let Ok(client) = client() else { return };
    match settings.name("version") {
        "with_select" => {
            let first = with_select(&client, [a, b, c]).await;
            println!("first: {first}");
        }
        _ => {
            let Ok(answers) = with_join_set(&client, [a, b, c]).await else { return };
            println!("first: {}", answers[0]);
            println!("later: {}", answers[1..].join(", "));
        }
    }
}
