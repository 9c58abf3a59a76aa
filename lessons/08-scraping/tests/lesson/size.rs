//! Pages that are too large, and parsers that stop early.

use lesson08::{LARGEST, PageError, fetch_page};
use mock_server::{MockWeb, Outcome, Site};
use testkit::{quick_tutorial, start};

use crate::examples::{stop_at_title, too_much};
use crate::support::{client, client_with_timeout, start_on};

#[tokio::test]
async fn a_page_inflates_up_to_the_limit_or_not_at_all() {
    let (_web, sites, _watchdog) = start_on(&["bomb.example"]);
    let response = client().get(&sites[0].url).send().await.expect("a page");
    let bomb = response.bytes().await.expect("a page");
    assert!(bomb.len() < 100_000);

    let error = too_much::inflate(&bomb).expect_err("it is too much");
    let words = format!("it inflates to more than {LARGEST} bytes");
    assert_eq!(error.to_string(), words);
    let all = too_much::inflate_all(&bomb).expect("it is a gzip file");
    assert_eq!(all.len(), 100_000_000);

    // Half of the file isn't a gzip file, but `inflate` stops before it notices.
    let half = &bomb[..bomb.len() / 2];
    let error = too_much::inflate(half).expect_err("it is too much");
    assert_eq!(error.to_string(), words);
    let error = too_much::inflate_all(half).expect_err("it breaks off");
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);

    for (size, fits) in [(LARGEST, true), (LARGEST + 1, false)] {
        let page = gzipped(&vec![b'x'; size]);
        let inflated = too_much::inflate(&page);
        assert_eq!(inflated.is_ok_and(|page| page.len() == size), fits);
    }
}

fn gzipped(page: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut file =
        flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    file.write_all(page).expect("into memory");
    file.finish().expect("into memory")
}

#[tokio::test]
async fn an_endless_page_is_left_at_the_limit_or_read_until_the_timeout() {
    let (web, sites, _watchdog) = start_on(&["endless.example"]);

    let page = fetch_page(&client(), &sites[0].url).await;
    assert!(matches!(page, Err(PageError::TooLarge(LARGEST))), "{page:?}");
    web.wait_until(|record| record.client_gone() == 1).await;

    let all = too_much::read_all(&client_with_timeout(), &sites[0].url).await;
    assert!(
        matches!(all, Err(PageError::Request(error)) if error.is_timeout())
    );
    web.wait_until(|record| record.client_gone() == 2).await;
    let bytes: Vec<_> =
        web.record().exchanges().map(|exchange| exchange.bytes).collect();
    // The server may be ahead by what the sockets hold.
    assert!(bytes[0] < 20_000_000, "{bytes:?}");
    assert!(bytes[1] > 2 * bytes[0], "{bytes:?}");
}

#[tokio::test]
async fn a_streaming_parser_leaves_after_the_title_and_a_tree_needs_the_whole_page()
 {
    // Its title is in the first 500 bytes, and the rest takes a long time.
    let fault = "stall?after=500&for=2000".parse().expect("it is a fault");
    let (web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", fault));

    let streamed = stop_at_title::streamed(&client(), &sites[1]).await;
    let title = streamed.expect("a page").expect("a title");
    assert_eq!(title, "Welcome to Python.org");
    web.wait_until(|record| record.client_gone() == 1).await;
    assert_eq!(web.record().exchanges().next().map(|it| it.bytes), Some(500));

    let whole = stop_at_title::whole(&client(), &sites[1]).await;
    assert_eq!(whole.expect("a page"), Some(title));
    assert_eq!(web.record().count(Outcome::Complete), 1);
}

#[tokio::test]
async fn a_streamed_title_is_that_of_the_tree() {
    for name in [
        "no-title.example",
        "empty-title.example",
        "nested-title.example",
        "comment-title.example",
        "script-title.example",
        "entities.example",
        "huge-title.example",
        "control.example",
        "escape.example",
    ] {
        let (_web, sites, _watchdog) = start_on(&[name]);
        let streamed = stop_at_title::streamed(&client(), &sites[0]).await;
        let whole = stop_at_title::whole(&client(), &sites[0]).await;
        assert_eq!(streamed.expect("a page"), whole.expect("a page"), "{name}");
    }
    for (page, title) in [
        ("<title></title><title>Second</title>", None),
        ("<title>First</title><title>Second</title>", Some("First")),
        ("<title>As far as it goes", Some("As far as it goes")),
        ("<body><svg><title>Of a drawing</title></svg>", None),
        ("<svg><title>Of a drawing</title></svg>", None),
        ("<math><title>Of a formula</title></math>", None),
    ] {
        let site = Site::new("site.example").page(page);
        let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
        let streamed = stop_at_title::streamed(&client(), &sites[0]).await;
        let whole = stop_at_title::whole(&client(), &sites[0]).await;
        assert_eq!(streamed.expect("a page").as_deref(), title, "{page}");
        assert_eq!(whole.expect("a page").as_deref(), title, "{page}");
    }
    // A title after one of these is found only by a tree.
    let page = "<svg></svg><title>Late</title>";
    let site = Site::new("site.example").page(page);
    let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let streamed = stop_at_title::streamed(&client(), &sites[0]).await;
    let whole = stop_at_title::whole(&client(), &sites[0]).await;
    assert_eq!(streamed.expect("a page"), None);
    assert_eq!(whole.expect("a page").as_deref(), Some("Late"));
}

#[tokio::test]
async fn a_streaming_parser_leaves_at_the_body_and_at_the_size_limit() {
    // Neither page ever ends.
    let stall = "stall?after=1000&for=600000".parse().expect("it is a fault");
    let bodied = format!("<head></head><body>{}", "x".repeat(2_000));
    let bodied = Site::new("body.example").page(bodied);
    let endless =
        "endless?chunk=1000000&pause=0".parse().expect("it is a fault");
    let untitled = Site::new("endless.example")
        .page("<!-- nothing -->".repeat(100_000))
        .fault(endless);
    let sites = [bodied.fault(stall), untitled];
    let (web, sites, _watchdog) = start(MockWeb::builder().sites(sites));

    let client = reqwest::Client::new();
    let title = stop_at_title::streamed(&client, &sites[0]).await;
    assert_eq!(title.expect("a page"), None);
    web.wait_until(|record| record.client_gone() == 1).await;

    let title = stop_at_title::streamed(&client, &sites[1]).await;
    let error = title.expect_err("it has no end");
    let error = error.downcast_ref::<PageError>();
    assert!(matches!(error, Some(PageError::TooLarge(LARGEST))), "{error:?}");
    web.wait_until(|record| record.client_gone() == 2).await;
}
