//! Chapter 5: a deadline for a batch, around `join_all` or around each wait.

use super::{around_join_all, around_next, report};
use crate::controls::{
    Captured, Compare, Lab, Measure, Question, Settings, delays, range, start, tutorial, version,
};

const SITES: [&str; 3] = ["codeswithpankaj.com", "python.org", "w3schools.com"];

/// The lab.
pub fn lab() -> Lab {
    let mut controls = vec![
        version(&[("around_join_all", "around_join_all"), ("around_next", "around_next")]),
        range("deadline", "Deadline", [50, 1_500, 50, super::BUDGET.as_millis() as u64], "ms"),
    ];
    controls.extend(delays(&SITES));
    let captured = |settings, anchor, timeline| Captured {
        settings,
        file: "deadline",
        anchor,
        timeline,
        compare: Compare::Lines,
    };
    Lab {
        name: "deadline",
        title: "A deadline for the whole batch",
        controls,
        question: Question {
            words: "How many results does the function return?",
            measure: Measure::Printed("results by the deadline:"),
        },
        captured: vec![
            captured("version=around_join_all", "wrong", "a timeout around join_all"),
            captured("version=around_next", "right", "a deadline for each wait"),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let sites = start(tutorial(&SITES, &settings));
    let Ok(client) = lesson05::client() else { return };
    let budget = settings.milliseconds("deadline");
    report(match settings.name("version") {
        "around_join_all" => around_join_all(&client, &sites, budget).await,
        _ => around_next(&client, &sites, budget).await,
    });
}
