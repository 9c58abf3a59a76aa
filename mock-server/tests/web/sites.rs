//! The web as a whole: its sites, its wiremock server, and how it ends.

use std::future::poll_fn;
use std::io::Read;
use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures::executor::block_on;
use futures::future::join_all;
use mock_server::{Fault, MockWeb, Site, StartError, StatusCode, presets};
use tokio::task::coop;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{address, start};

#[tokio::test]
async fn a_test_mounts_mocks_of_its_own_which_come_before_the_pages() {
    let (web, _watchdog) = start(MockWeb::builder().sites([Site::new("a.example"), Site::new("b.example")]));
    Mock::given(method("POST"))
        .and(header("host", "a.example"))
        .and(path("/form"))
        .respond_with(ResponseTemplate::new(201).set_body_string("made"))
        .expect(1)
        .mount(web.wiremock())
        .await;
    Mock::given(header("host", "b.example"))
        .respond_with(ResponseTemplate::new(204))
        .mount(web.wiremock())
        .await;
    let client = reqwest::Client::new();

    let made =
        client.post(format!("{}form", web.url("a.example"))).body("x=1").send().await.expect("an answer");
    assert_eq!(made.status(), 201);
    assert_eq!(made.text().await.expect("a body"), "made");
    let page = client.get(web.url("a.example")).send().await.expect("an answer");
    assert_eq!(page.status(), 200);
    let nothing = client.get(web.url("b.example")).send().await.expect("an answer");
    assert_eq!(nothing.status(), 204);
    let missing = client.get(format!("{}missing", web.url("a.example"))).send().await.expect("an answer");
    assert_eq!(missing.status(), 404);

    let requests = web.wiremock().received_requests().await.expect("they are kept");
    assert_eq!(requests[0].body, b"x=1");
    assert_eq!(
        web.record().exchanges().next().map(|exchange| exchange.label()),
        Some("a.example/form".to_owned())
    );
}

#[tokio::test]
async fn a_site_has_other_paths_with_faults_of_their_own() {
    let site = Site::new("a.example").also("/robots.txt", "text/plain", "User-agent: *\n").also_failing(
        "/broken",
        "<title>B</title>",
        Fault::Status { code: StatusCode::GONE, retry_after: None },
    );
    let (web, _watchdog) = start(MockWeb::builder().sites([site]));
    let client = reqwest::Client::new();
    let get = async |path: &str| {
        let answer = client.get(format!("{}{path}", web.url("a.example"))).send().await.expect("an answer");
        (
            answer.status().as_u16(),
            answer.headers().get("content-type").and_then(|value| value.to_str().ok()).map(str::to_owned),
        )
    };
    assert_eq!(get("robots.txt").await, (200, Some("text/plain".to_owned())));
    assert_eq!(get("broken?again").await.0, 410);
    assert_eq!(get("").await.0, 200);
    assert_eq!(get("nowhere").await.0, 404);
}

#[tokio::test]
async fn every_site_lets_people_in_and_out_by_post_and_does_not_take_long() {
    // A page that does not come while the test runs.
    let site = Site::new("a.example").delay(Duration::from_secs(300));
    let (web, _watchdog) = start(MockWeb::builder().sites([site, Site::new("b.example")]));
    let client = reqwest::Client::new();
    for site in ["a.example", "b.example"] {
        for path in ["login", "logout"] {
            let answer = client.post(format!("{}{path}", web.url(site))).send().await.expect("an answer");
            assert_eq!(answer.status(), 204, "{site}/{path}");
        }
    }
    let got = client.get(format!("{}login", web.url("b.example"))).send().await.expect("an answer");
    assert_eq!(got.status(), 404, "it wants POST");
}

