//! robots.txt, pauses and `Retry-After`.

use std::time::{Duration, SystemTime};

use futures::future::try_join_all;
use mock_server::{Exchange, Fault, MockWeb, Site, Watchdog, presets};
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use testkit::{PATIENT, start};
use url::Url;
use wiremock::{Mock, ResponseTemplate, matchers};

use crate::examples::polite::{self, PoliteClient, Visit};
use crate::support::{client, start_on, url_of};

const ROBOTS: &str = "User-agent: *\nDisallow: /staff/\n";

fn polite_client() -> PoliteClient {
    PoliteClient::new().expect("two clients")
}

/// Whether robots.txt leaves a page open, and the private page.
async fn is_open(site: &Url) -> (bool, bool) {
    let robots = polite_client().robots(site).await;
    let robots = robots.expect("its URL is HTTP");
    (robots.is_allowed("/page"), robots.is_allowed("/staff/pay"))
}

/// The libraries, and the URLs of their front pages.
fn libraries() -> (MockWeb, Vec<Url>, Watchdog) {
    let (web, sites, watchdog) = start_on(&["library.example", "busy.example"]);
    let urls = sites.iter().map(url_of).collect();
    (web, urls, watchdog)
}

#[tokio::test]
async fn a_polite_visit_keeps_to_robots_txt_the_pause_and_retry_after() {
    let (web, urls, _watchdog) = libraries();
    let client = polite_client();

    let visits = try_join_all(urls.iter().map(|url| client.visit(url))).await;

    for visit in visits.expect("their URLs are HTTP") {
        let six = Visit { pages: 6, left_out: 1, failed: Vec::new() };
        assert_eq!(visit, six);
    }
    let record = web.record();
    for name in ["library.example", "busy.example"] {
        let exchanges: Vec<_> =
            record.exchanges().filter(|it| it.site == name).collect();
        assert_eq!(exchanges[0].path, "/robots.txt");
        assert!(exchanges.iter().all(|it| !it.path.starts_with("/staff")));
        let tries = if name == "busy.example" { 2 } else { 1 };
        assert_eq!(exchanges.len(), 6 + tries);
        // Its robots.txt asks for 0.2 s between two pages. However slow the
        // machine, there is never less.
        let ended = |it: &Exchange| it.ended.expect("it has ended");
        for pair in exchanges[tries - 1..].windows(2) {
            let pause = pair[1].request_head.saturating_sub(ended(pair[0]));
            assert!(pause >= Duration::from_millis(195), "{pause:?}");
        }
        if tries == 2 {
            let later =
                exchanges[1].request_head.saturating_sub(ended(exchanges[0]));
            assert!(later >= Duration::from_millis(995), "{later:?}");
        }
    }
    let requests = web.wiremock().received_requests().await;
    let agent = HeaderValue::from_static(polite::AGENT);
    for request in requests.expect("they are kept") {
        assert_eq!(request.headers.get("user-agent"), Some(&agent));
    }
}

#[tokio::test]
async fn a_rush_has_all_pages_in_flight_together_and_loses_one() {
    // The gate fails if the requests come one after another.
    let sites = presets::libraries();
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites(sites).gate(14, PATIENT));
    let urls: Vec<_> = sites.iter().map(url_of).collect();
    let client = reqwest::Client::new();
    let visits = urls.iter().map(|url| polite::rush(&client, url));
    let mut visits = try_join_all(visits).await.expect("these are URLs");
    let busy = visits.remove(1);
    assert_eq!(busy.failed, ["the site answered 429 Too Many Requests"]);
    assert_eq!((busy.pages, visits[0].pages), (6, 7));
    let record = web.record();
    assert!(record.exchanges().any(|it| it.path == "/staff/pay"));
    assert!(record.exchanges().all(|it| it.path != "/robots.txt"));
    assert_eq!(record.exchanges().len(), 14);
    assert_eq!(record.max_in_flight(), 14);
}

