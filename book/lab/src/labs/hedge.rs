//! Chapter 5.2: a second request for a page that's slow.

use std::time::Duration;

use lesson_kit::{println, with_causes};
use lesson05::fetch_page;
use tokio::time::Instant;
use web::Fault;

use super::hedged;
use crate::controls::{Captured, Compare, Lab, Measure, Question, Settings, range, start, version};

/// The lab.
pub fn lab() -> Lab {
    let captured = |settings, anchor, timeline| Captured {
        settings,
        file: "hedge",
        anchor,
        timeline,
        compare: Compare::Lines,
    };
    Lab {
        name: "hedge",
        title: "A hedged request",
        controls: vec![
            version(&[("one_request", "fetch_page"), ("hedged", "hedged")]),
            range("delay", "Second request after", [0, 4_000, 50, super::DELAY.as_millis() as u64], "ms"),
            range("first", "First response takes", [0, 6_000, 100, 3_000], "ms"),
            range("later", "Second response takes", [0, 6_000, 100, 0], "ms"),
        ],
        question: Question { words: "How long does the fetch take, in milliseconds?", measure: Measure::Total },
        captured: vec![
            captured("version=one_request", "one-request", "one request"),
            captured("version=hedged", "hedged", "hedged"),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let slow = Fault::Slow { delay: settings.milliseconds("first") };
    let site = web::Site::new("unlucky-site.example", settings.milliseconds("later"), 15_000, 2_000);
    let sites = start(vec![site.fault(slow).first(1)]);
    let Ok(client) = reqwest::Client::builder().timeout(super::TIMEOUT).build() else { return };
    let start = Instant::now();
    let page = match settings.name("version") {
        "one_request" => fetch_page(&client, &sites[0]).await,
        _ => hedged(&client, &sites[0], settings.milliseconds("delay")).await,
    };
    match page {
        Ok(bytes) => println!("{bytes} bytes"),
        Err(error) => println!("{}", with_causes(&error.without_url())),
    }
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
}
