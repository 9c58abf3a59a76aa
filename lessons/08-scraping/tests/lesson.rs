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
use wiremock::{Mock, ResponseTemplate, matchers};

#[path = "../examples/deep.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod deep;
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
    if let Some(Err(error)) = titles.into_iter().nth(1) {
        let words = format!("{:#}", anyhow::Error::from(error));
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
        let turns = "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\
            \u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
        let expected = if character.is_whitespace() {
            "a b".to_owned()
        } else if character.is_control() || turns.contains(character) {
            "a�b".to_owned()
        } else {
            format!("a{character}b")
        };
        assert_eq!(printed, expected, "{character:?}");
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

fn page_of(content_type: &str, bytes: &[u8]) -> Page {
    Page {
        url: Url::parse("http://site.example/").expect("a URL"),
        content_type: content_type.to_owned(),
        bytes: bytes.to_vec(),
    }
}

#[test]
fn a_page_is_decoded_by_its_bom_its_header_its_meta_tag_or_as_utf_8() {
    let text = |content_type: Option<&str>, bytes: &[u8]| {
        page_of(content_type.unwrap_or_default(), bytes).text().into_owned()
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
    let long = b"<META Http-Equiv=Content-Type Content='text/html; \
        Charset=latin1'>caf\xe9";
    assert!(text(None, long).ends_with("café"), "the long form of the tag");
    let refresh = b"<meta http-equiv=refresh content='9; charset=latin1'>\
        <meta charset=latin1>caf\xe9";
    assert!(text(None, refresh).ends_with("café"), "not any tag");
    let other = b"<meta http-equiv=refresh content='text/x; charset=latin1'>\
        caf\xe9";
    assert!(text(None, other).ends_with("caf�"), "not that of another tag");
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
    let parse = move |page: &Page| {
        let _ = begun.send(());
        let _ = tell.send(turns.recv_timeout(wait).is_ok());
        page.url.join("next").ok()
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
    for (page, title) in [
        ("<title></title><title>Second</title>", None),
        ("<title>First</title><title>Second</title>", Some("First")),
        ("<title>As far as it goes", Some("As far as it goes")),
        ("<body><svg><title>Of a drawing</title></svg>", None),
        ("<svg><title>Of a drawing</title></svg>", None),
        ("<math><title>Of a formula</title></math>", None),
    ] {
        let site = mock_server::Site::new("site.example").page(page);
        let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
        let streamed = stop_at_title::streamed(&client(), &sites[0]).await;
        let whole = stop_at_title::whole(&client(), &sites[0]).await;
        assert_eq!(streamed.expect("a page").as_deref(), title, "{page}");
        assert_eq!(whole.expect("a page").as_deref(), title, "{page}");
    }
    // What comes after that is for a tree to find.
    let page = "<svg></svg><title>Late</title>";
    let site = mock_server::Site::new("site.example").page(page);
    let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let streamed = stop_at_title::streamed(&client(), &sites[0]).await;
    let whole = stop_at_title::whole(&client(), &sites[0]).await;
    assert_eq!(streamed.expect("a page"), None);
    assert_eq!(whole.expect("a page").as_deref(), Some("Late"));
}

#[tokio::test]
async fn a_parser_that_stops_leaves_at_the_body_and_at_the_bound() {
    // Neither comes to an end.
    let stall = "stall?after=1000&for=600000".parse().expect("it is a fault");
    let bodied = format!("<head></head><body>{}", "x".repeat(2_000));
    let bodied = mock_server::Site::new("body.example").page(bodied);
    let endless = Fault::Endless { chunk: 1_000_000, pause: 0 };
    let untitled = mock_server::Site::new("endless.example")
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

#[test]
fn a_drawings_title_is_not_the_pages() {
    let title_of = |page: &str| title(&page_of("text/html", page.as_bytes()));
    let drawing = "<svg><title>A drawing</title></svg>";
    let page = format!("{drawing}<title>The page</title>");
    assert_eq!(title_of(&page).as_deref(), Some("The page"));
    assert_eq!(title_of(drawing), None);
}

#[test]
fn a_flat_page_and_a_nested_one_have_the_same_size_and_elements() {
    let (flat, nested) = (deep::flat(), deep::nested());
    assert_eq!(flat.len(), nested.len());
    assert_eq!(deep::elements(&flat), deep::ELEMENTS);
    assert_eq!(deep::elements(&nested), deep::ELEMENTS);
    assert_eq!(deep::streamed(&flat).expect("a title"), "Flat");
    assert_eq!(deep::streamed(&nested).expect("a title"), "Deep");
}

#[tokio::test]
async fn what_parses_elsewhere_goes_on_when_nobody_waits_for_it_any_more() {
    let (stop, stopped) = mpsc::channel::<()>();
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let work = tokio::task::spawn_blocking(move || {
        let _ = tell.send("begun");
        let _ = stopped.recv();
        let _ = tell.send("done");
    });
    assert_eq!(told.recv().await, Some("begun"));
    work.abort();
    let limit = Duration::from_millis(50);
    assert!(tokio::time::timeout(limit, work).await.is_err());
    stop.send(()).expect("it still runs");
    assert_eq!(told.recv().await, Some("done"));
}

#[tokio::test]
async fn what_a_site_says_of_its_page_is_taken_as_far_as_it_can_be_read() {
    let huge: &'static str = format!("x/{}", "y".repeat(50_000)).leak();
    let site = mock_server::Site::new("site.example")
        .also("/xhtml", "application/xhtml+xml", "<title>a</title>")
        .also("/capitals", "Text/HTML;charset=utf-8", "<title>a</title>")
        .also("/odd", "text/html;;", "<title>a</title>")
        .also("/picture", "image/png;;", "<title>a</title>")
        .also("/huge", huge, "<title>a</title>");
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    for encoding in ["identity", "Identity", "gzip", "br", "identity, gzip"] {
        let answer = ResponseTemplate::new(200)
            .set_body_raw("<title>a</title>", "text/html")
            .insert_header("content-encoding", encoding);
        let path = format!("/{}", encoding.replace(", ", "-"));
        let mock = Mock::given(matchers::path(path)).respond_with(answer);
        mock.mount(web.wiremock()).await;
    }
    let client = client();
    let page = async |path: &str| {
        let url = format!("{}{path}", sites[0].url);
        fetch(&client, &url).await.map(|page| title(&page))
    };
    for path in ["xhtml", "capitals", "odd", "identity", "Identity"] {
        let title = page(path).await.expect("a page");
        assert_eq!(title.as_deref(), Some("a"), "{path}");
    }
    for path in ["gzip", "br", "identity-gzip"] {
        let page = page(path).await;
        assert!(matches!(page, Err(PageError::Compressed)), "{path}");
    }
    for path in ["picture", "huge"] {
        let error = page(path).await.expect_err("it is no page");
        assert!(matches!(error, PageError::NotHtml(_)), "{path}: {error:?}");
        assert!(error.to_string().chars().count() < 2 * LONGEST, "{path}");
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
    let client = polite::polite_client().expect("a client");

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
    // One after another they would not all be there.
    let sites = mock_server::Site::libraries();
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites(sites).gate(14, PATIENT));
    let urls = sites.iter().map(|site| Url::parse(&site.url));
    let urls: Vec<_> = urls.map(|url| url.expect("a URL")).collect();
    let client = reqwest::Client::new();
    let visits = urls.iter().map(|url| polite::rush(&client, url));
    let mut visits = join_all(visits).await;
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
async fn the_pause_is_the_one_that_a_site_asks_for_or_the_programs() {
    let robots = |text: &str| robotxt::Robots::parse(text.as_bytes(), "a");
    let asks = "User-agent: *\nCrawl-delay: 0.6\n";
    assert_eq!(polite::pause(&robots(asks)), Duration::from_millis(600));
    assert_eq!(polite::pause(&robots("")), Duration::from_millis(500));

    let site = mock_server::Site::new("slow.example");
    let site = site.also("/robots.txt", "text/plain", asks);
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let url = Url::parse(&sites[0].url).expect("a URL");
    polite::visit(&client(), &url).await;
    let record = web.record();
    let asked: Vec<_> = record.exchanges().collect();
    assert_eq!(asked.len(), 1 + polite::PAGES.len());
    for pair in asked.windows(2) {
        let ended = pair[0].ended.expect("it is over");
        let pause = pair[1].request_head.saturating_sub(ended);
        assert!(pause >= Duration::from_millis(595), "{pause:?}");
    }
}

#[tokio::test]
async fn who_says_not_now_is_asked_three_times_and_others_once() {
    for (n, code, asked, comes) in [
        (2, 503, 3, true),
        (2, 429, 3, true),
        (3, 503, 3, false),
        (1, 500, 1, false),
    ] {
        let with = format!("status?code={code}&retry-after=0");
        let with = Box::new(with.parse().expect("it is a fault"));
        let fault = Fault::FailFirst { n, with, key: String::new() };
        let site = mock_server::Site::new("busy.example").fault(fault);
        let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
        let url = Url::parse(&sites[0].url).expect("a URL");
        let response = polite::ask(&client(), &url).await;
        assert_eq!(response.is_ok(), comes, "{code}");
        assert_eq!(web.record().exchanges().len(), asked);
    }
}

#[tokio::test]
async fn a_robots_txt_of_half_a_megabyte_is_read_and_a_larger_one_closes_all() {
    for (bytes, open) in [(polite::ENOUGH, true), (polite::ENOUGH + 1, false)] {
        assert_eq!(polite::ENOUGH, 500 * 1_024);
        let text = "User-agent: *\nDisallow: /staff/\n#";
        let rest = "x".repeat(bytes - text.len());
        let site = mock_server::Site::new("site.example");
        let site =
            site.also("/robots.txt", "text/plain", text.to_owned() + &rest);
        let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
        let url = Url::parse(&sites[0].url).expect("a URL");
        let robots = polite::robots(&client(), &url).await;
        assert_eq!(robots.is_allowed("/page"), open);
        assert!(!robots.is_allowed("/staff/pay"));
    }
}

#[tokio::test]
async fn a_polite_client_follows_no_redirect_to_where_it_may_not_go() {
    let site = mock_server::Site::new("site.example")
        .also("/robots.txt", "text/plain", "User-agent: *\nDisallow: /staff/\n")
        .also("/staff/pay", "text/html", "<title>Who earns what</title>");
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let answer = ResponseTemplate::new(302)
        .insert_header("location", "/staff/pay")
        .set_body_raw("<title>Found</title>", "text/html");
    let mock = Mock::given(matchers::path("/fiction")).respond_with(answer);
    mock.mount(web.wiremock()).await;
    let client = polite::polite_client().expect("a client");
    let url = Url::parse(&sites[0].url).expect("a URL");
    let visit = polite::visit(&client, &url).await;
    assert_eq!((visit.pages, visit.left_out), (1, 1));
    assert!(visit.failed.contains(&"the site answered 302 Found".to_owned()));
    let record = web.record();
    assert!(record.exchanges().any(|it| it.path == "/fiction"));
    assert!(record.exchanges().all(|it| it.path != "/staff/pay"));
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
    let hour = Duration::from_secs(3_600);
    let in_time = SystemTime::now() + hour;
    let date = after(&httpdate::fmt_http_date(in_time));
    // A date has no fractions of a second, and a busy machine takes its time.
    assert!(date > hour / 2 && date <= hour, "{date:?}");
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

/// A page with these links.
fn leading_to(links: impl IntoIterator<Item = String>) -> String {
    let links = links.into_iter();
    links.map(|link| format!("<a href=\"{link}\">{link}</a>\n")).collect()
}

#[tokio::test]
async fn a_redirect_is_followed_within_a_site_and_not_to_another() {
    let links = ["out", "in", "a?page=1", "a?page=2"].map(str::to_owned);
    let site = mock_server::Site::new("site.example")
        .page(leading_to(links))
        .also("/a", "text/html", "<title>A</title>")
        .also("/far/in", "text/html", leading_to(["next".to_owned()]))
        .also("/far/next", "text/html", "<title>Next</title>");
    let other = mock_server::Site::new("other.example");
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites([site, other]));
    for (path, to) in [("/out", &*sites[1].url), ("/in", "/far/in")] {
        let answer = ResponseTemplate::new(302).insert_header("location", to);
        let mock = Mock::given(matchers::path(path)).respond_with(answer);
        mock.mount(web.wiremock()).await;
    }

    let client = links::client().expect("a client");
    let url = Url::parse(&sites[0].url).expect("a URL");
    let pages: Vec<_> = links::every_page(&client, &url).collect().await;

    let paths: Vec<_> = pages.iter().map(|page| &*page.path).collect();
    assert_eq!(
        paths,
        ["/", "/out", "/in", "/a?page=1", "/a?page=2", "/far/next"]
    );
    let error = pages[1].error.as_deref().expect("it leads elsewhere");
    assert!(error.ends_with("it leads to another site"), "{error}");
    assert_eq!((pages[2].links, &pages[2].error), (1, &None));
    assert_eq!(pages[5].title.as_deref(), Some("Next"));
    assert_eq!(web.record().requests("other.example"), 0);
}

#[tokio::test]
async fn a_loop_of_redirects_on_a_site_comes_to_an_end() {
    let fault = "redirect-loop".parse().expect("it is a fault");
    let site = mock_server::Site::new("site.example").fault(fault);
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let client = links::client().expect("a client");
    let url = Url::parse(&sites[0].url).expect("a URL");
    let pages: Vec<_> = links::every_page(&client, &url).collect().await;
    assert_eq!(pages.len(), 1);
    let error = pages[0].error.as_deref().expect("it has no end");
    assert!(error.ends_with("too many redirects"), "{error}");
    assert_eq!(web.record().exchanges().len(), 11);
}

#[tokio::test]
async fn of_a_large_site_no_more_than_thirty_pages_are_visited() {
    let site = mock_server::Site::new("large.example")
        .page(leading_to((0..50).map(|number| number.to_string())));
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let url = Url::parse(&sites[0].url).expect("a URL");
    let pages = links::every_page(&client(), &url).count().await;
    assert_eq!(pages, 30);
    assert_eq!(web.record().exchanges().len(), 30);
}
