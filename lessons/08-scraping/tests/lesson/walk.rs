//! Following links from page to page.

use futures::stream::StreamExt;
use mock_server::{MockWeb, Site};
use testkit::start;
use wiremock::{Mock, ResponseTemplate, matchers};

use crate::examples::links;
use crate::support::{client, start_on, url_of};

/// The paths of the pages that a walk visits.
async fn walk(each_once: bool) -> Vec<String> {
    let (web, sites, _watchdog) = start_on(&["library.example"]);
    let (client, url) = (client(), url_of(&sites[0]));
    let paths = if each_once {
        let pages = links::every_page(&client, &url);
        pages.map(|page| page.path).collect::<Vec<_>>().await
    } else {
        let pages = links::every_link(&client, &url);
        pages.map(|page| page.path).collect().await
    };
    let record = web.record();
    let requested: Vec<_> =
        record.exchanges().map(|exchange| exchange.path.clone()).collect();
    assert_eq!(requested, paths, "and nothing else");
    paths
}

#[tokio::test]
async fn every_page_is_requested_once_or_every_link_up_to_the_limit() {
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
    let url = url_of(&sites[0]);
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
    let site = Site::new("site.example")
        .page(leading_to(links))
        .also("/a", "text/html", "<title>A</title>")
        .also("/far/in", "text/html", leading_to(["next".to_owned()]))
        .also("/far/next", "text/html", "<title>Next</title>");
    let other = Site::new("other.example");
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites([site, other]));
    for (path, to) in [("/out", &*sites[1].url), ("/in", "/far/in")] {
        let answer = ResponseTemplate::new(302).insert_header("location", to);
        let mock = Mock::given(matchers::path(path)).respond_with(answer);
        mock.mount(web.wiremock()).await;
    }

    let client = links::client().expect("a client");
    let url = url_of(&sites[0]);
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
async fn a_redirect_loop_within_a_site_ends() {
    let fault = "redirect-loop".parse().expect("it is a fault");
    let site = Site::new("site.example").fault(fault);
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let client = links::client().expect("a client");
    let url = url_of(&sites[0]);
    let pages: Vec<_> = links::every_page(&client, &url).collect().await;
    assert_eq!(pages.len(), 1);
    let error = pages[0].error.as_deref().expect("it has no end");
    assert!(error.ends_with("too many redirects"), "{error}");
    assert_eq!(web.record().exchanges().len(), 11);
}

#[tokio::test]
async fn a_large_site_is_left_after_thirty_pages() {
    let site = Site::new("large.example")
        .page(leading_to((0..50).map(|number| number.to_string())));
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let url = url_of(&sites[0]);
    let pages = links::every_page(&client(), &url).count().await;
    assert_eq!(pages, 30);
    assert_eq!(web.record().exchanges().len(), 30);
}
