//! What the lesson claims, proved by what the server saw.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use futures::future::join_all;
use futures::stream::StreamExt;
use lesson_kit::{Site, sites_of};
use lesson08::{
    LARGEST, LONGEST, Page, PageError, fetch, fetch_all, harmless, shortened,
    title,
};
use mock_server::testing::quick_tutorial;
use mock_server::{Exchange, Fault, MockWeb, Outcome, Watchdog, catalogue};
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use scraper::Html;
use tokio::sync::mpsc::Sender;
use url::Url;

#[path = "../examples/hostile.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod hostile;
#[path = "../examples/links.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod links;
#[path = "../examples/not_send.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod not_send;
#[path = "../examples/parse_blocks.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod parse_blocks;
#[path = "../examples/polite.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod polite;
#[path = "../examples/stop_at_title.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod stop_at_title;
#[path = "../examples/too_much.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod too_much;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(60);
/// How long a gate waits that is to open: as long as a busy machine may need.
const PATIENT: Duration = Duration::from_secs(30);

fn start(builder: mock_server::Builder) -> (MockWeb, Vec<Site>, Watchdog) {
    let web = builder.start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    let sites = sites_of(&web);
    (web, sites, watchdog)
}

/// These of the mock web's hostile sites and libraries.
fn start_on(names: &[&str]) -> (MockWeb, Vec<Site>, Watchdog) {
    let all = [mock_server::Site::hostile(), mock_server::Site::libraries()];
    let all: Vec<_> = all.into_iter().flatten().collect();
    let wanted = names.iter().map(|name| {
        let site = all.iter().find(|site| site.name == *name);
        site.expect("there is such a site").clone()
    });
    start(MockWeb::builder().sites(wanted))
}

/// As the lesson's, with more time, so that no page is late on a busy machine.
fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5));
    client.build().expect("a client")
}

/// Whether there is nothing in it that a terminal obeys.
fn is_harmless(words: &str) -> bool {
    !words.chars().any(char::is_control)
}

#[tokio::test]
async fn all_titles_are_fetched_at_once() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let titles = fetch_all(&client(), &sites).await;
    let titles: Vec<_> = titles.into_iter().flatten().flatten().collect();
    assert_eq!(
        titles,
        [
            "CodesWithPankaj - Learn Programming",
            "Welcome to Python.org",
            "W3Schools Online Web Tutorials",
        ]
    );
    assert_eq!(web.record().max_in_flight(), 3);
}

