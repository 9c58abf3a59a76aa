//! Chapter 9.1: a lock that's held across an `.await`.

use lesson_kit::println;
use lesson09::client;
use lesson09::watchdog::{Log, Watched, notice_a_block};
use web::Connections;

use super::{PATIENCE, brief, held, held_async};
use crate::controls::{
    Captured, Compare, Control, Lab, Measure, Question, Settings, TUTORIAL, choice, range, start_with_connections, tutorial,
    version,
};

const SITES: [&str; 3] = ["codeswithpankaj.com", "python.org", "w3schools.com"];

/// The lab.
pub fn lab() -> Lab {
    let mut controls = vec![
        version(&[
            ("held", "held: std's lock"),
            ("held_async", "held_async: Tokio's lock"),
            ("brief", "brief: std's lock"),
        ]),
        choice("watchdog", "Watchdog", &[("3s", "after 3 seconds"), ("none", "none")]),
    ];
    controls.extend(delays());
    let captured = |settings, anchor, timeline| Captured { settings, file: "guard", anchor, timeline, compare: Compare::Lines };
    Lab {
        name: "guard",
        title: "A lock held across an await",
        controls,
        question: Question {
            words: "At most, how many requests are in flight at the same time?",
            measure: Measure::InFlight,
        },
        captured: vec![
            captured("version=held", "wrong", "std's lock, held"),
            captured("version=held_async", "no-better", "Tokio's lock, held"),
            captured("version=brief", "right", "std's lock, for one statement"),
        ],
        blocks: true,
        run: |settings| Box::pin(run(settings)),
    }
}

/// The sites take less than a second each, so that all three together finish before the watchdog's three seconds.
fn delays() -> Vec<Control> {
    TUTORIAL.iter().map(|&(control, name, delay, ..)| range(control, name, [50, 950, 50, delay], "ms")).collect()
}

async fn run(settings: Settings) {
    let sites = start_with_connections(tutorial(&SITES, &settings), Connections::ThisThread);
    let Ok(client) = client() else { return };
    let log = Log::default();
    if settings.name("watchdog") == "3s" {
        notice_a_block(&log, PATIENCE);
    }
    match settings.name("version") {
        // The second future blocks the thread, and then this never returns.
        "held" => held(&client, &sites, &log).await,
        "held_async" => held_async(&client, &sites, &log).await,
        _ => brief(&client, &sites, &log).await,
    }
    println!("{}", Watched::Finished(Vec::new()));
}
