//! Chapter 6: fail fast with more than thirty futures.

use super::{buffered, fetches, joined, report, with_tasks};
use crate::controls::{Captured, Compare, Lab, Measure, Question, Settings, range, version};

/// The lab.
pub fn lab() -> Lab {
    // The chapter's run tries four numbers of futures, one after another.
    let captured = |settings, anchor, lines| Captured {
        settings,
        file: "fail_fast_100",
        anchor,
        timeline: "",
        compare: Compare::Starting(lines),
    };
    Lab {
        name: "fail_fast_100",
        title: "Fail fast with a hundred futures",
        controls: vec![
            version(&[
                ("try_join_all", "try_join_all"),
                ("buffer_unordered", "buffer_unordered(100)"),
                ("join_set", "JoinSet"),
            ]),
            range("futures", "Futures", [3, 100, 1, 31], ""),
        ],
        question: Question { words: "How long does the program run, in milliseconds?", measure: Measure::Total },
        captured: vec![
            captured("version=try_join_all&futures=3", "try-join-all", &["3:"]),
            captured("version=try_join_all&futures=30", "try-join-all", &["30:"]),
            captured("version=try_join_all", "try-join-all", &["31:"]),
            captured("version=try_join_all&futures=100", "try-join-all", &["100:"]),
            captured("version=buffer_unordered", "buffer-unordered", &["31:"]),
            captured("version=buffer_unordered&futures=100", "buffer-unordered", &["100:"]),
            captured("version=join_set", "joinset", &["31:"]),
            captured("version=join_set&futures=100", "joinset", &["100:"]),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let count = settings.count("futures");
    match settings.name("version") {
        "try_join_all" => report(count, joined(fetches(count))).await,
        "buffer_unordered" => report(count, buffered(fetches(count))).await,
        _ => report(count, with_tasks(fetches(count))).await,
    }
}