#[tokio::test]
async fn the_pause_is_what_the_site_asks_for_or_half_a_second() {
    let robots = |text: &str| robotxt::Robots::parse(text.as_bytes(), "a");
    let asks = "User-agent: *\nCrawl-delay: 0.6\n";
    assert_eq!(polite::pause(&robots(asks)), Duration::from_millis(600));
    assert_eq!(polite::pause(&robots("")), Duration::from_millis(500));

    let site = Site::new("slow.example");
    let site = site.also("/robots.txt", "text/plain", asks);
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let url = url_of(&sites[0]);
    polite_client().visit(&url).await.expect("its URL is HTTP");
    let record = web.record();
    let exchanges: Vec<_> = record.exchanges().collect();
    assert_eq!(exchanges.len(), 1 + polite::PAGES.len());
    for pair in exchanges.windows(2) {
        let ended = pair[0].ended.expect("it has ended");
        let pause = pair[1].request_head.saturating_sub(ended);
        assert!(pause >= Duration::from_millis(595), "{pause:?}");
    }
}

#[tokio::test]
async fn a_busy_site_gets_three_requests_and_a_failing_one_gets_one() {
    for (count, code, requests, arrives) in [
        (2, 503, 3, true),
        (2, 429, 3, true),
        (3, 503, 3, false),
        (1, 500, 1, false),
    ] {
        let with = format!("status?code={code}&retry-after=0");
        let with = Box::new(with.parse().expect("it is a fault"));
        let fault = Fault::FailFirst { count, with, key: String::new() };
        let site = Site::new("busy.example").fault(fault);
        let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
        let url = url_of(&sites[0]);
        let response = polite::get(&client(), &url).await;
        assert_eq!(response.is_ok(), arrives, "{code}");
        assert_eq!(web.record().exchanges().len(), requests);
    }
}

#[tokio::test]
async fn a_robots_txt_of_500_kib_is_read_and_a_larger_one_closes_the_site() {
    assert_eq!(polite::MAX_ROBOTS, 500 * 1_024);
    for (bytes, open) in
        [(polite::MAX_ROBOTS, true), (polite::MAX_ROBOTS + 1, false)]
    {
        let comment = format!("#{}", "x".repeat(bytes - ROBOTS.len() - 1));
        let site = Site::new("site.example");
        let site = site.also(
            "/robots.txt",
            "text/plain",
            ROBOTS.to_owned() + &comment,
        );
        let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
        assert_eq!(is_open(&url_of(&sites[0])).await, (open, false));
    }
}

#[tokio::test]
async fn a_robots_txt_that_moved_to_another_host_keeps_the_private_page_private()
 {
    let site = Site::new("site.example").also(
        "/staff/pay",
        "text/html",
        "<title>Who earns what</title>",
    );
    let other = Site::new("other.example");
    let other = other.also("/rules.txt", "text/plain", ROBOTS);
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites([site, other]));
    let url = url_of(&sites[0]);
    let rules = url_of(&sites[1]).join("rules.txt").expect("a URL");
    let moved =
        ResponseTemplate::new(301).insert_header("location", rules.as_str());
    let mock = Mock::given(matchers::path("/robots.txt")).respond_with(moved);
    mock.mount(web.wiremock()).await;

    assert_eq!(is_open(&url).await, (true, false));
    let visit = polite_client().visit(&url).await.expect("its URL is HTTP");
    assert_eq!((visit.pages, visit.left_out), (1, 1));
    let record = web.record();
    assert!(record.exchanges().all(|it| it.path != "/staff/pay"));
    assert_eq!(record.requests("other.example"), 2);
}

