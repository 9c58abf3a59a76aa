// This exercise brings lessons 05 to 08 together. The program collects the
// titles of the pages of an archive. It works as long as nothing goes wrong.
// Change `archive`, `entry` and `read` so that:
//
// - at most four requests are in flight (lesson 05);
// - every page has an entry, in the order of the pages, even if other pages
//   fail (lessons 05 and 06);
// - a page is requested a second time if the archive responds with a 503, and
//   no other page is (lesson 06);
// - no page is started after `stop` is cancelled. Pages that were started are
//   finished, and the entries of the others say that they weren't (lesson 07);
// - reading stops when a page turns out to be larger than `LARGEST` bytes
//   (lesson 08).
//
// There are six tests, about one for each point. Take them one after the other.

use std::sync::LazyLock;
use std::time::Duration;

use exercises::show;
use futures::future::try_join_all;
use mock_server::{Builder, Fault, MockWeb, Site, page};
use reqwest::Client;
use scraper::{Html, Selector};
use tokio_util::sync::CancellationToken;

const LARGEST: usize = 50_000;

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("no page: {0}")]
    Request(#[from] reqwest::Error),
    #[error("the page has more than {LARGEST} bytes")]
    TooLarge,
    #[error("the page has no title")]
    NoTitle,
    #[error("not started")]
    NotStarted,
}

type Entry = Result<String, Failure>;

static TITLE: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("title").expect("a valid selector"));

// The archive's pages are small, so we can parse them on the runtime's thread.
fn title(page: &[u8]) -> Entry {
    let html = Html::parse_document(&String::from_utf8_lossy(page));
    let title = html.select(&TITLE).next().ok_or(Failure::NoTitle)?;
    Ok(title.text().collect())
}

// TODO: It reads the whole page before it checks the size.
async fn read(client: &Client, url: &str) -> Result<Vec<u8>, Failure> {
    let response = client.get(url).send().await?.error_for_status()?;
    let page = response.bytes().await?.to_vec();
    if page.len() > LARGEST { Err(Failure::TooLarge) } else { Ok(page) }
}

// TODO: A 503 deserves a second request, and after `stop` no page may start.
async fn entry(client: &Client, url: &str, stop: &CancellationToken) -> Entry {
    if stop.is_cancelled() {
        return Err(Failure::NotStarted);
    }
    title(&read(client, url).await?)
}

// TODO: At most four at a time, and an entry for every page.
async fn archive(
    client: &Client,
    urls: &[String],
    stop: &CancellationToken,
) -> Vec<Entry> {
    let entries = urls.iter().map(|url| entry(client, url, stop));
    match try_join_all(entries).await {
        Ok(titles) => titles.into_iter().map(Ok).collect(),
        Err(failure) => vec![Err(failure)],
    }
}

// An archive of twelve pages. If there is a fault, the third page has it.
fn twelve(fault: Option<Fault>, delay: Duration) -> Builder {
    let mut site = Site::new("archive.example").delay(delay);
    for number in 0..12 {
        let path = format!("/{number}");
        let page = page(&format!("Page {number}"), 1_000, 100);
        site = match &fault {
            Some(fault) if number == 2 => {
                site.also_failing(&path, page, fault.clone())
            }
            _ => site.also(&path, "text/html", page),
        };
    }
    MockWeb::builder().sites([site])
}

fn urls(web: &MockWeb) -> Vec<String> {
    let archive = web.url("archive.example").trim_end_matches('/');
    (0..12).map(|number| format!("{archive}/{number}")).collect()
}

