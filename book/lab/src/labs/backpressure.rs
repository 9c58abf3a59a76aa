//! Chapter 5.1: a producer that's faster than the consumer.

use lesson_kit::println;
use tokio::time::sleep;

use super::{PAGES, ROOM, WORK, bounded, unbounded};
use crate::controls::{Captured, Compare, Lab, Measure, Question, Settings, range, version};

/// The lab.
pub fn lab() -> Lab {
    // Lines with times are left out: a real timer set for a millisecond takes a little longer.
    let captured = |settings, anchor| Captured {
        settings,
        file: "backpressure",
        anchor,
        timeline: "",
        compare: Compare::Starting(&["pages:", "waiting:"]),
    };
    Lab {
        name: "backpressure",
        title: "Backpressure",
        controls: vec![
            version(&[("unbounded", "A: unbounded_channel()"), ("bounded", "B: channel(capacity)")]),
            range("pages", "Pages", [1, 500, 1, PAGES as u64], ""),
            range("room", "Channel capacity", [1, 64, 1, ROOM as u64], ""),
            range("work", "Work per page", [1, 20, 1, WORK.as_millis() as u64], "ms"),
        ],
        question: Question {
            words: "At most, how many pages wait in the channel?",
            measure: Measure::Printed("waiting:"),
        },
        captured: vec![captured("version=unbounded", "wrong"), captured("version=bounded", "right")],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let pages = settings.count("pages");
    let time = settings.milliseconds("work");
    // The example's pages are larger, so that their memory shows.
    let page = || vec![b'a'; 1_024];
    // The same as the example's own `work`, whose time is fixed.
    let work = async |page| {
        sleep(time).await;
        drop(page);
    };
    let usage = match settings.name("version") {
        "unbounded" => unbounded(pages, page, work).await,
        _ => bounded(pages, settings.count("room"), page, work).await,
    };
    // The example also prints the memory, which a page can't measure.
    println!("pages:      {:>8}", usage.pages);
    println!("waiting:    {:>8} at most", usage.waiting);
    println!("producer:   {:>8.2} s", usage.produced.as_secs_f64());
}
