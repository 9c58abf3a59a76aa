//! Downloads: how far the server gets while the client writes, and the rest of one
//! that was cut off.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use mock_server::{MockWeb, Outcome, Site};
use reqwest::header::{ACCEPT_ENCODING, IF_RANGE, RANGE};
use reqwest::{Client, StatusCode};
use testkit::{IMPATIENT, start};
use tokio::io::{AsyncReadExt, AsyncSeekExt, duplex};
use tokio::time::timeout;
use wiremock::{Mock, Request, ResponseTemplate, matchers};

use crate::examples::download::{self, read_then_save, save};
use crate::examples::resume_download::{
    self, Download, append, mount_file, temporary,
};
use crate::support::header;

/// Far more than the sockets hold.
const SIZE: u64 = 60_000_000;

#[tokio::test]
async fn a_chunk_is_written_before_the_next_is_read_or_nothing_before_the_end()
{
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites(download::sites()));
    let (client, url) =
        (Client::new(), format!("{}bytes/{SIZE}", sites[0].url));

    // Nothing reads the other end yet, so writing waits.
    let (mut file, mut disk) = duplex(1_000);
    let saving = async {
        let mut reports = Vec::new();
        let progress = |read, length| reports.push((read, length));
        let saved = save(&client, &url, &mut file, progress).await;
        drop(file);
        (saved, reports)
    };
    let waiting = async {
        web.wait_until(|record| record.exchanges().any(|it| it.bytes > 0))
            .await;
        // The client reads no more, so the server can't send it all.
        let sent = web.wait_until(|record| record.in_flight() == 0);
        assert!(timeout(IMPATIENT, sent).await.is_err());
        let mut read = Vec::new();
        disk.read_to_end(&mut read).await.expect("it's in memory");
        read.len()
    };
    let ((saved, reports), read) = tokio::join!(saving, waiting);
    assert_eq!(saved.expect("a download"), SIZE);
    assert_eq!(read as u64, SIZE);
    assert!(reports.len() > 100);
    assert!(reports.is_sorted());
    assert_eq!(reports.last(), Some(&(SIZE, Some(SIZE))));

    web.reset_record();
    let (mut file, mut disk) = duplex(1_000);
    let saving = async {
        let saved = read_then_save(&client, &url, &mut file).await;
        drop(file);
        saved
    };
    let waiting = async {
        // The server sends all of it.
        web.wait_until(|record| record.count(Outcome::Complete) == 1).await;
        let mut read = Vec::new();
        disk.read_to_end(&mut read).await.expect("it's in memory");
        read.len()
    };
    let (saved, read) = tokio::join!(saving, waiting);
    assert_eq!((saved.expect("a download"), read as u64), (SIZE, SIZE));
}

#[tokio::test]
async fn the_rest_is_appended_and_a_whole_file_takes_the_place_of_a_part() {
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites(resume_download::sites()));
    mount_file(&web).await;
    let client = Client::new();
    let size = resume_download::SIZE as u64;
    let cases = [
        (format!("{}bytes/{size}", sites[0].url), 206, [40_000, 60_000], size),
        (sites[1].url.clone(), 200, [40_000, size], 40_000 + size),
    ];
    for (url, status, sent, appended) in cases {
        let status = StatusCode::from_u16(status).expect("it is a status");
        let mut file = temporary().expect("a file");
        append(&client, &url, &mut file).await.expect_err("it's cut off");
        let rest = append(&client, &url, &mut file).await;
        assert_eq!(rest.expect("the rest"), status);
        let length = file.metadata().await.expect("a file").len();
        assert_eq!(length, appended);

        web.reset_record();
        let file = temporary().expect("a file");
        let mut download = Download { file, tag: None };
        download.resume(&client, &url).await.expect_err("it's cut off");
        assert_eq!(download.size().await.expect("a file"), 40_000);
        let rest = download.resume(&client, &url).await;
        assert_eq!(rest.expect("the rest"), status);
        assert_eq!(download.size().await.expect("a file"), size);
        let record = web.record();
        assert!(record.exchanges().map(|it| it.bytes).eq(sent));
    }
    // Both versions asked the second site for the rest, and version B only for
    // the rest of the same file.
    let requests = web.wiremock().received_requests().await;
    let requests = requests.expect("they are kept");
    let asked = requests
        .iter()
        .map(|it| [header(it, RANGE.as_str()), header(it, IF_RANGE.as_str())]);
    let text = |text: &str| Some(text.to_owned());
    assert!(asked.eq([
        [text("bytes=0-"), None],
        [text("bytes=40000-"), None],
        [None, None],
        [text("bytes=40000-"), text("\"2026-11\"")],
    ]));
}

