// This link checker counts a redirect as a page that's fine, because it isn't
// an error. It never requests the page that the redirect leads to, so it
// doesn't notice if that page is missing.
//
// Make a redirect an outcome of its own. Only the fetcher sees the response,
// so it decides the outcome, and the parser passes it on. The crawl loop
// counts it in `moved`, and requests the page that it leads to, unless that
// page is known. `redirect_target` in `src/checker.rs` finds the page. The
// client doesn't follow redirects by itself, and it should stay that way.
//
// The tests check the report and which pages are requested: each of them once,
// even if there's also a link to it, or if it redirects to itself.

use exercises::checker::{
    Frontier, client, links_in, page_with, site_with, start_page,
};
use exercises::show;
use mock_server::{Builder, Fault, MockWeb};
use reqwest::{Client, Url};
use tokio::sync::mpsc::{Receiver, Sender, channel};

const CAPACITY: usize = 4;

// What became of a request. The fetcher decides it.
// TODO: There's a third possibility.
enum Outcome {
    Fine,
    Broken(reqwest::Error),
}

// The page is empty unless the outcome is `Fine`.
struct Page {
    url: Url,
    outcome: Outcome,
    html: String,
}

struct Visit {
    url: Url,
    outcome: Outcome,
    links: Vec<Url>,
}

#[derive(Debug, Default, PartialEq)]
struct Report {
    fine: usize,
    moved: usize,
    broken: usize,
}

async fn check_site(client: &Client, start: Url) -> Report {
    let (jobs_in, jobs) = channel(CAPACITY);
    let (pages_in, pages) = channel(CAPACITY);
    let (visits_in, visits) = channel(CAPACITY);
    let (report, (), ()) = tokio::join!(
        crawl(start, jobs_in, visits),
        fetch_stage(client, jobs, pages_in),
        parse_stage(pages, visits_in),
    );
    report
}

async fn crawl(
    start: Url,
    jobs: Sender<Url>,
    mut visits: Receiver<Visit>,
) -> Report {
    let (mut frontier, mut report) = (Frontier::default(), Report::default());
    frontier.add(start);
    let (mut next, mut in_flight) = (None, 0);
    loop {
        next = next.or_else(|| frontier.take());
        if next.is_none() && in_flight == 0 {
            return report;
        }
        tokio::select! {
            permit = jobs.reserve(), if next.is_some() => {
                let Ok(permit) = permit else { return report };
                let Some(url) = next.take() else { return report };
                permit.send(url);
                in_flight += 1;
            }
            visit = visits.recv() => {
                let Some(visit) = visit else { return report };
                in_flight -= 1;
                match visit.outcome {
                    Outcome::Fine => report.fine += 1,
                    Outcome::Broken(error) => {
                        report.broken += 1;
                        println!("{}: {error}", visit.url.path());
                    }
                }
                visit.links.into_iter().for_each(|url| frontier.add(url));
            }
        }
    }
}

// Fetches one page after the other.
async fn fetch_stage(
    client: &Client,
    mut jobs: Receiver<Url>,
    pages: Sender<Page>,
) {
    while let Some(url) = jobs.recv().await {
        let fetched = fetch(client, &url).await;
        let (outcome, html) = fetched
            .unwrap_or_else(|error| (Outcome::Broken(error), String::new()));
        if pages.send(Page { url, outcome, html }).await.is_err() {
            return;
        }
    }
}

// TODO: A redirect isn't an error, and not a page either.
async fn fetch(
    client: &Client,
    url: &Url,
) -> reqwest::Result<(Outcome, String)> {
    let response = client.get(url.clone()).send().await?.error_for_status()?;
    Ok((Outcome::Fine, response.text().await?))
}

async fn parse_stage(mut pages: Receiver<Page>, visits: Sender<Visit>) {
    while let Some(Page { url, outcome, html }) = pages.recv().await {
        let links = links_in(&html, &url);
        if visits.send(Visit { url, outcome, links }).await.is_err() {
            return;
        }
    }
}

// The start page has these links. `/old` has this fault and a link to `/news`.
fn library(links: &[&str], fault: Fault) -> Builder {
    let site = site_with(links).also("/news", "text/html", "No news");
    let site = site.also_failing("/old", page_with(&["/news"]), fault);
    MockWeb::builder().sites([site])
}

fn main() {
    let web = library(&["/old", "/missing"], Fault::Redirect { hops: 2 });
    show(web, async |web, _client| {
        let report = check_site(&client(), start_page(web)).await;
        println!("{report:?}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::checker::requested;
    use exercises::{PATIENCE, check};
    use tokio::time::timeout;

    // Checks the site, and compares the report and the requests.
    fn assert_report(web: Builder, expected: Report, pages: &[&str]) {
        check(web, async |web, _client| {
            let client = client();
            let report = check_site(&client, start_page(web));
            let report = timeout(PATIENCE, report).await;
            let report = report.expect("it waits for a visit, or in a circle");
            assert_eq!(requested(web), pages, "requested pages");
            assert_eq!(report, expected, "the report");
        });
    }

    #[test]
    fn a_redirect_is_counted_apart_and_its_page_is_requested_once() {
        let links = ["/old", "/old?hop=1", "/missing"];
        assert_report(
            library(&links, Fault::Redirect { hops: 2 }),
            Report { fine: 3, moved: 2, broken: 1 },
            &["/", "/missing", "/news", "/old", "/old?hop=1", "/old?hop=2"],
        );
    }

    #[test]
    fn a_redirect_that_leads_to_itself_is_requested_once() {
        assert_report(
            library(&["/old"], Fault::RedirectLoop),
            Report { fine: 1, moved: 1, broken: 0 },
            &["/", "/old"],
        );
    }
}