fn main() {
    let busy: Result<Fault, _> = "fail-first?n=1&with=503".parse();
    let web = twelve(busy.ok(), Duration::from_millis(100));
    show(web, async |web, client| {
        let stop = CancellationToken::new();
        for entry in archive(client, &urls(web), &stop).await {
            match entry {
                Ok(title) => println!("{title}"),
                Err(failure) => println!("{failure}"),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees};
    use futures::future::join;
    use mock_server::Outcome;
    use tokio::time::timeout;

    const NONE: Duration = Duration::ZERO;

    fn fault(text: &str) -> Option<Fault> {
        Some(text.parse().expect("it is a fault"))
    }

    // The entries, and the number of requests for the third page.
    async fn entries(web: &MockWeb, client: &Client) -> (Vec<Entry>, usize) {
        let (stop, urls) = (CancellationToken::new(), urls(web));
        let all = timeout(PATIENCE, archive(client, &urls, &stop)).await;
        let all = all.expect("nothing hangs");
        let record = web.record();
        let third = record.exchanges().filter(|page| page.path == "/2");
        (all, third.count())
    }

    fn assert_other_entries(entries: &[Entry]) {
        assert_eq!(entries.len(), 12, "an entry for each page: {entries:?}");
        for (number, entry) in entries.iter().enumerate() {
            if number != 2 {
                let title = format!("Page {number}");
                assert_eq!(entry.as_ref().ok(), Some(&title), "{entry:?}");
            }
        }
    }

    #[test]
    fn lesson_05_four_are_in_flight_and_not_more() {
        let web = twelve(None, NONE).gate(4, PATIENCE);
        check(web, async |web, client| {
            let (entries, _) = entries(web, client).await;
            assert_other_entries(&entries);
            let most = web.record().max_in_flight();
            assert_eq!(most, 4, "{most} were in flight at once");
        });
    }

    #[test]
    fn lesson_06_a_page_that_fails_takes_nothing_from_the_others() {
        for status in ["404", "500"] {
            let fault = fault(&format!("status?code={status}"));
            check(twelve(fault, NONE), async |web, client| {
                let (entries, requests) = entries(web, client).await;
                assert_other_entries(&entries);
                let third = &entries[2];
                assert!(matches!(third, Err(Failure::Request(_))), "{third:?}");
                assert_eq!(requests, 1, "requests for a {status}");
            });
        }
    }

    #[test]
    fn lesson_06_a_503_gets_exactly_one_more_request() {
        let faults =
            [("fail-first?n=1&with=503", true), ("status?code=503", false)];
        for (busy, succeeds) in faults {
            check(twelve(fault(busy), NONE), async |web, client| {
                let (entries, requests) = entries(web, client).await;
                assert_other_entries(&entries);
                assert_eq!(entries[2].is_ok(), succeeds, "{busy}");
                assert_eq!(requests, 2, "requests: {busy}");
            });
        }
    }

    #[test]
    fn lesson_07_started_pages_are_finished_and_no_more_are_started() {
        let web = twelve(None, Duration::from_secs(1));
        check(web, async |web, client| {
            let (stop, urls) = (CancellationToken::new(), urls(web));
            let stopping = async {
                let started = sees(web, |record| record.in_flight() == 4).await;
                assert!(started, "four pages are started");
                stop.cancel();
            };
            let archive = archive(client, &urls, &stop);
            let (entries, ()) = join(archive, stopping).await;
            assert_eq!(entries.len(), 12, "an entry for each page");
            for (number, entry) in entries.iter().enumerate() {
                let is_started = !matches!(entry, Err(Failure::NotStarted));
                assert_eq!(is_started, number < 4, "page {number}: {entry:?}");
            }
            assert_eq!(web.record().count(Outcome::Complete), 4);
            assert_eq!(web.record().exchanges().len(), 4, "started pages");
        });
    }

    #[test]
    fn lesson_08_an_endless_page_is_refused_while_it_arrives() {
        let endless = fault("endless?chunk=5000&pause=5");
        check(twelve(endless, NONE), async |web, client| {
            let (entries, _) = entries(web, client).await;
            assert_other_entries(&entries);
            let third = &entries[2];
            assert!(matches!(third, Err(Failure::TooLarge)), "{third:?}");
            let left = sees(web, |record| record.in_flight() == 0).await;
            assert!(left, "the rest of the page is not read");
        });
    }

    #[test]
    fn lesson_08_a_page_without_a_title_has_an_entry() {
        let web = twelve(fault("title?as=none"), NONE);
        check(web, async |web, client| {
            let (entries, requests) = entries(web, client).await;
            assert_other_entries(&entries);
            assert!(matches!(entries[2], Err(Failure::NoTitle)));
            assert_eq!(requests, 1);
        });
    }
}
