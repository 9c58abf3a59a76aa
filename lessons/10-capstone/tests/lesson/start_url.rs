//! The URL that a check starts from.

use lesson10::LinkError;
use lesson10::frontier::InMemory;
use mock_server::{Fault, Site};
use wiremock::ResponseTemplate;

use crate::support::{
    home, html, page, redirect, respond, run, run_with, start,
};

#[tokio::test]
async fn a_start_url_from_which_nothing_is_reached_is_no_clean_site() {
    let robots = |text| {
        Site::new("home.example").also("/robots.txt", "text/plain", text)
    };
    let unknown: Fault = "status?code=500".parse().expect("it is a fault");
    let sites = [
        (
            Site::new("home.example").fault(Fault::Refused),
            "the connection was refused",
        ),
        (Site::new("home.example").fault(unknown), "500 Internal Server Error"),
        (
            robots("User-agent: lesson10\nDisallow: /"),
            "robots.txt disallows it",
        ),
    ];
    for (site, words) in sites {
        let (_web, options, _watchdog) = start(vec![site]);
        let report = run(&options).await;
        assert_eq!(report.status(), 1);
        let [broken] = report.broken.as_slice() else { panic!("{report:?}") };
        assert!(broken.error.to_string().ends_with(words), "{}", broken.error);
        let occurrence =
            broken.occurrences.first().expect("it occurs somewhere");
        assert_eq!(occurrence.page, None, "on the command line");
    }
}

#[tokio::test]
async fn a_start_url_that_redirects_to_another_site_says_where_to_start() {
    let (web, options, _watchdog) = start(vec![Site::new("home.example")]);
    let to = "http://www.home.example/";
    redirect(&web, 301, "/", to).await;
    let report = run(&options).await;
    let [broken] = report.broken.as_slice() else { panic!("{report:?}") };
    assert!(
        matches!(&broken.error, LinkError::DifferentSite(url) if url.as_str() == to)
    );
}

#[tokio::test]
async fn a_start_url_that_redirects_past_a_limit_is_no_clean_site() {
    let (web, options, _watchdog) = start(vec![home(&[])]);
    let moved = ResponseTemplate::new(301).insert_header("location", "/there");
    respond(&web, "/", moved).await;
    let report = run_with(&options, InMemory::new(1, 1)).await;
    assert_eq!((report.fine, report.status()), (0, 3));
    respond(&web, "/there", html(&page(&[]))).await;
    let report = run(&options).await;
    assert_eq!((report.fine, report.status()), (1, 0));
}
