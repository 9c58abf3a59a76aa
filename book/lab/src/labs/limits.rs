//! Chapter 5: three of reqwest's timeouts, and three slow sites.

use std::time::Duration;

use lesson_kit::println;
use tokio::time::Instant;
use web::Fault;

use super::{SITES, outcome, with_connect_timeout, with_read_timeout, with_total_timeout};
use crate::controls::{
    Captured, Compare, Lab, Measure, Question, Settings, choice, range, start, version,
};

/// The pieces of the third site's page.
const PIECES: u32 = 30;

/// The lab.
pub fn lab() -> Lab {
    let captured = |settings, anchor| Captured {
        settings,
        file: "limits",
        anchor,
        timeline: "",
        compare: Compare::Lines,
    };
    Lab {
        name: "limits",
        title: "Three timeouts",
        controls: vec![
            version(&[
                ("connect", "with_connect_timeout"),
                ("read", "with_read_timeout"),
                ("total", "with_total_timeout"),
            ]),
            range("connect_timeout", "connect_timeout", [100, 5_000, 100, 500], "ms"),
            range("read_timeout", "read_timeout", [50, 5_000, 50, 500], "ms"),
            range("timeout", "timeout", [100, 5_000, 100, 2_000], "ms"),
            choice(
                "site",
                "Sites",
                &[
                    ("all", "all three"),
                    ("unreachable", SITES[0]),
                    ("silent", SITES[1]),
                    ("dribbling", SITES[2]),
                ],
            ),
            range("pieces_over", "Third site's 30 pieces take", [0, 6_000, 100, 3_000], "ms"),
        ],
        question: Question { words: "How long does the program run, in milliseconds?", measure: Measure::Total },
        captured: vec![
            captured("version=connect", "connect-timeout-500-ms"),
            captured("version=read", "read-timeout-500-ms"),
            captured("version=total", "timeout-2-s"),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let over = settings.milliseconds("pieces_over");
    let faults = [Fault::Unreachable, Fault::Silent, Fault::Dribble { pieces: PIECES, over }];
    let sites = SITES.iter().zip(faults);
    let sites = sites.map(|(name, fault)| web::Site::new(name, Duration::ZERO, 15_000, 2_000).fault(fault));
    let sites = start(sites.collect());
    let builder = match settings.name("version") {
        "connect" => with_connect_timeout().connect_timeout(settings.milliseconds("connect_timeout")),
        "read" => with_read_timeout().read_timeout(settings.milliseconds("read_timeout")),
        _ => with_total_timeout().timeout(settings.milliseconds("timeout")),
    };
    let Ok(client) = builder.build() else { return };
    let chosen = settings.name("site");
    for site in sites.iter().filter(|site| chosen == "all" || site.name.starts_with(chosen)) {
        let start = Instant::now();
        let outcome = outcome(&client, site).await;
        let seconds = start.elapsed().as_secs_f64();
        println!("{:<26}{seconds:.2} s  {outcome}", site.name);
    }
}
