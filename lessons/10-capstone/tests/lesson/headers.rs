//! Which host gets the headers of the command line.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use lesson10::Options;
use mock_server::Site;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use wiremock::{Mock, Request, ResponseTemplate};

use crate::support::{HOME, home, redirect, run, start};

#[tokio::test]
async fn only_the_site_gets_the_headers_even_where_it_redirects() {
    let links = ["/page", "/away", "http://other.example/link"];
    let (web, options, _watchdog) =
        start(vec![home(&links), Site::new("other.example")]);
    redirect(&web, 302, "/robots.txt", "http://other.example/robots.txt").await;
    redirect(&web, 302, "/away", "http://other.example/away").await;
    let requests = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = Arc::clone(&requests);
    // It sees every request and responds to none.
    let spy = move |request: &Request| {
        let host = request.headers["host"].to_str().expect("it is text");
        let path = request.url.path().to_owned();
        let values = request.headers.get_all("x-key").iter().count();
        let mut seen = seen.lock().expect("no test panicked");
        seen.insert((host.to_owned(), path, values));
        false
    };
    Mock::given(spy)
        .respond_with(ResponseTemplate::new(500))
        .with_priority(1)
        .mount(web.wiremock())
        .await;
    let mut headers = HeaderMap::new();
    for value in ["secret", "second"] {
        headers.append("x-key", HeaderValue::from_static(value));
    }
    run(&Options { headers, ..options }).await;
    let requests = requests.lock().expect("no test panicked");
    let requests: Vec<_> = requests
        .iter()
        .map(|(host, path, values)| (host.as_str(), path.as_str(), *values))
        .collect();
    let expected = [
        (HOME, "/", 2),
        (HOME, "/away", 2),
        (HOME, "/page", 2),
        (HOME, "/robots.txt", 2),
        ("other.example", "/away", 0),
        ("other.example", "/link", 0),
        ("other.example", "/robots.txt", 0),
    ];
    assert_eq!(requests, expected);
}

#[tokio::test]
async fn a_header_of_ones_own_comes_before_the_login() {
    let (web, options, _watchdog) = start(vec![home(&[])]);
    let requests = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = Arc::clone(&requests);
    let spy = move |request: &Request| {
        let values = request.headers.get_all("authorization").iter();
        let values: Vec<_> = values
            .map(|value| value.to_str().expect("it is text").to_owned())
            .collect();
        seen.lock().expect("no test panicked").insert(values);
        false
    };
    Mock::given(spy)
        .respond_with(ResponseTemplate::new(500))
        .with_priority(1)
        .mount(web.wiremock())
        .await;
    let login = Some(("me".to_owned(), "word".to_owned()));
    let own = HeaderValue::from_static("Bearer token");
    let headers = HeaderMap::from_iter([(AUTHORIZATION, own)]);
    run(&Options { headers, login, ..options }).await;
    let requests = requests.lock().expect("no test panicked");
    assert_eq!(*requests, BTreeSet::from([vec!["Bearer token".to_owned()]]));
}
