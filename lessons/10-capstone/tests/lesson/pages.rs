//! Hostile pages, and headers that say how to read a page.

use lesson10::message::Incomplete;
use lesson10::{LinkError, Options};
use testkit::WATCHDOG;
use url::Url;
use wiremock::ResponseTemplate;

use crate::support::{
    HOME, home, html, page, paths, printed, respond, run, start, url,
};

#[tokio::test]
async fn a_link_that_is_no_url_is_not_taken_for_the_url_that_its_text_shows() {
    // A link is shown without its login, so the text of the bad one is the URL
    // of the good one.
    let good = format!("http://{HOME}/ok");
    let bad = format!("http://[/@{good}");
    for links in [[bad.as_str(), "/ok"], ["/ok", bad.as_str()]] {
        let (web, options, _watchdog) = start(vec![home(&links)]);
        respond(&web, "/ok", ResponseTemplate::new(200)).await;

        let report = run(&options).await;

        let errors: Vec<_> =
            report.broken.iter().map(|broken| &broken.error).collect();
        assert!(
            matches!(errors[..], [LinkError::NotUrl(_)]),
            "{links:?}: {:?}",
            report.broken
        );
        // The start URL and the good link.
        assert_eq!(report.fine, 2, "{links:?}");
    }
}

#[tokio::test]
async fn a_hostile_page_costs_no_more_than_its_bytes_and_changes_nothing_else()
{
    // In a tree, each of the paragraphs would contain a thousand elements.
    let names = (0..1_000).map(|n| format!("<b a{n}>")).collect::<String>();
    let copied = "<p>x</p>".repeat(230_000);
    let copied = format!("<a href=/1></a><p>{names}</p>{copied}<a href=/2>");
    let names = (0..200_000).map(|n| format!(" a{n}")).collect::<String>();
    let many: String =
        (0..20_001).map(|n| format!("<a href=/{}>", n % 2)).collect();
    let hostile = [
        ("/copied", copied),
        ("/deep", "<a href=/3>".to_owned() + &"<div>".repeat(350_000)),
        ("/attributes", format!("<p{names}><a href=/4>")),
        ("/text", format!("<a href=/5>{}", "x".repeat(1_900_000))),
        ("/name", format!("<{}><a href=/6>", "x".repeat(1_900_000))),
        ("/many", many),
        ("/long", format!("<a href=/{}>", "x".repeat(16_000))),
    ];
    let mut site = home(&hostile.each_ref().map(|(path, _)| *path));
    for (path, page) in hostile {
        site = site.also(path, "text/html", page);
    }
    let (_web, options, _watchdog) = start(vec![site]);
    let options = Options { timeout: WATCHDOG, ..options };

    let report = run(&options).await;

    let mut found = paths(&report);
    found.sort();
    assert_eq!(found, ["/0", "/1", "/2", "/3", "/4", "/5", "/6"]);
    let incomplete: Vec<_> = report
        .incomplete
        .iter()
        .map(|(url, reason)| (url.path(), *reason))
        .collect();
    let reason = Incomplete::Memory;
    assert_eq!(incomplete, [("/deep", reason)]);
    assert_eq!((report.over_limit, report.non_http), (1, 0));
    let mut texts = report.broken.iter().flat_map(|broken| &broken.occurrences);
    assert!(texts.all(|occurrence| occurrence.text.chars().count() <= 63));
    let printed = printed(&report);
    let line = "Skipped 1 link: too long, or too many for their page\n";
    assert!(printed.contains(line), "{printed}");
    assert!(printed.contains("\"too_long\":1"), "{printed}");
    let part = format!(
        "\"in_part\":[{{\"page\":\"{}deep\",\"kind\":\"parser_memory\",\"why\":\"{reason}\"}}",
        options.start
    );
    assert!(printed.contains(&part), "{printed}");
}

#[tokio::test]
async fn links_of_the_last_pages_do_not_count() {
    let long = format!("/{}", "x".repeat(16_000));
    let site = home(&["/last"]).also("/last", "text/html", page(&[&long]));
    let (_web, options, _watchdog) = start(vec![site]);
    for (depth, over_limit) in [(0, 0), (1, 1)] {
        let report = run(&Options { depth, ..options.clone() }).await;
        assert_eq!(report.over_limit, over_limit);
    }
}

