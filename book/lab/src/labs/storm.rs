//! Chapter 6.1: a hundred clients of a site that's down.

use std::time::Duration;

use tower::retry::budget::TpsBudget;
use web::Fault;

use super::{exponential, fixed, full_jitter, report, storm};
use crate::controls::{
    Captured, Compare, Lab, Measure, Question, SEED, Settings, range, start, version,
};

/// The lab.
pub fn lab() -> Lab {
    let captured = |settings, anchor, timeline| Captured {
        settings,
        file: "storm",
        anchor,
        timeline,
        compare: Compare::Lines,
    };
    Lab {
        name: "storm",
        title: "A retry storm",
        controls: vec![
            version(&[
                ("fixed", "fixed"),
                ("exponential", "exponential"),
                ("full_jitter", "full_jitter"),
                ("budget", "full_jitter, with a budget"),
            ]),
            range("percent", "Budget: retries per 100 requests", [0, 100, 5, 20], ""),
            range("down_for", "Requests that get a 503", [0, 400, 10, 400], ""),
            range("delay", super::SITES[0], [0, 500, 50, 0], "ms"),
            range(SEED, "Random seed", [1, 50, 1, 1], ""),
        ],
        question: Question { words: "How many requests does the site get?", measure: Measure::Requests },
        captured: vec![
            captured("version=fixed", "100-clients", "wrong, a fixed pause"),
            captured("version=exponential", "100-clients-2", "wrong, twice the pause each time"),
            captured("version=full_jitter", "100-clients-3", "right, a random part of it"),
            captured("version=budget", "100-clients-4", "right, a random part of it and a budget"),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let site = web::Site::new(super::SITES[0], settings.milliseconds("delay"), 15_000, 2_000);
    let down = Fault::Status { code: 503, retry_after: None };
    let sites = start(vec![site.fault(down).first(settings.count("down_for"))]);
    let Ok(client) = lesson06::client() else { return };
    let site = &sites[0];
    report(match settings.name("version") {
        "fixed" => storm(&client, site, fixed, None).await,
        "exponential" => storm(&client, site, exponential, None).await,
        "full_jitter" => storm(&client, site, full_jitter, None).await,
        _ => storm(&client, site, full_jitter, Some(budget(settings.number("percent")))).await,
    });
}

/// The example's budget, with this many retries per hundred requests.
fn budget(percent: u64) -> TpsBudget {
    TpsBudget::new(Duration::from_secs(10), 1, percent as f32 / 100.0)
}
