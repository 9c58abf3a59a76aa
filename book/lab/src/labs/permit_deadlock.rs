//! Chapter 5.2: permits, and a channel whose receiver starts too late.

use std::sync::Arc;

use lesson_kit::println;
use tokio::sync::Semaphore;

use super::{PERMITS, Seen, receive_while_spawning, report, return_before_send, spawn_then_receive};
use crate::controls::{Captured, Compare, Lab, Measure, Question, Settings, choice, range, version};

/// The lab.
pub fn lab() -> Lab {
    let captured = |settings, anchor, lines| Captured {
        settings,
        file: "permit_deadlock",
        anchor,
        timeline: "",
        compare: Compare::Starting(lines),
    };
    Lab {
        name: "permit_deadlock",
        title: "A permit held until the page is sent",
        controls: vec![
            version(&[
                ("spawn_then_receive", "spawn_then_receive"),
                ("return_before_send", "return_before_send"),
                ("receive_while_spawning", "receive_while_spawning"),
            ]),
            range("pages", "Pages", [1, 100, 1, 10], ""),
            choice("patience", "Give up", &[("2s", "after 2 seconds"), ("never", "never")]),
        ],
        question: Question {
            words: "At most, how many tasks exist at the same time?",
            measure: Measure::Tasks,
        },
        captured: vec![
            captured("version=spawn_then_receive&pages=8", "wrong", &["  8 pages:"]),
            captured("version=spawn_then_receive&pages=9", "wrong", &["  9 pages:"]),
            captured("version=spawn_then_receive", "wrong", &[" 10 pages:"]),
            captured("version=return_before_send&pages=100", "also-wrong", &["100 pages:", "at most"]),
            captured("version=receive_while_spawning", "right", &[" 10 pages:", "at most"]),
            captured("version=receive_while_spawning&pages=100", "right", &["100 pages:", "at most"]),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

async fn run(settings: Settings) {
    let pages = settings.count("pages");
    let permits = Arc::new(Semaphore::new(PERMITS));
    let seen = Seen::default();
    let version = settings.name("version");
    let count = async |_page| seen.count();
    let receive = async {
        match version {
            "spawn_then_receive" => spawn_then_receive(pages, &permits, count).await,
            "return_before_send" => return_before_send(pages, &permits, count).await,
            _ => receive_while_spawning(pages, &permits, count).await,
        }
    };
    if settings.name("patience") == "never" {
        receive.await;
        println!("{pages:>3} pages: {} received", seen.pages.get());
    } else {
        report(pages, receive, &permits, &seen).await;
    }
    if version != "spawn_then_receive" {
        println!("at most {} tasks at a time", seen.tasks.get());
    }
}
