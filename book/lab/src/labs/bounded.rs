//! Chapter 5: twelve pages, fetched in five ways.

use futures::stream::{self, StreamExt};
use lesson_kit::{Site, println, with_causes};
use lesson05::{Page, fetch_named};
use tokio::time::Instant;

use super::{in_order, with_buffer_unordered, with_buffered, with_futures_unordered, with_join_all, with_join_set};
use crate::controls::{Captured, Compare, Lab, Measure, Question, Settings, delays, range, start, tutorial, version};

const SITES: [&str; 3] = ["codeswithpankaj.com", "python.org", "w3schools.com"];

/// The lab.
pub fn lab() -> Lab {
    let mut controls = vec![
        version(&[
            ("join_all", "join_all"),
            ("futures_unordered", "FuturesUnordered"),
            ("join_set", "JoinSet"),
            ("buffered", "buffered(limit)"),
            ("buffer_unordered", "buffer_unordered(limit)"),
        ]),
        range("pages", "Pages", [1, 24, 1, 12], ""),
        range("limit", "Concurrency limit", [1, 12, 1, 4], ""),
    ];
    controls.extend(delays(&SITES));
    let captured = |settings, anchor, timeline| Captured { settings, file: "bounded", anchor, timeline, compare: Compare::Lines };
    Lab {
        name: "bounded",
        title: "Many requests: order and limits",
        controls,
        question: Question { words: "How long do all the pages take in total, in milliseconds?", measure: Measure::Total },
        captured: vec![
            captured("version=join_all", "results-in-the-order-of", "join_all"),
            captured("version=futures_unordered", "results-as-completed", "FuturesUnordered"),
            captured("version=join_set", "results-as-completed-2", "JoinSet"),
            captured("version=buffered", "results-in-the-order-of-2", "buffered(4)"),
            captured("version=buffer_unordered", "results-as-completed-3", "buffer_unordered(4)"),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let known = start(tutorial(&SITES, &settings));
    let in_turn = known.iter().cycle().take(settings.count("pages")).enumerate();
    let sites: Vec<_> = in_turn
        .map(|(number, site)| Site { name: format!("page {number} of {}", site.name), url: site.url.clone() })
        .collect();
    let Ok(client) = lesson05::client() else { return };
    let limit = settings.count("limit");
    let start = Instant::now();
    let fetches = || stream::iter(&sites).map(|site| fetch_named(&client, site));
    let pages: Vec<Page> = match settings.name("version") {
        "futures_unordered" => with_futures_unordered(&client, &sites).await,
        "join_set" => with_join_set(&client, &sites).await,
        // The lesson's own function has a fixed limit of four.
        "buffered" if limit == super::LIMIT => with_buffered(&client, &sites).await,
        "buffered" => fetches().buffered(limit).collect().await,
        "buffer_unordered" if limit == super::LIMIT => with_buffer_unordered(&client, &sites).await,
        "buffer_unordered" => fetches().buffer_unordered(limit).collect().await,
        _ => with_join_all(&client, &sites).await,
    };
    let total = start.elapsed().as_secs_f64();
    let order = if in_order(&sites, &pages) { "in the order of the pages" } else { "as completed" };
    for Page { site, bytes } in pages {
        if let Err(error) = bytes {
            println!("{site}: {}", with_causes(&error.without_url()));
        }
    }
    println!("results {order}, total {total:.2} s");
}
