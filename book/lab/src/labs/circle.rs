//! Chapter 10: two stages that hand work to each other.

use tokio::sync::mpsc::channel;
use tokio::time::timeout;

use super::{Crawl, page_stage, print_crawl, send_or_receive, send_then_receive};
use crate::controls::{Captured, Compare, Lab, Measure, Question, Settings, choice, range, version};

/// The lab.
pub fn lab() -> Lab {
    let captured = |settings, anchor| Captured { settings, file: "circle", anchor, timeline: "", compare: Compare::Lines };
    Lab {
        name: "circle",
        title: "A circle of channels",
        controls: vec![
            version(&[("send_then_receive", "send_then_receive"), ("send_or_receive", "send_or_receive")]),
            range("jobs", "Capacity of channel 1 (jobs)", [1, 600, 1, super::CAPACITY as u64], ""),
            range("links", "Capacity of channel 2 (links)", [1, 600, 1, super::CAPACITY as u64], ""),
            choice("patience", "Give up", &[("1s", "after 1 second"), ("never", "never")]),
        ],
        question: Question { words: "How many pages are visited?", measure: Measure::Printed("") },
        captured: vec![captured("version=send_then_receive", "wrong"), captured("version=send_or_receive", "right")],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let (jobs_in, jobs) = channel(settings.count("jobs"));
    let (links_in, links) = channel(settings.count("links"));
    let mut crawl = Crawl::default();
    let version = settings.name("version");
    let both = async {
        let crawl_stage = async {
            match version {
                "send_then_receive" => send_then_receive(jobs_in, links, &mut crawl).await,
                _ => send_or_receive(jobs_in, links, &mut crawl).await,
            }
        };
        tokio::join!(crawl_stage, page_stage(jobs, links_in));
    };
    let is_finished = match settings.name("patience") {
        "never" => {
            both.await;
            true
        }
        _ => timeout(super::TIMEOUT, both).await.is_ok(),
    };
    print_crawl(Crawl { is_finished, ..crawl });
}
