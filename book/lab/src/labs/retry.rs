//! Chapter 6.1: which errors are worth another try, and when.

use std::time::Duration;

use futures::future::join_all;
use lesson_kit::println;
use lesson06::with_causes;
use tokio::time::Instant;
use web::Fault;

use super::{SITES, TIME_FOR_RETRIES, fetch_with_retries};
use crate::controls::{Captured, Compare, Lab, Measure, Question, SEED, Settings, choice, range, start};

/// The lab.
pub fn lab() -> Lab {
    // The pauses are random, so they differ from the chapter's.
    let captured = Captured {
        settings: "",
        file: "retry",
        anchor: "flaky-site-example",
        timeline: "with retries",
        compare: Compare::Last,
    };
    Lab {
        name: "retry",
        title: "Backoff, jitter and Retry-After",
        controls: vec![
            choice(
                "site",
                "Sites",
                &[
                    ("all", "all six"),
                    ("flaky", SITES[0]),
                    ("busy", SITES[1]),
                    ("limited", SITES[2]),
                    ("invalid", SITES[3]),
                    ("missing", SITES[4]),
                    ("silent", SITES[5]),
                ],
            ),
            range("deadline", "Deadline", [0, 10_000, 250, TIME_FOR_RETRIES.as_millis() as u64], "ms"),
            range("resets", "Resets by flaky-site", [0, 8, 1, 2], ""),
            range("busy_for", "busy-site's Retry-After", [0, 8, 1, 1], "s"),
            range("limited_for", "limited-site's Retry-After", [0, 8, 1, 2], "s"),
            range(SEED, "Random seed", [1, 50, 1, 1], ""),
        ],
        question: Question { words: "How many requests do the sites get?", measure: Measure::Requests },
        captured: vec![captured],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

/// The six sites. In the lesson, `limited-site.example` sends a date. Here it sends a number of seconds, because a native
/// build's dates aren't on the page's clock.
fn sites(settings: &Settings) -> Vec<web::Site> {
    let status = |code, retry_after| Fault::Status { code, retry_after };
    let [flaky, busy, limited, invalid, missing, silent] =
        SITES.map(|name| web::Site::new(name, Duration::from_millis(100), 15_000, 2_000));
    vec![
        flaky.fault(Fault::Reset).first(settings.count("resets")),
        busy.fault(status(503, Some(settings.number("busy_for")))).first(1),
        limited.fault(status(429, Some(settings.number("limited_for")))).first(1),
        invalid.fault(Fault::Refused),
        missing.fault(status(404, None)),
        silent.fault(Fault::Silent),
    ]
}

async fn run(settings: Settings) {
    let mut sites = start(sites(&settings));
    let chosen = settings.name("site");
    sites.retain(|site| chosen == "all" || site.name.starts_with(chosen));
    let Ok(client) = lesson06::client() else { return };
    let deadline = Instant::now() + settings.milliseconds("deadline");
    let fetches = sites.iter().map(|site| fetch_with_retries(&client, site, deadline));
    let pages = join_all(fetches).await;
    println!();
    for (site, page) in sites.iter().zip(pages) {
        match page {
            Ok(bytes) => println!("{}: {bytes} bytes", site.name),
            Err(error) => println!("Error: {}", with_causes(&error)),
        }
    }
}
