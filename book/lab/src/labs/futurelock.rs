//! Chapter 4.2: a future that nothing polls keeps its place in a lock's queue.

use tokio::time::timeout;

use super::{BUSY, Lock, Log, PATIENCE, by_reference, by_task, by_value, keep_busy};
use crate::controls::{Captured, Compare, Lab, Measure, Question, SEED, Settings, choice, range, version};

/// The lab.
pub fn lab() -> Lab {
    let captured = |settings, anchor| Captured { settings, file: "futurelock", anchor, timeline: "", compare: Compare::Lines };
    Lab {
        name: "futurelock",
        title: "Futurelock",
        controls: vec![
            version(&[("by_reference", "A: by_reference"), ("by_value", "B: by_value"), ("by_task", "C: by_task")]),
            range("busy", "Other task holds the lock for", [0, 1_000, 25, BUSY.as_millis() as u64], "ms"),
            choice("patience", "Give up", &[("2s", "after 2 seconds"), ("never", "never")]),
            range(SEED, "Random seed", [1, 50, 1, 1], ""),
        ],
        question: Question { words: "How many lines does the program print?", measure: Measure::Lines },
        captured: vec![
            captured("version=by_reference", "wrong"),
            captured("version=by_value", "right"),
            captured("version=by_task", "right-2"),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let (lock, log) = (Lock::default(), Log::default());
    keep_busy(&lock, &log, settings.milliseconds("busy")).await;
    let version = settings.name("version");
    let work = async {
        match version {
            "by_reference" => by_reference(&lock, &log).await,
            "by_value" => by_value(&lock, &log).await,
            _ => by_task(&lock, &log).await,
        }
    };
    let is_finished = match settings.name("patience") {
        "never" => {
            work.await;
            true
        }
        _ => timeout(PATIENCE, work).await.is_ok(),
    };
    log.print(if is_finished { "finished" } else { "still waiting after 2 seconds" });
}
