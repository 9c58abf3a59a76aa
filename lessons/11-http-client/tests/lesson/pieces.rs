//! Bodies that arrive or leave piece by piece: events, and uploads with timeouts.

use std::error::Error;
use std::io;
use std::io::ErrorKind::{BrokenPipe, ConnectionReset};
use std::time::Duration;

use futures::StreamExt;
use mock_server::{MockWeb, Outcome, Site};
use reqwest::{Client, StatusCode};
use testkit::start;

use crate::examples::cancel_upload::{
    self, pieces, with_piece_timeout, with_read_timeout,
};
use crate::examples::events::{self, NEWS, again, by_event, by_piece, resumed};

#[tokio::test]
async fn a_piece_ends_in_the_middle_of_a_letter_and_a_parser_waits_for_the_rest()
 {
    let cut = NEWS.find('é').expect("it's there") + 1;
    let stall = format!("stall?after={cut}&for=3000").parse();
    let site = Site::new("news.example")
        .also("/news", "text/event-stream", NEWS)
        .fault(stall.expect("it is a fault"));
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let client = Client::new();
    let news = || client.get(format!("{}news", sites[0].url));

    let (by_piece, by_event) = tokio::join!(by_piece(news()), by_event(news()));

    let lost = ["The caf\u{fffd}", "Tea is ready", "A façade fell down"];
    assert_eq!(by_piece.expect("news"), lost);
    let all = ["The café has opened", "Tea is ready", "A façade fell down"];
    assert_eq!(by_event.expect("news"), all);
    // Both got it in two pieces.
    let record = web.record();
    assert!(record.exchanges().all(|it| it.pauses.len() == 1));
    assert_eq!(record.exchanges().len(), 2);
}

#[tokio::test]
async fn events_begin_again_or_resume_after_the_last_one_that_is_complete() {
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites(events::sites()));
    let client = Client::new();
    let url = format!("{}events?n=7&pause=0&cut=3", sites[1].url);
    let statuses = || {
        let record = web.record();
        record.exchanges().filter_map(|it| it.status).collect::<Vec<_>>()
    };

    let ids = again(&client, &url).await.expect("events");
    assert_eq!(ids, ["1", "2", "3"].repeat(4));
    assert_eq!(statuses(), [StatusCode::OK; 4]);

    // The id of the fourth came, and the rest of that event didn't.
    let mut response = client.get(&url).send().await.expect("events");
    let mut sent = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        sent.extend_from_slice(&chunk);
    }
    let sent = String::from_utf8(sent).expect("it is ASCII");
    let fourth = sent.split("\n\n").last();
    assert!(fourth.is_some_and(|it| it.starts_with("id: 4\ndata: ")));

    web.reset_record();
    let ids = resumed(&client, &url).await.expect("events");
    assert_eq!(ids, ["1", "2", "3", "4", "5", "6", "7"]);
    let (ok, end) = (StatusCode::OK, StatusCode::NO_CONTENT);
    assert_eq!(statuses(), [ok, ok, ok, end]);
}

#[tokio::test]
async fn read_timeout_ends_an_upload_that_makes_progress_and_a_timeout_for_each_piece_does_not()
 {
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites(cancel_upload::sites()));
    let url = format!("{}upload", sites[0].url);
    let silence = Duration::from_secs(2);

    // Together they take longer than that, but each comes soon.
    let slow = pieces(50);
    let endless = pieces(usize::MAX);
    let (right, wrong) = tokio::join!(
        with_piece_timeout(&url, slow, silence),
        with_read_timeout(&url, endless, silence),
    );
    assert_eq!(right.expect("a response"), StatusCode::OK);
    let error = wrong.expect_err("it takes too long");
    let error = error.downcast_ref::<reqwest::Error>();
    assert!(error.is_some_and(reqwest::Error::is_timeout), "{error:?}");

    web.wait_until(|record| record.client_gone() == 1).await;
    let record = web.record();
    let received = |outcome| {
        let mut exchanges = record.exchanges();
        exchanges.find(|it| it.outcome == outcome).map(|it| it.received)
    };
    assert_eq!(received(Outcome::Complete), Some(500_000));
    assert!(received(Outcome::ClientGone) > Some(0));
}

#[tokio::test]
async fn a_timeout_for_each_piece_ends_an_upload_that_makes_no_progress() {
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites(cancel_upload::sites()));
    let url = format!("{}upload", sites[0].url);
    let stuck = pieces(2).chain(futures::stream::pending());
    let silence = Duration::from_secs(1);

    let error = with_piece_timeout(&url, stuck, silence).await;

    let words = error.expect_err("no progress").to_string();
    assert_eq!(words, "no progress for 1s");
    web.wait_until(|record| record.client_gone() == 1).await;
    let received = web.record().exchanges().next().map(|it| it.received);
    assert_eq!(received, Some(20_000));
}

#[tokio::test]
async fn an_early_refusal_arrives_and_ends_the_upload() {
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites(cancel_upload::sites()));
    let url = format!("{}upload", sites[1].url);
    let silence = testkit::PATIENT;

    let refused = with_piece_timeout(&url, pieces(usize::MAX), silence).await;

    assert_eq!(refused.expect("a response"), StatusCode::PAYLOAD_TOO_LARGE);
    web.wait_until(|record| record.open_connections() == 0).await;
}

/// Of a thousand uploads, 190 to 940 failed, depending on the runtime.
#[tokio::test]
async fn a_reset_hides_an_early_refusal_from_a_client_that_is_still_writing() {
    let reset = "early?then=reset".parse().expect("it is a fault");
    let site = Site::new("strict.example").fault(reset);
    let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let client = Client::new();
    loop {
        let request = client.post(&sites[0].url).body(vec![0; 10_000_000]);
        match request.send().await {
            Ok(response) => {
                assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
            }
            Err(error) => {
                assert!(error.is_request(), "{error:?}");
                let mut causes =
                    std::iter::successors(error.source(), |&it| it.source());
                let kind = causes
                    .find_map(|it| it.downcast_ref::<io::Error>())
                    .map(io::Error::kind);
                // Windows has other kinds for a reset while a client writes.
                let is_reset =
                    matches!(kind, Some(ConnectionReset | BrokenPipe));
                assert!(is_reset || cfg!(windows), "{error:?}");
                break;
            }
        }
    }
}