#[tokio::test]
async fn a_library_has_pages_and_a_robots_txt_of_its_own_and_one_that_is_busy_says_so_once() {
    let (web, _watchdog) = start(MockWeb::builder().sites(presets::libraries()));
    let client = reqwest::Client::new();
    let ask = async |site: &str, path: &str| {
        let answer = client.get(format!("{}{path}", web.url(site))).send().await.expect("an answer");
        let header = |name: &str| answer.headers().get(name).map(|value| value.as_bytes().to_owned());
        (answer.status().as_u16(), header("content-type"), header("retry-after"))
    };
    let (plain, html) = (Some(b"text/plain".to_vec()), Some(b"text/html; charset=utf-8".to_vec()));
    assert_eq!(ask("library.example", "robots.txt").await, (200, plain.clone(), None));
    assert_eq!(ask("library.example", "staff/pay").await, (200, html, None));
    assert_eq!(ask("library.example", "missing").await.0, 404);
    let (status, _, retry_after) = ask("busy.example", "robots.txt").await;
    assert_eq!((status, retry_after), (429, Some(b"1".to_vec())));
    assert_eq!(ask("busy.example", "robots.txt").await, (200, plain, None));
}

#[tokio::test]
async fn an_expectation_that_is_not_met_fails_in_the_thread_of_the_test() {
    let (web, _watchdog) = start(MockWeb::builder());
    Mock::given(path("/never"))
        .respond_with(ResponseTemplate::new(200))
        .expect(1)
        .mount(web.wiremock())
        .await;
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(web)));
    let panic = dropped.expect_err("the expectation was not met");
    let words = panic.downcast_ref::<String>().expect("a panic with words");
    assert!(words.contains("Verifications failed"), "{words}");
}

#[tokio::test]
async fn the_pages_of_the_tutorial_have_its_titles_sizes_and_words() {
    let (web, _watchdog) = start(MockWeb::builder());
    let client = reqwest::Client::new();
    let expected = [
        ("codeswithpankaj.com", "CodesWithPankaj - Learn Programming", 15_000, 2_000),
        ("python.org", "Welcome to Python.org", 50_321, 6_000),
        ("w3schools.com", "W3Schools Online Web Tutorials", 45_000, 5_000),
    ];
    assert_eq!(web.sites().map(|(name, _)| name).collect::<Vec<_>>(), expected.map(|site| site.0));
    let pages = join_all(web.sites().map(async |(_, url)| {
        client.get(url).send().await.expect("an answer").text().await.expect("a page")
    }));
    for (page, (name, title, bytes, words)) in pages.await.into_iter().zip(expected) {
        assert!(page.contains(&format!("<title>{title}</title>")), "{name}");
        assert_eq!((page.len(), page.split_whitespace().count()), (bytes, words), "{name}");
    }
}

#[test]
fn dropping_the_web_closes_its_connections_and_ends_its_thread() {
    let (web, _watchdog) = start(MockWeb::builder().sites([Site::new("a.example")]));
    let address = address(&web, "a.example").to_owned();
    let mut socket = TcpStream::connect(address).expect("the site listens");
    block_on(web.wait_until(|record| record.open_connections() == 1));

    drop(web);

    assert_eq!(socket.read(&mut [0]).expect("an orderly close"), 0);
}

#[test]
fn a_refused_site_is_refused_for_as_long_as_the_web_stands() {
    let (web, _watchdog) = start(MockWeb::builder().fault("python.org", Fault::Refused));
    let address = address(&web, "python.org").to_owned();
    for _ in 0..3 {
        let error = TcpStream::connect(&address).expect_err("nothing listens");
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
    }
    // Not even another server can take the port.
    assert!(std::net::TcpListener::bind(&address).is_err());
}

#[test]
fn a_fault_for_a_site_that_is_not_there_is_told() {
    let error =
        MockWeb::builder().fault("pyhton.org", Fault::Hang).start().expect_err("there is no such site");
    assert!(matches!(error, StartError::Site { .. }));
    assert_eq!(
        error.to_string(),
        "no site is called `pyhton.org`; there are: codeswithpankaj.com, python.org, w3schools.com"
    );
}

/// Tokio lets a task use its channels and locks only so often before the task gives way. A drop gives way to nothing.
#[tokio::test]
async fn a_web_can_be_dropped_by_a_task_that_has_used_its_turn_up() {
    let (web, _watchdog) = start(MockWeb::builder());
    poll_fn(|context| {
        while coop::has_budget_remaining() {
            let used = pin!(coop::consume_budget()).poll(context);
            assert!(used.is_ready());
        }
        Poll::Ready(())
    })
    .await;
    drop(web);
}
