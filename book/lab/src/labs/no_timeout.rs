//! Chapter 1: a site that never responds, with and without a timeout.

use std::time::Duration;

use lesson_kit::println;
use lesson01::{TIMEOUT, all_at_once, one_after_another};
use reqwest::{Client, blocking};
use tokio::time::Instant;
use web::{Connections, Fault};

use super::three_sleeps::print_pages;
use crate::controls::{
    Captured, Compare, Lab, Measure, Question, Settings, choice, delays, range, start_with_connections,
    tutorial, version,
};

const SITES: [&str; 3] = ["codeswithpankaj.com", "python.org", "w3schools.com"];

/// The lab.
pub fn lab() -> Lab {
    let mut controls = vec![
        version(&[("one_after_another", "one_after_another"), ("all_at_once", "all_at_once")]),
        choice("client", "Client", &[("timeout", "with .timeout(…)"), ("default", "without .timeout(…)")]),
        range("timeout", "Timeout", [50, 5_000, 50, TIMEOUT.as_millis() as u64], "ms"),
        choice("site", "python.org", &[("hangs", "never responds"), ("responds", "responds after 600 ms")]),
    ];
    controls.extend(delays(&[SITES[0], SITES[2]]));
    let captured = |settings, anchor, timeline| {
        let file = "lesson01-hang";
        Captured { settings, file, anchor, timeline, compare: Compare::Lines }
    };
    Lab {
        name: "no_timeout",
        title: "A site that never responds",
        controls,
        question: Question { words: "What's the total time, in milliseconds?", measure: Measure::Total },
        captured: vec![
            captured("version=one_after_another", "one-after-another", "one after another"),
            captured("version=all_at_once", "async", "async, all at once"),
        ],
        blocks: true,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let mut sites = tutorial(&SITES, &settings);
    match settings.name("site") {
        "hangs" => sites[1].fault = Some(Fault::Silent),
        _ => sites[1].delay = Duration::from_millis(600),
    }
    let sites = start_with_connections(sites, Connections::ThisThread);
    let timeout = (settings.name("client") == "timeout").then(|| settings.milliseconds("timeout"));
    let start = Instant::now();
    let pages = match settings.name("version") {
        "one_after_another" => {
            let mut builder = blocking::Client::builder();
            if let Some(timeout) = timeout {
                builder = builder.timeout(timeout);
            }
            let Ok(client) = builder.build() else { return };
            one_after_another(&client, &sites)
        }
        _ => {
            let mut builder = Client::builder();
            if let Some(timeout) = timeout {
                builder = builder.timeout(timeout);
            }
            let Ok(client) = builder.build() else { return };
            all_at_once(&client, &sites).await
        }
    };
    let total = start.elapsed().as_secs_f64();
    print_pages(&sites, pages);
    println!("Total time: {total:.2} seconds");
}
