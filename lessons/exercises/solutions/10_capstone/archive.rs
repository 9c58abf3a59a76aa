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
use futures::stream::{self, StreamExt};
use mock_server::{Builder, Fault, MockWeb, Site, page};
use reqwest::{Client, StatusCode};
use scraper::{Html, Selector};
use tokio_util::sync::CancellationToken;

const LARGEST: usize = 50_000;
const AT_ONCE: usize = 4;

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

// Lesson 08: the size is checked before a chunk is kept. Returning drops the
// response, so the archive stops sending.
async fn read(client: &Client, url: &str) -> Result<Vec<u8>, Failure> {
    let mut response = client.get(url).send().await?.error_for_status()?;
    let mut page = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if page.len() + chunk.len() > LARGEST {
            return Err(Failure::TooLarge);
        }
        page.extend_from_slice(&chunk);
    }
    Ok(page)
}

// Lesson 06: the error is a value that says what went wrong.
fn is_temporary(failure: &Failure) -> bool {
    let temporary = Some(StatusCode::SERVICE_UNAVAILABLE);
    matches!(failure, Failure::Request(error) if error.status() == temporary)
}

// Lesson 07: check `stop` where nothing can be lost, before a page is started.
// The second request belongs to a page that was started. The common wrong
// answer is a `select!` with `stop.cancelled()` around everything, which cuts
// pages off.
async fn entry(client: &Client, url: &str, stop: &CancellationToken) -> Entry {
    if stop.is_cancelled() {
        return Err(Failure::NotStarted);
    }
    let page = match read(client, url).await {
        Err(failure) if is_temporary(&failure) => read(client, url).await,
        result => result,
    };
    title(&page?)
}

// Lesson 05: `buffered` limits the requests and keeps the order, and the
// results stay results. When `stop` is cancelled, the remaining futures are
// still made and polled, and each returns right away that its page wasn't
// started, so every page has an entry. The common wrong answer ends the stream
// there, and the list is too short.
async fn archive(
    client: &Client,
    urls: &[String],
    stop: &CancellationToken,
) -> Vec<Entry> {
    stream::iter(urls)
        .map(|url| entry(client, url, stop))
        .buffered(AT_ONCE)
        .collect()
        .await
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
