//! Chapter 5.2: work on one page, while the others are in flight.

use lesson_kit::{println, with_causes};
use lesson05::Page;
use tokio::time::sleep;

use super::{in_a_stream, overlapping, through_a_channel};
use crate::controls::{
    Captured, Compare, Lab, Measure, Question, Settings, delays, range, start, tutorial, version,
};

const SITES: [&str; 3] = ["codeswithpankaj.com", "python.org", "w3schools.com"];

/// The lab.
pub fn lab() -> Lab {
    let mut controls = vec![
        version(&[
            ("in_a_stream", "in_a_stream"),
            ("overlapping", "overlapping"),
            ("through_a_channel", "through_a_channel"),
        ]),
        range("work", "Work per page", [0, 1_500, 50, super::WORK.as_millis() as u64], "ms"),
    ];
    controls.extend(delays(&SITES));
    let captured = |settings, anchor, timeline| Captured {
        settings,
        file: "slow_consumer",
        anchor,
        timeline,
        compare: Compare::Lines,
    };
    Lab {
        name: "slow_consumer",
        title: "Slow work between two pages",
        controls,
        question: Question { words: "How long does the program run, in milliseconds?", measure: Measure::Total },
        captured: vec![
            captured("version=in_a_stream", "wrong", "the stream waits for the work"),
            captured("version=overlapping", "right", "the work may overlap"),
            captured("version=through_a_channel", "right-2", "tasks, and a channel"),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let sites = start(tutorial(&SITES, &settings));
    let Ok(client) = lesson05::client() else { return };
    let time = settings.milliseconds("work");
    // The same as the example's own `work`, whose time is fixed.
    let work = async |Page { site, bytes }| {
        match bytes {
            Ok(bytes) => println!("{site}: {bytes} bytes"),
            Err(error) => println!("{site}: {}", with_causes(&error.without_url())),
        }
        sleep(time).await;
    };
    match settings.name("version") {
        "in_a_stream" => in_a_stream(&client, &sites, work).await,
        "overlapping" => overlapping(&client, &sites, work).await,
        _ => through_a_channel(&client, &sites, work).await,
    }
}
