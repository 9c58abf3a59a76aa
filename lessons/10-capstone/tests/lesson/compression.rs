//! Compressed responses, although no request allows that.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use lesson10::message::Incomplete;
use lesson10::{Options, SkipReason};
use url::Url;
use wiremock::ResponseTemplate;

use crate::support::{broken, home, html, page, paths, respond, run, start};

const LEVEL: Compression = Compression::new(6);

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), LEVEL);
    encoder.write_all(bytes).expect("there is room");
    encoder.finish().expect("there is room")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), LEVEL);
    encoder.write_all(bytes).expect("there is room");
    encoder.finish().expect("there is room")
}

fn bare_deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), LEVEL);
    encoder.write_all(bytes).expect("there is room");
    encoder.finish().expect("there is room")
}

/// A page in bytes that have these codings.
fn coded(codings: &str, bytes: Vec<u8>) -> ResponseTemplate {
    ResponseTemplate::new(200)
        .insert_header("content-encoding", codings)
        .set_body_raw(bytes, "text/html")
}

#[tokio::test]
async fn links_and_anchors_of_a_compressed_page_are_found() {
    let body = |link: &str| {
        let body = format!("<p id=there>{}", page(&[link])).into_bytes();
        [body, vec![b' '; 100_000]].concat()
    };
    let pages = [
        ("/gzip", coded("gzip", gzip(&body("/1")))),
        ("/x-gzip", coded("X-GZIP", gzip(&body("/2")))),
        ("/zlib", coded("deflate", zlib(&body("/3")))),
        ("/bare", coded("deflate", bare_deflate(&body("/4")))),
        ("/both", coded("deflate, gzip", gzip(&zlib(&body("/5"))))),
        ("/none", coded("none", body("/6"))),
        ("/charset", coded("utf-8, ,identity", body("/7"))),
        ("/empty", coded("", body("/8"))),
    ];
    let links = pages.iter().flat_map(|(path, _)| {
        [format!("{path}#there"), format!("{path}#nowhere")]
    });
    let links: Vec<_> = links.collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let (web, options, _watchdog) = start(vec![home(&links)]);
    for (path, response) in pages {
        respond(&web, path, response).await;
    }

    let report = run(&options).await;

    let mut found = paths(&report);
    found.sort();
    let (lost, anchors): (Vec<&str>, Vec<&str>) =
        found.into_iter().partition(|path| path.len() == 2);
    assert_eq!(lost, ["/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8"]);
    assert_eq!(anchors.len(), 8, "{anchors:?}");
    assert!(anchors.iter().all(|link| link.ends_with("#nowhere")));
    assert!(report.incomplete.is_empty(), "{:?}", report.incomplete);
}

#[tokio::test]
async fn a_page_that_cannot_be_decoded_is_not_broken_but_incomplete() {
    let whole = page(&["/lost"]) + &"<p>a few words</p>".repeat(9_000);
    // The end of the file is missing, but not of the response.
    let noise: String =
        (0..50_000).map(|n| format!("{}<p>", n % 977)).collect();
    let cut = gzip((page(&["/early"]) + &noise + &page(&["/late"])).as_bytes());
    let cut = cut[..cut.len() - 100].to_vec();
    let pages = [
        ("/plain", coded("gzip", whole.clone().into_bytes())),
        ("/brotli", coded("br", whole.clone().into_bytes())),
        ("/zstd", coded("gzip, zstd", gzip(whole.as_bytes()))),
        ("/cut", coded("gzip", cut)),
    ];
    let links = pages.each_ref().map(|(path, _)| format!("{path}#anchor"));
    let links = links.each_ref().map(String::as_str);
    let (web, options, _watchdog) = start(vec![home(&links)]);
    for (path, response) in pages {
        respond(&web, path, response).await;
    }

    let report = run(&options).await;

    assert_eq!(paths(&report), ["/early"]);
    let incomplete: Vec<_> = report.incomplete.iter().collect();
    let paths: Vec<_> = incomplete.iter().map(|(url, _)| url.path()).collect();
    assert_eq!(paths, ["/brotli", "/cut", "/plain", "/zstd"]);
    let mut reasons = incomplete.iter().map(|(_, reason)| **reason);
    assert!(reasons.all(|reason| reason == Incomplete::Compression));
}

#[tokio::test]
async fn the_limit_counts_decoded_bytes() {
    let spaces = |count| " ".repeat(count);
    let inside = page(&["/1"]) + &spaces(50_000);
    let outside = page(&["/2"]) + &spaces(100_000) + &page(&["/no"]);
    let links = ["/inside", "/outside"];
    let (web, options, _watchdog) = start(vec![home(&links)]);
    let response = |page: String| coded("gzip", gzip(page.as_bytes()));
    respond(&web, "/inside", response(inside)).await;
    respond(&web, "/outside", response(outside)).await;

    let max_page_bytes = 100_000;
    let report = run(&Options { max_page_bytes, ..options }).await;

    assert_eq!(paths(&report), ["/1", "/2"]);
    let incomplete: Vec<_> = report.incomplete.iter().collect();
    let [(url, reason)] = incomplete[..] else { panic!("{incomplete:?}") };
    assert_eq!(Url::path(url), "/outside");
    assert_eq!(*reason, Incomplete::TooLarge(max_page_bytes));
}

#[tokio::test]
async fn a_compressed_robots_txt_is_obeyed() {
    let (web, options, _watchdog) = start(vec![home(&["/private", "/lost"])]);
    let rules = b"User-agent: *\nDisallow: /private\n";
    respond(&web, "/robots.txt", coded("gzip", gzip(rules))).await;
    let report = run(&options).await;
    assert_eq!(paths(&report), ["/lost"]);
    assert_eq!(report.skipped.get(&SkipReason::Robots), Some(&1));
}

#[tokio::test]
async fn a_compressed_robots_txt_that_cannot_be_decoded_is_an_error() {
    let error = "robots.txt could not be fetched: \
                 its compression cannot be decoded";
    let expected = [("http://home.example/", error.to_owned())];
    for coding in ["gzip", "br"] {
        let (web, options, _watchdog) = start(vec![home(&[])]);
        let text = b"User-agent: *".to_vec();
        respond(&web, "/robots.txt", coded(coding, text)).await;
        respond(&web, "/", html("")).await;
        let report = run(&options).await;
        assert_eq!(broken(&report), expected, "{coding}");
        let record = web.record();
        let paths: Vec<_> =
            record.exchanges().map(|exchange| &exchange.path).collect();
        assert_eq!(paths, ["/robots.txt"], "{coding}");
    }
}
