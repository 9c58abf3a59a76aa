//! Chapter 6: one of three pages doesn't exist.

use lesson_kit::println;
use lesson06::with_causes;

use super::{collect_all, fail_fast, fail_fast_with_tasks, handles, variant};
use crate::controls::{
    Captured, Compare, Lab, Measure, Question, Settings, choice, delays, start, tutorial, version,
};

const SITES: [&str; 3] = super::SITES;

/// The lab.
pub fn lab() -> Lab {
    let mut controls = vec![
        version(&[
            ("try_join_all", "try_join_all"),
            ("join_all", "join_all"),
            ("join_set", "JoinSet"),
            ("handles", "try_join! on two handles"),
        ]),
        choice(
            "missing",
            "Missing page",
            &[("b", SITES[1]), ("a", SITES[0]), ("c", SITES[2]), ("none", "none")],
        ),
    ];
    controls.extend(delays(&SITES));
    let captured = |settings, anchor, timeline| Captured {
        settings,
        file: "fail_fast",
        anchor,
        timeline,
        compare: Compare::Lines,
    };
    Lab {
        name: "fail_fast",
        title: "Fail fast, or collect all",
        controls,
        question: Question { words: "How long does the program run, in milliseconds?", measure: Measure::Total },
        captured: vec![
            captured("version=try_join_all", "try-join-all", "try_join_all"),
            captured("version=join_all", "join-all", "join_all"),
            captured("version=join_set", "joinset", "JoinSet"),
            captured("version=handles", "wrong", ""),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let mut sites = start(tutorial(&SITES, &settings));
    let missing = match settings.name("missing") {
        "a" => Some(0),
        "b" => Some(1),
        "c" => Some(2),
        _ => None,
    };
    if let Some(site) = missing {
        sites[site].url.push_str("missing");
    }
    let Ok(client) = lesson06::client() else { return };
    match settings.name("version") {
        "try_join_all" => match fail_fast(&client, &sites).await {
            Ok(pages) => println!("all: {pages:?}"),
            Err(error) => println!("failed: {}", with_causes(&error)),
        },
        "join_all" => {
            for page in collect_all(&client, &sites).await {
                match page {
                    Ok(bytes) => println!("{bytes} bytes"),
                    Err(error) => println!("failed: {}", with_causes(&error)),
                }
            }
        }
        "join_set" => match fail_fast_with_tasks(&client, &sites).await {
            Ok(pages) => println!("all: {pages:?}"),
            Err(error) => println!("failed: {}", with_causes(&*error)),
        },
        _ => match handles(&client, &sites[0], &sites[1]).await {
            Ok((first, second)) => {
                println!("try_join! returned Ok");
                println!("inside: {}, {}", variant(&first), variant(&second));
            }
            Err(error) => println!("failed: {}", with_causes(&error)),
        },
    }
}
