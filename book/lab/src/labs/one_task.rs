//! Chapter 2: a pause in each branch of `join!`.

use std::thread;
use std::time::Duration;

use lesson02::client;
use tokio::time::sleep;
use web::Connections;

use super::{PAUSE, pause_with_std, pause_with_tokio, print_failures, visit};
use crate::controls::{
    Captured, Compare, Lab, Measure, Question, Settings, delays, range, start_with_connections, tutorial, version,
};

const SITES: [&str; 3] = ["codeswithpankaj.com", "python.org", "w3schools.com"];

/// The lab.
pub fn lab() -> Lab {
    let mut controls = vec![
        version(&[("std", "pause_with_std"), ("tokio", "pause_with_tokio")]),
        range("pause", "Pause", [0, 1_000, 50, PAUSE.as_millis() as u64], "ms"),
    ];
    controls.extend(delays(&SITES));
    let captured = |settings, anchor, timeline| Captured { settings, file: "one_task", anchor, timeline, compare: Compare::Lines };
    Lab {
        name: "one_task",
        title: "A pause in each branch of join!",
        controls,
        question: Question {
            words: "How long do all six requests and the pauses take in total, in milliseconds?",
            measure: Measure::Total,
        },
        captured: vec![
            captured("version=std", "wrong", "the standard library's sleep"),
            captured("version=tokio", "right", "Tokio's sleep"),
        ],
        blocks: true,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    // The chapter's runtime has worker threads, and the client's connections run on those.
    let sites = start_with_connections(tutorial(&SITES, &settings), Connections::OtherThreads);
    let [a, b, c] = &sites[..] else { return };
    let Ok(client) = client() else { return };
    let pause = settings.milliseconds("pause");
    let visits = match settings.name("version") {
        "std" => {
            let pause = || pause_for(pause);
            tokio::join!(visit(&client, a, pause()), visit(&client, b, pause()), visit(&client, c, pause()))
        }
        _ => {
            let pause = || pause_for_with_tokio(pause);
            tokio::join!(visit(&client, a, pause()), visit(&client, b, pause()), visit(&client, c, pause()))
        }
    };
    print_failures(visits);
}

/// The lesson's pause, or a longer or shorter one.
#[expect(clippy::disallowed_methods, reason = "the mistake blocks its thread")]
async fn pause_for(pause: Duration) {
    if pause == PAUSE { pause_with_std().await } else { thread::sleep(pause) }
}

/// The same with Tokio's sleep.
async fn pause_for_with_tokio(pause: Duration) {
    if pause == PAUSE { pause_with_tokio().await } else { sleep(pause).await }
}