#[tokio::test]
async fn five_redirects_of_robots_txt_are_followed_and_six_or_a_loop_close_the_site()
 {
    for (fault, requests, open) in [
        ("redirect?hops=1", 2, true),
        ("redirect?hops=5", 6, true),
        ("redirect?hops=6", 6, false),
        ("redirect-loop", 6, false),
    ] {
        let fault_of_robots = fault.parse().expect("it is a fault");
        let site = Site::new("site.example");
        let site = site.also_failing("/robots.txt", ROBOTS, fault_of_robots);
        let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
        assert_eq!(is_open(&url_of(&sites[0])).await, (open, false), "{fault}");
        assert_eq!(web.record().exchanges().len(), requests, "{fault}");
    }
}

#[tokio::test]
async fn a_page_that_redirects_to_the_private_page_is_not_followed() {
    let site = Site::new("site.example")
        .also("/robots.txt", "text/plain", ROBOTS)
        .also("/staff/pay", "text/html", "<title>Who earns what</title>");
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let answer = ResponseTemplate::new(302)
        .insert_header("location", "/staff/pay")
        .set_body_raw("<title>Found</title>", "text/html");
    let mock = Mock::given(matchers::path("/fiction")).respond_with(answer);
    mock.mount(web.wiremock()).await;
    let visit = polite_client().visit(&url_of(&sites[0])).await;
    let visit = visit.expect("its URL is HTTP");
    assert_eq!((visit.pages, visit.left_out), (1, 1));
    assert!(visit.failed.contains(&"the site answered 302 Found".to_owned()));
    let record = web.record();
    assert!(record.exchanges().any(|it| it.path == "/fiction"));
    assert!(record.exchanges().all(|it| it.path != "/staff/pay"));
}

#[tokio::test]
async fn a_site_without_robots_txt_is_open_and_one_that_cannot_send_it_is_closed()
 {
    for (fault, open) in [
        (None, true),
        (Some("status?code=403"), true),
        (Some("status?code=500"), false),
        (Some("status?code=429&retry-after=0"), false),
        (Some("reset"), false),
    ] {
        let mut site = Site::new("site.example");
        if let Some(fault) = fault {
            site = site.fault(fault.parse().expect("it is a fault"));
        }
        let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
        let (is_open, _) = is_open(&url_of(&sites[0])).await;
        assert_eq!(is_open, open, "{fault:?}");
    }
}

#[tokio::test]
async fn a_site_that_asks_for_too_long_a_pause_gets_no_further_request() {
    let busy: Fault =
        "status?code=429&retry-after=86400".parse().expect("it is a fault");
    let slow = Site::new("slow.example").also(
        "/robots.txt",
        "text/plain",
        "User-agent: *\nCrawl-delay: 86400\n",
    );
    let busy = Site::new("busy.example").fault(busy);
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([slow, busy]));
    for site in &sites {
        let visit = polite_client().visit(&url_of(site)).await;
        let visit = visit.expect("its URL is HTTP");
        assert_eq!((visit.pages, visit.left_out), (0, polite::PAGES.len()));
        assert_eq!(web.record().requests(&site.name), 1, "robots.txt");
    }
}

#[test]
fn a_busy_pause_is_seconds_or_a_date_and_never_shorter_than_our_own() {
    let after = |value: &str| {
        let value = HeaderValue::from_str(value).expect("a header");
        polite::busy_pause(&HeaderMap::from_iter([(RETRY_AFTER, value)]))
    };
    assert_eq!(after("3"), Duration::from_secs(3));
    assert_eq!(after("86400"), Duration::from_secs(86_400));
    let hour = Duration::from_secs(3_600);
    let in_time = SystemTime::now() + hour;
    let date = after(&httpdate::fmt_http_date(in_time));
    // A date has no fractions of a second, and a busy machine takes its time.
    assert!(date > hour / 2 && date <= hour, "{date:?}");
    let our_own = Duration::from_millis(500);
    let past = httpdate::fmt_http_date(SystemTime::now() - hour);
    for value in ["0", &past, "soon"] {
        assert_eq!(after(value), our_own, "{value}");
    }
    assert_eq!(polite::busy_pause(&HeaderMap::new()), our_own);
}
