//! Chapter 4: what happens to the work when a timeout expires.

use lesson_kit::println;
use lesson04::{SITES, client};

use super::{LIMIT, give_up, wait_again, with_abort_on_drop, with_handles, with_join_set, without_tasks};
use crate::controls::{Captured, Compare, Lab, Measure, Question, Settings, delays, range, start, tutorial, version};

/// The lab.
pub fn lab() -> Lab {
    let mut controls = vec![
        version(&[
            ("with_handles", "A: with_handles"),
            ("without_tasks", "B: without_tasks"),
            ("with_join_set", "C: with_join_set"),
            ("with_abort_on_drop", "D: with_abort_on_drop"),
            ("wait_again", "wait_again"),
        ]),
        range("limit", "Timeout (limit)", [100, 3_000, 100, LIMIT.as_millis() as u64], "ms"),
    ];
    controls.extend(delays(&SITES));
    let captured = |settings, anchor, timeline| Captured { settings, file: "detach", anchor, timeline, compare: Compare::Lines };
    Lab {
        name: "detach",
        title: "Giving up on tasks",
        controls,
        question: Question { words: "How many lines does the program print?", measure: Measure::Lines },
        captured: vec![
            captured("version=with_handles", "wrong", "JoinHandle"),
            captured("version=without_tasks", "right", "no tasks"),
            captured("version=with_join_set", "right-2", "JoinSet"),
            captured("version=with_abort_on_drop", "right-3", "AbortOnDropHandle"),
            captured("version=wait_again", "the-handle-is-kept", ""),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let sites = start(tutorial(&SITES, &settings));
    let Ok(client) = client() else { return };
    let limit = settings.milliseconds("limit");
    let result = match settings.name("version") {
        "with_handles" => give_up(limit, with_handles(&client, &sites)).await,
        "without_tasks" => give_up(limit, without_tasks(&client, &sites)).await,
        "with_join_set" => give_up(limit, with_join_set(&client, &sites)).await,
        "with_abort_on_drop" => give_up(limit, with_abort_on_drop(&client, &sites)).await,
        _ => {
            let site = &sites[0];
            let bytes = wait_again(&client, site, limit).await;
            bytes.map(|bytes| println!("{}: {bytes} bytes", site.name))
        }
    };
    if let Err(error) = result {
        println!("Error: {error:#}");
    }
}