#[tokio::test]
async fn a_header_decides_whether_a_page_is_html_and_how_it_is_decoded() {
    let pages = ["/bare", "/capitals", "/none", "/plain", "/latin1", "/query"];
    let worn = home(&pages)
        .also("/bare", "text/html; charset", page(&["/1"]))
        .also("/capitals", "TEXT/HTML ; x", page(&["/2"]))
        .also("/plain", "text/plain", page(&["/no"]))
        .also(
            "/latin1",
            "text/html",
            b"<meta charset=latin1>\
            <a href=/3>caf\xe9</a>"
                .as_slice(),
        )
        .also(
            "/query",
            "text/html ;; charset=iso-8859-1",
            b"<a href='/caf\xe9?caf\xe9'>".as_slice(),
        );
    let (web, options, _watchdog) = start(vec![worn]);
    let body = page(&["/4"]);
    let none = ResponseTemplate::new(200).set_body_bytes(body);
    respond(&web, "/none", none).await;
    let report = run(&options).await;
    let found = ["/1", "/2", "/3", "/4", "/caf%C3%A9?caf%E9"];
    assert_eq!(paths(&report), found);
    let occurrence =
        report.broken[2].occurrences.first().expect("it occurs somewhere");
    assert_eq!(&*occurrence.text, "caf\u{e9}");
}

#[tokio::test]
async fn xhtml_is_read_as_xml_up_to_an_error() {
    const XHTML: &str = "application/xhtml+xml";
    let page = |body| {
        format!("<html xmlns='http://www.w3.org/1999/xhtml'>{body}</html>")
    };
    let good = page("<script src='/1'/><p id='here'/><a href='/2'/>");
    let bad = page("<a href='/3'/><br></p><p id='here'/>");
    let site = home(&["/good#here", "/good#lost", "/bad#here"])
        .also("/good", XHTML, good)
        .also("/bad", XHTML, bad);
    let (_web, options, _watchdog) = start(vec![site]);

    let report = run(&options).await;

    assert_eq!(paths(&report), ["/1", "/2", "/3", "/good#lost"]);
    let incomplete = report.incomplete.iter();
    let incomplete: Vec<_> =
        incomplete.map(|(url, reason)| (url.path(), *reason)).collect();
    assert_eq!(incomplete, [("/bad", Incomplete::Malformed)]);
}

#[tokio::test]
async fn a_page_that_would_multiply_its_base_is_cut() {
    // The base would be copied 100,000 times, into 1.5 GB.
    let base = format!("<base href='/{}/'>", "x".repeat(15_000));
    let hostile = base + &"<a href=1>".repeat(100_000);
    let site = home(&["/hostile"]).also("/hostile", "text/html", hostile);
    let (_web, options, _watchdog) = start(vec![site]);

    let report = run(&Options { timeout: WATCHDOG, ..options }).await;

    assert!(report.over_limit > 90_000, "{}", report.over_limit);
    assert_eq!(report.broken.len(), 1);
}

#[tokio::test]
async fn identity_is_no_compression_and_a_compressed_page_is_reported() {
    let (web, options, _watchdog) = start(vec![home(&["/as-it-is", "/zip"])]);
    for (at, encoding) in [("/as-it-is", "Identity"), ("/zip", "gzip")] {
        let page = html(&page(&["/lost"]));
        let page = page.insert_header("content-encoding", encoding);
        respond(&web, at, page).await;
    }
    let report = run(&options).await;
    assert_eq!(paths(&report), ["/lost"]);
    let occurrence =
        report.broken[0].occurrences.first().expect("it occurs somewhere");
    let on = occurrence.page.as_deref();
    let page = url("/as-it-is");
    assert_eq!((report.broken[0].count, on), (1, Some(page.as_str())));
    let incomplete: Vec<_> = report.incomplete.keys().map(Url::path).collect();
    assert_eq!(incomplete, ["/zip"]);
}