#[tokio::test]
async fn the_rest_of_a_file_that_is_complete_is_refused_with_416() {
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites(download::sites()));
    let client = Client::new();
    let url = format!("{}bytes/1000", sites[0].url);
    let mut file = temporary().expect("a file");
    append(&client, &url, &mut file).await.expect("a file");
    let mut download =
        Download { file: temporary().expect("a file"), tag: None };
    download.resume(&client, &url).await.expect("a file");

    let errors = [
        append(&client, &url, &mut file).await,
        download.resume(&client, &url).await,
    ];

    for error in errors {
        let error = error.expect_err("there is no more");
        let error = error.downcast::<reqwest::Error>().expect("reqwest's");
        assert_eq!(error.status(), Some(StatusCode::RANGE_NOT_SATISFIABLE));
    }
    assert_eq!(file.metadata().await.expect("a file").len(), 1_000);
    assert_eq!(download.size().await.expect("a file"), 1_000);
    assert_eq!(web.record().exchanges().len(), 4);
}

/// A site that sends a file as gzip to a client that takes it, and ranges of
/// what it sends.
fn perhaps_as_gzip(file: &[u8], request: &Request) -> ResponseTemplate {
    let range = header(request, RANGE.as_str());
    let status = if range.is_some() { 206 } else { 200 };
    let mut response =
        ResponseTemplate::new(status).insert_header("etag", "\"1\"");
    let mut body = file.to_vec();
    if header(request, ACCEPT_ENCODING.as_str()).is_some() {
        response = response.insert_header("content-encoding", "gzip");
        let mut gzip = GzEncoder::new(Vec::new(), Compression::none());
        gzip.write_all(file).expect("it's in memory");
        body = gzip.finish().expect("it's in memory");
    }
    if let Some(range) = range {
        let start = range.trim_start_matches("bytes=").trim_end_matches('-');
        body = body.split_off(start.parse().expect("a number"));
    }
    response.set_body_bytes(body)
}

#[tokio::test]
async fn a_range_counts_the_bytes_that_travel_and_with_gzip_a_file_has_others()
{
    let file: Vec<u8> = (0..100_000_u32).map(|at| (at % 251) as u8).collect();
    for gzip in [false, true] {
        let cut = "fail-first?n=1&with=truncate?after=40000".parse();
        let site = Site::new("zip.example").fault(cut.expect("it is a fault"));
        let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
        let all = file.clone();
        Mock::given(matchers::any())
            .respond_with(move |request: &Request| {
                perhaps_as_gzip(&all, request)
            })
            .with_priority(1)
            .mount(web.wiremock())
            .await;
        let client = Client::builder().gzip(gzip).build().expect("a client");
        let mut download =
            Download { file: temporary().expect("a file"), tag: None };

        let first = download.resume(&client, &sites[0].url).await;
        first.expect_err("it's cut off");
        let have = download.size().await.expect("a file");
        let rest = download.resume(&client, &sites[0].url).await;

        assert_eq!(have == 40_000, !gzip, "{have}");
        let requests = web.wiremock().received_requests().await;
        let requests = requests.expect("they are kept");
        let last = requests.last().expect("there is one");
        let range = header(last, RANGE.as_str());
        assert_eq!(range, Some(format!("bytes={have}-")));
        let mut bytes = Vec::new();
        download.file.rewind().await.expect("a file");
        download.file.read_to_end(&mut bytes).await.expect("a file");
        assert_eq!(rest.is_ok() && bytes == file, !gzip);
    }
}

#[tokio::test]
async fn a_file_that_has_changed_comes_whole() {
    let (_web, sites, _watchdog) =
        start(MockWeb::builder().sites(resume_download::sites()));
    let client = Client::new();
    let url = |size| format!("{}bytes/{size}", sites[0].url);
    let file = temporary().expect("a file");
    let mut download = Download { file, tag: None };
    let size = resume_download::SIZE;
    download.resume(&client, &url(size)).await.expect_err("it's cut off");

    // The first has a rest after 40,000 bytes, and the second is shorter.
    for changed in [70_000, 10_000] {
        let whole = download.resume(&client, &url(changed)).await;
        assert_eq!(whole.expect("a file"), StatusCode::OK);
    }

    let mut bytes = Vec::new();
    download.file.rewind().await.expect("a file");
    download.file.read_to_end(&mut bytes).await.expect("a file");
    let expected = (0..10_000).map(|at| (at % 251) as u8);
    assert!(bytes.into_iter().eq(expected));
}
