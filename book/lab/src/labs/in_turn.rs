//! Chapter 3: two awaits in a row, and two joined futures.

use lesson_kit::{println, with_causes};
use lesson03::{SITES, client};
use tokio::time::Instant;

use super::{joined, one_after_another, stored_first};
use crate::controls::{Captured, Compare, Lab, Measure, Question, Settings, delays, start, tutorial, version};

/// The lab.
pub fn lab() -> Lab {
    let mut controls = vec![version(&[
        ("one_after_another", "A: one_after_another"),
        ("stored_first", "B: stored_first"),
        ("joined", "C: joined"),
    ])];
    controls.extend(delays(&SITES));
    let captured = |settings, anchor, timeline| Captured { settings, file: "in_turn", anchor, timeline, compare: Compare::Lines };
    Lab {
        name: "in_turn",
        title: "Two awaits in a row",
        controls,
        question: Question { words: "How long do both pages take in total, in milliseconds?", measure: Measure::Total },
        captured: vec![
            captured("version=one_after_another", "wrong", "one await after another"),
            captured("version=stored_first", "wrong-2", "two variables, then await"),
            captured("version=joined", "right", "joined"),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let sites = start(tutorial(&SITES, &settings));
    let [a, b] = &sites[..] else { return };
    let Ok(client) = client() else { return };
    let start = Instant::now();
    let words = match settings.name("version") {
        "one_after_another" => one_after_another(&client, a, b).await,
        "stored_first" => stored_first(&client, a, b).await,
        _ => joined(&client, a, b).await,
    };
    match words {
        Ok(words) => println!("{words} words"),
        Err(error) => println!("failed: {}", with_causes(&error)),
    }
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
}
