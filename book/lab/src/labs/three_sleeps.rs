//! Chapter 1: three pages, one after another and all at once, with a one-second sleep in each fetch.

use lesson_kit::{Site, println, with_causes};
use lesson01::{TIMEOUT, all_at_once, one_after_another};
use reqwest::{Client, blocking};
use tokio::time::Instant;
use web::Connections;

use crate::controls::{
    Captured, Compare, Lab, Measure, Question, Settings, delays, range, start_with_connections, tutorial,
    version,
};
use crate::examples::{lesson01_sleep_after, lesson01_thread_sleep, lesson01_tokio_sleep};

const SITES: [&str; 3] = ["codeswithpankaj.com", "python.org", "w3schools.com"];

/// The lab.
pub fn lab() -> Lab {
    let mut controls = vec![
        version(&[
            ("all_at_once", "all_at_once, no sleep"),
            ("thread_sleep", "thread::sleep before request"),
            ("tokio_sleep", "Tokio sleep before request"),
            ("sleep_after", "thread::sleep after response"),
            ("one_after_another", "one_after_another, no sleep"),
        ]),
        range("sites", "Requests", [1, 4, 1, SITES.len() as u64], ""),
    ];
    controls.extend(delays(&SITES));
    let captured = |settings, file| Captured {
        settings,
        file,
        anchor: "async",
        timeline: "async, all at once",
        compare: Compare::Lines,
    };
    Lab {
        name: "three_sleeps",
        title: "A sleep in each fetch",
        controls,
        question: Question { words: "What's the total time, in milliseconds?", measure: Measure::Total },
        captured: vec![
            captured("version=all_at_once", "lesson01"),
            captured("version=thread_sleep", "lesson01-thread-sleep"),
            captured("version=tokio_sleep", "lesson01-tokio-sleep"),
            captured("version=sleep_after", "lesson01-sleep-after"),
            Captured {
                settings: "version=one_after_another",
                file: "lesson01",
                anchor: "one-after-another",
                timeline: "one after another",
                compare: Compare::Lines,
            },
        ],
        blocks: true,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let known = start_with_connections(tutorial(&SITES, &settings), Connections::ThisThread);
    let sites: Vec<_> = known.iter().cycle().take(settings.count("sites")).cloned().collect();
    let start = Instant::now();
    let Ok(client) = Client::builder().timeout(TIMEOUT).build() else { return };
    let pages = match settings.name("version") {
        "thread_sleep" => lesson01_thread_sleep::all_at_once(&client, &sites).await,
        "tokio_sleep" => lesson01_tokio_sleep::all_at_once(&client, &sites).await,
        "sleep_after" => lesson01_sleep_after::all_at_once(&client, &sites).await,
        "one_after_another" => {
            let Ok(client) = blocking::Client::builder().timeout(TIMEOUT).build() else { return };
            one_after_another(&client, &sites)
        }
        _ => all_at_once(&client, &sites).await,
    };
    let total = start.elapsed().as_secs_f64();
    print_pages(&sites, pages);
    println!("Total time: {total:.2} seconds");
}

/// Prints each page's size in the order of the sites, or why it failed.
pub(super) fn print_pages(sites: &[Site], pages: Vec<reqwest::Result<usize>>) {
    for (site, page) in sites.iter().zip(pages) {
        match page {
            Ok(bytes) => println!("{}: {bytes} bytes", site.name),
            Err(error) => println!("{}: failed: {}", site.name, with_causes(&error.without_url())),
        }
    }
}
