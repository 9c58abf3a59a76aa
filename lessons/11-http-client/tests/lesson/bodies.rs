//! Files as bodies, and what the server says about them.

use std::io::Write;
use std::path::Path;

use lesson_kit::Site;
use mock_server::{MockWeb, Site as Mocked, Watchdog};
use reqwest::multipart::Form;
use reqwest::{Client, RequestBuilder, StatusCode};
use tempfile::NamedTempFile;
use testkit::{run_python, start};

use crate::examples::upload::{self, form, send, streamed, whole, with_length};

const SIZE: usize = 300_000;

fn file() -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(&vec![b'x'; SIZE]).expect("there's room");
    file
}

fn shop() -> (MockWeb, Site, Watchdog) {
    let (web, mut sites, watchdog) =
        start(MockWeb::builder().sites(upload::sites()));
    (web, sites.remove(0), watchdog)
}

#[tokio::test]
async fn a_file_in_memory_and_one_with_a_length_travel_whole_and_a_stream_in_chunks()
 {
    let (_web, site, _watchdog) = shop();
    let (client, file) = (Client::new(), file());
    let post = || client.post(format!("{}upload", site.url));
    for (request, chunked) in [
        (whole(post(), file.path()).await, false),
        (streamed(post(), file.path()).await, true),
        (with_length(post(), file.path()).await, false),
    ] {
        let received = send(request.expect("a file")).await.expect("an upload");
        assert_eq!(received.bytes, SIZE as u64);
        assert_eq!(received.chunked, chunked);
    }

    let in_steps = form(post(), file.path()).await.expect("a file");
    let form = Form::new().text("title", "A teapot");
    let form = form.file("picture", file.path()).await.expect("a file");
    let in_one = post().multipart(form);
    // It's a stream, too.
    assert!(in_one.try_clone().is_none());
    for request in [in_steps, in_one] {
        let received = send(request).await.expect("a form");
        assert!(!received.chunked);
        let parts =
            received.parts.iter().map(|it| (it.name.as_str(), it.bytes));
        assert!(parts.eq([("title", 8), ("picture", SIZE as u64)]));
    }
}

#[tokio::test]
async fn a_redirect_that_keeps_the_body_is_followed_unless_the_body_is_a_stream()
 {
    let file = file();
    for (is_stream, status, requests) in
        [(false, StatusCode::OK, 2), (true, StatusCode::TEMPORARY_REDIRECT, 1)]
    {
        let (web, site, _watchdog) = shop();
        let url = format!("{}redirect-to?url=/upload&code=307", site.url);
        let request: RequestBuilder = if is_stream {
            streamed(Client::new().post(url), file.path()).await
        } else {
            whole(Client::new().post(url), file.path()).await
        }
        .expect("a file");
        // What can't be cloned can't be sent again.
        assert_eq!(request.try_clone().is_none(), is_stream);

        let response = request.send().await.expect("a response");

        assert_eq!(response.status(), status);
        let record = web.record();
        assert_eq!(record.exchanges().len(), requests);
        assert!(record.exchanges().all(|it| it.method == "POST"));
    }
}

#[test]
fn what_the_chapter_says_about_uploads_with_aiohttp_is_true() {
    let late = "delay?ms=60000".parse().expect("it is a fault");
    let site = Mocked::new("shop.example").endpoints();
    let site = site.also_failing("/late", "", late);
    let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let facts = folder.join("tests/aiohttp_uploads.py");
    if let Some(printed) = run_python(&facts, &["aiohttp"], &[&sites[0].url]) {
        assert_eq!(printed, "all true\n");
    }
}