/// A fault and what becomes of a site that has it: a title, none, or an error.
type Row = (&'static str, fn(&Result<Option<String>, PageError>) -> bool);

fn is_python(title: &Result<Option<String>, PageError>) -> bool {
    matches!(title, Ok(Some(title)) if title == "Welcome to Python.org")
}

fn did_not_come(title: &Result<Option<String>, PageError>) -> bool {
    matches!(title, Err(PageError::Request(_)))
}

#[rustfmt::skip]
const TABLE: [Row; 28] = [
    ("delay?ms=10", is_python),
    ("random-delay?low=1&high=9", is_python),
    ("status?code=503", |title| matches!(title, Err(PageError::Status(status)) if *status == 503)),
    ("fail-first?n=1&with=truncate", did_not_come),
    ("unstable?rate=1&with=reset", did_not_come),
    ("redirect?hops=2", is_python),
    ("redirect-loop", did_not_come),
    ("slow-head?pause=1", is_python),
    ("refused", did_not_come),
    ("connect-hang", did_not_come),
    ("empty", did_not_come),
    ("hang", did_not_come),
    ("reset", did_not_come),
    ("truncate", did_not_come),
    ("dribble?chunk=20000&pause=5", is_python),
    ("stall", did_not_come),
    ("bad-chunk", did_not_come),
    ("garbage", did_not_come),
    ("slow-close?delay=5", is_python),
    ("idle-close", is_python),
    ("close-on-reuse", is_python),
    ("gzip-bomb?size=2", |title| matches!(title, Err(PageError::Compressed))),
    ("charset", |title| matches!(title, Ok(Some(title)) if title == "Café crème")),
    ("type?as=pdf", |title| matches!(title, Err(PageError::NotHtml(mime)) if *mime == "application/pdf")),
    ("type?as=none", is_python),
    ("title?as=none", |title| matches!(title, Ok(None))),
    ("endless", did_not_come),
    ("endless?chunk=1000000&pause=0", |title| matches!(title, Err(PageError::TooLarge(LARGEST)))),
];

#[tokio::test]
async fn whatever_a_site_does_it_is_named_and_the_others_are_unharmed() {
    // All at once, because some wait for a time limit.
    join_all(TABLE.iter().map(check)).await;
}

async fn check((fault, is_right): &Row) {
    let fault_of_python: Fault = fault.parse().expect("it is a fault");
    let (_web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", fault_of_python));

    let titles = fetch_all(&client(), &sites).await;

    assert!(is_right(&titles[1]), "{fault}: {:?}", titles[1]);
    for other in [&titles[0], &titles[2]] {
        assert!(matches!(other, Ok(Some(_))), "{fault}: {other:?}");
    }
    if let Err(error) = &titles[1] {
        let words = error.to_string();
        assert!(!words.contains("127.0.0.1"), "{words}");
    }
}

#[test]
fn the_table_has_every_fault_of_the_catalogue() {
    let name = |row: &Row| row.0.split('?').next().unwrap_or_default();
    let tried: BTreeSet<_> = TABLE.iter().map(name).collect();
    assert_eq!(tried, catalogue().map(|kind| kind.name).collect());
}

/// What the wrong run and the right run make of each hostile page.
#[rustfmt::skip]
const HOSTILE: [(&str, Option<&str>, Option<&str>); 13] = [
    ("no-title.example", None, None),
    ("empty-title.example", Some(""), None),
    ("nested-title.example", Some("Outer <title>inner"), Some("Outer <title>inner")),
    ("comment-title.example", Some("In a comment"), Some("The real title")),
    ("script-title.example", Some("In a script"), Some("The real title")),
    ("entities.example", Some("Fish &amp; chips &lt;3 caf&eacute; &#9731;"), Some("Fish & chips <3 café ☃")),
    ("control.example", Some("bell\u{7} back\u{8}space\u{b} tab\ttwo\r\nlines\u{7f}"), Some("bell� back�space tab two lines�")),
    ("escape.example", Some("\u{1b}[31mred\u{1b}[2J\u{1b}]0;your terminal\u{7}\u{9b}1m"), Some("�[31mred�[2J�]0;your terminal��1m")),
    ("latin1.example", Some("Caf� cr�me"), Some("Café crème")),
    ("latin1-meta.example", Some("Caf� cr�me"), Some("Café crème")),
    ("invalid-utf8.example", Some("Caf��"), Some("Caf��")),
    ("unknown.example", Some("Café crème"), Some("Café crème")),
    ("no-type.example", Some("no-type.example"), Some("no-type.example")),
];

#[tokio::test]
async fn a_search_in_the_text_is_fooled_and_a_parser_is_not() {
    let names = HOSTILE.map(|(name, _, _)| name);
    let (_web, sites, _watchdog) = start_on(&names);
    for (site, (name, wrong, right)) in sites.iter().zip(HOSTILE) {
        let found = hostile::find(&client(), &site.url).await;
        assert_eq!(found.expect("a page").as_deref(), wrong, "{name}");
        let page = fetch(&client(), &site.url).await.expect("a page");
        let title = title(&page);
        assert_eq!(title.as_deref(), right, "{name}");
        assert!(title.is_none_or(|title| is_harmless(&title)), "{name}");
    }
}

#[tokio::test]
async fn what_is_no_page_is_not_parsed_and_a_huge_title_is_cut() {
    let names = ["pdf.example", "wrong-type.example", "huge-title.example"];
    let (_web, sites, _watchdog) = start_on(&names);
    for (site, mime) in sites.iter().zip(["application/pdf", "image/png"]) {
        let page = fetch(&client(), &site.url).await;
        assert!(
            matches!(&page, Err(PageError::NotHtml(is)) if *is == mime),
            "{page:?}"
        );
    }
    let page = fetch(&client(), &sites[2].url).await.expect("a page");
    assert!(page.bytes.len() > 1_000_000);
    let title = title(&page).expect("a title");
    assert_eq!(title.chars().count(), LONGEST + 1);
    assert!(title.ends_with("x…"));
}

#[test]
fn nothing_that_a_terminal_obeys_is_printed_whatever_the_character() {
    for character in '\0'..=char::MAX {
        let printed = harmless(&format!("a{character}b"));
        assert!(is_harmless(&printed), "{character:?}: {printed:?}");
        let is_bidi = matches!(character, '\u{202a}'..='\u{202e}');
        assert!(!is_bidi || printed == "a�b", "{character:?}");
    }
    assert_eq!(harmless(" two\r\n\tlines "), "two lines");
    assert_eq!(harmless("crème ☃ 東京"), "crème ☃ 東京");
    assert_eq!(shortened("é".repeat(LONGEST)), "é".repeat(LONGEST));
    assert_eq!(shortened("é".repeat(LONGEST + 1)), "é".repeat(LONGEST) + "…");
}

#[test]
fn what_the_program_prints_of_a_hostile_page_is_harmless() {
    for title in ["escape", "control", "huge"] {
        let fault = format!("python.org=title?as={title}");
        let output = Command::new(env!("CARGO_BIN_EXE_lesson08"))
            .args(["--fault", &fault])
            .output()
            .expect("it starts");
        assert!(output.status.success(), "{output:?}");
        let printed = String::from_utf8(output.stdout).expect("it is UTF-8");
        assert!(printed.lines().all(is_harmless), "{title}: {printed:?}");
        assert!(printed.contains("\npython.org: "), "{printed}");
    }
}

#[test]
fn a_page_is_decoded_by_its_bom_its_header_its_meta_tag_or_as_utf_8() {
    let text = |content_type: Option<&str>, bytes: &[u8]| {
        let content_type =
            content_type.map(|value| value.parse().expect("a type"));
        let page = Page { content_type, bytes: bytes.to_vec() };
        page.text().into_owned()
    };
    let latin1 = Some("text/html; charset=ISO-8859-1");
    assert_eq!(text(latin1, b"caf\xe9"), "café");
    assert_eq!(text(latin1, b"\xef\xbb\xbfcaf\xc3\xa9"), "café", "a BOM first");
    assert_eq!(text(None, b"\xff\xfeh\0i\0"), "hi", "UTF-16, by its BOM");
    let meta = b"<meta charset=latin1>caf\xe9";
    assert!(text(Some("text/html"), meta).ends_with("café"));
    let utf8 = Some("text/html; charset=\"utf-8\"");
    assert!(text(utf8, meta).ends_with("caf�"), "the header before the tag");
    let unknown = Some("text/html; charset=x-nobody-knows");
    assert!(text(unknown, meta).ends_with("café"), "the tag after that");
    assert!(text(None, b"<meta charset=utf-16>caf\xc3\xa9").ends_with("café"));
    assert_eq!(text(None, "café".as_bytes()), "café");
    assert_eq!(text(None, b""), "");
}

#[test]
fn a_tree_may_be_held_where_no_thread_changes_or_when_it_was_never_borrowed() {
    fn is_send(_: &impl Send) {}
    let never_borrowed = async {
        let html = Html::parse_document("<title>a</title>");
        drop(html);
        tokio::task::yield_now().await;
    };
    is_send(&never_borrowed);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let title = runtime.block_on(async {
        let html = Html::parse_document("<title>a</title>");
        tokio::task::yield_now().await;
        lesson08::title_in(&html)
    });
    assert_eq!(title.as_deref(), Some("a"));
}

#[tokio::test]
async fn each_way_to_parse_in_a_task_gives_the_same_titles() {
    /// A way to parse a page and tell its title.
    type Way = fn(
        Page,
        Sender<Option<String>>,
    ) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;
    let ways: [Way; 3] = [
        |page, found| Box::pin(not_send::in_a_block(page, found)),
        |page, found| Box::pin(not_send::in_a_function(page, found)),
        |page, found| Box::pin(not_send::elsewhere(page, found)),
    ];
    for way in ways {
        // A gate that has opened stays open, so each has one of its own.
        let (_web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
        let mut titles = not_send::titles(&client(), &sites, way).await;
        titles.sort();
        assert_eq!(
            titles,
            [
                "CodesWithPankaj - Learn Programming",
                "W3Schools Online Web Tutorials",
                "Welcome to Python.org",
            ]
        );
    }
}

/// Whether another task has its turn while a page is parsed.
async fn has_a_turn_during(elsewhere: bool, wait: Duration) -> bool {
    let (web, sites, _watchdog) = start_on(&["library.example"]);
    let url = Url::parse(&sites[0].url).expect("a URL");
    let (begun, mut has_begun) = tokio::sync::mpsc::unbounded_channel();
    let (turn, turns) = mpsc::channel();
    let (tell, told) = mpsc::channel();
    // A parser that takes as long as it takes the other to have its turn.
    let parse = move |_: &Page, from: &Url| {
        let _ = begun.send(());
        let _ = tell.send(turns.recv_timeout(wait).is_ok());
        from.join("next").ok()
    };
    let other = async {
        if has_begun.recv().await.is_some() {
            let _ = turn.send(());
        }
    };
    let work = async {
        // What it leads to is not there.
        let fetched = if elsewhere {
            parse_blocks::elsewhere(&client(), &url, parse).await
        } else {
            parse_blocks::here(&client(), &url, parse).await
        };
        let error = fetched.expect_err("there is no such page");
        assert_eq!(error.to_string(), "the site answered 404 Not Found");
    };
    tokio::join!(work, other);
    assert_eq!(web.record().exchanges().len(), 2);
    told.recv().expect("it was parsed")
}

#[tokio::test]
async fn parsing_on_the_runtimes_thread_gives_nobody_a_turn_and_elsewhere_it_does()
 {
    let impatient = Duration::from_millis(200);
    assert!(!has_a_turn_during(false, impatient).await);
    assert!(has_a_turn_during(true, PATIENT).await);
}

#[tokio::test]
async fn what_inflates_without_bound_is_cut_off_and_what_fits_is_inflated() {
    let (_web, sites, _watchdog) = start_on(&["bomb.example"]);
    let response = client().get(&sites[0].url).send().await.expect("a page");
    let bomb = response.bytes().await.expect("a page");
    assert!(bomb.len() < 100_000);

    let error = too_much::inflate(&bomb).expect_err("it is too much");
    let words = format!("it inflates to more than {LARGEST} bytes");
    assert_eq!(error.to_string(), words);
    let all = too_much::inflate_all(&bomb).expect("it is a gzip file");
    assert_eq!(all.len(), 100_000_000);

    // Half of the file is no gzip file; whoever stops early does not notice.
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
async fn a_page_without_end_is_left_at_the_bound_or_read_until_the_time_limit()
{
    let (web, sites, _watchdog) = start_on(&["endless.example"]);

    let page = fetch(&client(), &sites[0].url).await;
    assert!(matches!(page, Err(PageError::TooLarge(LARGEST))), "{page:?}");
    web.wait_until(|record| record.client_gone() == 1).await;

    let all = too_much::read_all(&client(), &sites[0].url).await;
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
async fn a_parser_that_stops_leaves_after_the_title_and_a_tree_wants_all() {
    // Its title is in the first 500 bytes, and the rest does not come for long.
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
}

/// The libraries, and the URLs of their front pages.
fn libraries() -> (MockWeb, Vec<Url>, Watchdog) {
    let (web, sites, watchdog) = start_on(&["library.example", "busy.example"]);
    let urls = sites
        .iter()
        .map(|site| Url::parse(&site.url).expect("a URL"))
        .collect();
    (web, urls, watchdog)
}

#[tokio::test]
async fn a_polite_visit_keeps_to_robots_txt_the_pause_and_retry_after() {
    let (web, urls, _watchdog) = libraries();
    let client = reqwest::Client::builder().user_agent(polite::AGENT).build();
    let client = client.expect("a client");

    let visits = urls.iter().map(|url| polite::visit(&client, url));
    let visits = join_all(visits).await;

    for visit in visits {
        let six = polite::Visit { pages: 6, left_out: 1, failed: Vec::new() };
        assert_eq!(visit, six);
    }
    let record = web.record();
    for name in ["library.example", "busy.example"] {
        let asked: Vec<_> =
            record.exchanges().filter(|it| it.site == name).collect();
        assert_eq!(asked[0].path, "/robots.txt");
        assert!(asked.iter().all(|it| !it.path.starts_with("/staff")));
        let tries = if name == "busy.example" { 2 } else { 1 };
        assert_eq!(asked.len(), 6 + tries);
        // Its robots.txt asks for 0.2 s between two pages. However slow the
        // machine, there is never less.
        let ended = |it: &Exchange| it.ended.expect("it is over");
        for pair in asked[tries - 1..].windows(2) {
            let pause = pair[1].request_head.saturating_sub(ended(pair[0]));
            assert!(pause >= Duration::from_millis(195), "{pause:?}");
        }
        if tries == 2 {
            let later = asked[1].request_head.saturating_sub(ended(asked[0]));
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
async fn a_visit_in_a_rush_has_all_in_flight_at_once_and_loses_a_page() {
    let (web, urls, _watchdog) = libraries();
    let client = client();
    let visits = urls.iter().map(|url| polite::rush(&client, url));
    let mut visits = join_all(visits).await;
    let busy = visits.remove(1);
    assert_eq!(busy.failed, ["the site answered 429 Too Many Requests"]);
    assert_eq!((busy.pages, visits[0].pages), (6, 7));
    let record = web.record();
    assert!(record.exchanges().any(|it| it.path == "/staff/pay"));
    assert!(record.exchanges().all(|it| it.path != "/robots.txt"));
    assert_eq!(record.exchanges().len(), 14);
}

#[tokio::test]
async fn without_robots_txt_all_is_open_and_while_it_cannot_be_had_nothing_is()
{
    for (fault, open) in [
        (None, true),
        (Some("status?code=403"), true),
        (Some("status?code=500"), false),
        (Some("status?code=429&retry-after=0"), false),
        (Some("reset"), false),
    ] {
        let mut site = mock_server::Site::new("site.example");
        if let Some(fault) = fault {
            site = site.fault(fault.parse().expect("it is a fault"));
        }
        let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
        let url = Url::parse(&sites[0].url).expect("a URL");
        let robots = polite::robots(&client(), &url).await;
        assert_eq!(robots.is_allowed("/page"), open, "{fault:?}");
    }
}

#[tokio::test]
async fn who_asks_for_too_long_a_pause_is_not_asked_again() {
    let busy: Fault =
        "status?code=429&retry-after=86400".parse().expect("it is a fault");
    let slow = mock_server::Site::new("slow.example").also(
        "/robots.txt",
        "text/plain",
        "User-agent: *\nCrawl-delay: 86400\n",
    );
    let busy = mock_server::Site::new("busy.example").fault(busy);
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([slow, busy]));
    for site in &sites {
        let url = Url::parse(&site.url).expect("a URL");
        let visit = polite::visit(&client(), &url).await;
        assert_eq!((visit.pages, visit.left_out), (0, polite::PAGES.len()));
        assert_eq!(web.record().requests(&site.name), 1, "robots.txt");
    }
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let after = |value: &str| {
        let value = HeaderValue::from_str(value).expect("a header");
        polite::retry_after(&HeaderMap::from_iter([(RETRY_AFTER, value)]))
    };
    assert_eq!(after("3"), Duration::from_secs(3));
    assert_eq!(after("86400"), Duration::from_secs(86_400));
    let in_time = SystemTime::now() + Duration::from_secs(6);
    let date = after(&httpdate::fmt_http_date(in_time));
    // A date has no fractions of a second, and a busy machine takes its time.
    assert!(
        date > Duration::ZERO && date <= Duration::from_secs(6),
        "{date:?}"
    );
    assert_eq!(after("soon"), Duration::from_millis(500));
    assert_eq!(polite::retry_after(&HeaderMap::new()), after("soon"));
}

/// The paths of the pages that a walk comes to.
async fn walk(each_once: bool) -> Vec<String> {
    let (web, sites, _watchdog) = start_on(&["library.example"]);
    let (client, url) = (client(), Url::parse(&sites[0].url).expect("a URL"));
    let paths = if each_once {
        let pages = links::every_page(&client, &url);
        pages.map(|page| page.path).collect::<Vec<_>>().await
    } else {
        let pages = links::every_link(&client, &url);
        pages.map(|page| page.path).collect().await
    };
    let record = web.record();
    let asked: Vec<_> =
        record.exchanges().map(|exchange| exchange.path.clone()).collect();
    assert_eq!(asked, paths, "and nothing else was asked for");
    paths
}

#[tokio::test]
async fn every_page_is_asked_for_once_and_every_link_without_end() {
    assert_eq!(
        walk(true).await,
        [
            "/", "/fiction", "/science", "/history", "/missing", "/novels",
            "/poems"
        ]
    );
    let paths = walk(false).await;
    assert_eq!(paths.len(), 30);
    assert!(paths.iter().filter(|path| *path == "/fiction").count() > 2);
}

#[tokio::test]
async fn the_csv_has_a_line_for_each_page_and_the_json_is_read_back() {
    let (_web, sites, _watchdog) = start_on(&["library.example"]);
    let url = Url::parse(&sites[0].url).expect("a URL");
    let pages: Vec<_> = links::every_page(&client(), &url).collect().await;

    let csv = links::csv(&pages).expect("it can be written");
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines.len(), 8);
    assert_eq!(lines[0], "path,title,words,links,error");
    assert!(lines[4].starts_with("/history,\"History, \"\"the past\"\"\","));
    assert_eq!(lines[5], "/missing,,0,0,the site answered 404 Not Found");

    let json = serde_json::to_string(&pages).expect("it can be written");
    let read: serde_json::Value =
        serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(read[3]["title"], "History, \"the past\"");
    assert!(read[4]["title"].is_null());
}
