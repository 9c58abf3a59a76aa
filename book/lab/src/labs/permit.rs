//! Chapter 5.2: a permit inside the task, and one before it.

use std::sync::Arc;

use super::{Counts, before, inside};
use crate::controls::{Captured, Compare, Lab, Measure, Question, Settings, range, version};

/// The lab.
pub fn lab() -> Lab {
    // The chapter has ten thousand jobs: too many for a page to draw.
    let captured = |settings, anchor, lines| Captured {
        settings,
        file: "permit",
        anchor,
        timeline: "",
        compare: Compare::Starting(lines),
    };
    Lab {
        name: "permit",
        title: "When to take a permit",
        controls: vec![
            version(&[("inside", "inside"), ("before", "before")]),
            range("jobs", "Jobs", [1, 60, 1, 12], ""),
            range("permits", "Permits", [1, 16, 1, super::PERMITS as u64], ""),
        ],
        question: Question {
            words: "At most, how many tasks exist at the same time?",
            measure: Measure::Printed("tasks at a time:"),
        },
        captured: vec![
            captured("version=inside", "wrong", &["jobs at a time:"]),
            captured("version=before", "right", &["jobs at a time:", "tasks at a time:"]),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let (jobs, permits) = (settings.count("jobs"), settings.count("permits"));
    let counts = Arc::new(Counts::default());
    match settings.name("version") {
        "inside" => inside(jobs, permits, &counts).await,
        _ => before(jobs, permits, &counts).await,
    }
    counts.print();
}
