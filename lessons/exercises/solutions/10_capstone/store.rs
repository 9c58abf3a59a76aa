// This crawler has three stages in a circle: `crawl` sends URLs to
// `fetch_stage`, which sends pages to `parse_stage`, which sends links back to
// `crawl`. The parser also stores each page. While a slow disk writes one, the
// parser finds no links, so soon there's nothing left to request.
//
// Make storing a stage of its own. It receives pages from a new channel with
// room for `CAPACITY` pages, stores one after the other, and sends nothing.
// Once the other stages have ended, it stores the pages that are still in its
// channel, and then it ends, too. So decide first which stage sends the pages,
// and where the last sender is dropped. The other two stages, `crawl` and
// `fetch_stage`, are in `src/checker.rs` and can stay as they are.
//
// The tests check which pages are requested while the disk writes, that every
// page is stored when `crawl_and_store` returns, and that it does return.

use std::time::Duration;

use exercises::checker::{
    Page, Visit, crawl, fetch_stage, links_in, page_with, site_with, start_page,
};
use exercises::show;
use mock_server::{Builder, MockWeb};
use reqwest::{Client, Url};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::sleep;

const CAPACITY: usize = 4;

// The new channel has one sender, which the parser owns. When the crawl ends,
// each stage ends the next one, because it drops its sender: `crawl` ends the
// fetcher, the fetcher ends the parser, and the parser ends the new stage.
//
// The common wrong answer gives the parser a clone of `stored_in`, or a
// reference. Then `stored_in` itself lives until this function returns, which
// waits for the stage, which waits for `stored_in`.
//
// Another wrong answer spawns a task for each page. Then nothing limits how
// many pages are in memory, and pages are lost if the program exits first.
async fn crawl_and_store(
    client: &Client,
    start: Url,
    store: impl AsyncFnMut(&Url, String),
) {
    let (jobs_in, jobs) = channel(CAPACITY);
    let (pages_in, pages) = channel(CAPACITY);
    let (visits_in, visits) = channel(CAPACITY);
    let (stored_in, stored) = channel(CAPACITY);
    tokio::join!(
        crawl(start, jobs_in, visits),
        fetch_stage(client, jobs, pages_in),
        parse_stage(pages, visits_in, stored_in),
        store_stage(stored, store),
    );
}

// The parser still waits for the disk when the new channel is full. It should:
// otherwise the pages would pile up in memory. That can't become a deadlock,
// because the new stage waits only for the disk, and never for another stage.
async fn parse_stage(
    mut pages: Receiver<Page>,
    visits: Sender<Visit>,
    stored: Sender<(Url, String)>,
) {
    while let Some(Page { url, html }) = pages.recv().await {
        let links = match html {
            Ok(html) => {
                let links = links_in(&html, &url);
                if stored.send((url.clone(), html)).await.is_err() {
                    return;
                }
                Ok(links)
            }
            Err(error) => Err(error),
        };
        if visits.send(Visit { url, links }).await.is_err() {
            return;
        }
    }
}

async fn store_stage(
    mut pages: Receiver<(Url, String)>,
    mut store: impl AsyncFnMut(&Url, String),
) {
    while let Some((url, html)) = pages.recv().await {
        store(&url, html).await;
    }
}

// The start page has a link to 1, which has a link to 2, and so on.
fn chain() -> Builder {
    let mut site = site_with(&["/1"]);
    for (page, link) in [("/1", "/2"), ("/2", "/3"), ("/3", "/")] {
        site = site.also(page, "text/html", page_with(&[link]));
    }
    MockWeb::builder().sites([site])
}

fn main() {
    show(chain(), async |web, client| {
        crawl_and_store(client, start_page(web), async |url, html| {
            sleep(Duration::from_millis(300)).await;
            println!("{}: {} bytes stored", url.path(), html.len());
        })
        .await;
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees};
    use tokio::time::timeout;

    // The paths of the pages that were stored. The disk writes the first page
    // until `written` returns, and the others more slowly than they come.
    async fn stored(
        web: &MockWeb,
        client: &Client,
        written: impl AsyncFn(),
    ) -> Vec<String> {
        let mut stored = Vec::new();
        let store = async |url: &Url, _html| {
            if stored.is_empty() {
                written().await;
            }
            sleep(Duration::from_millis(5)).await;
            stored.push(url.path().to_owned());
        };
        let crawl = crawl_and_store(client, start_page(web), store);
        let ended = timeout(2 * PATIENCE, crawl).await;
        assert!(ended.is_ok(), "a stage still waits: which sender is left?");
        stored
    }

    #[test]
    fn links_are_followed_while_the_disk_writes() {
        check(chain(), async |web, client| {
            let stored = stored(web, client, async || {
                sees(web, |record| record.exchanges().len() == 4).await;
                let requests = web.record().exchanges().len();
                assert_eq!(requests, 4, "requests while the disk writes");
            });
            assert_eq!(stored.await, ["/", "/1", "/2", "/3"], "stored pages");
        });
    }

    // The start page has links to 30 others, and one of them doesn't exist.
    #[test]
    fn a_slow_disk_slows_the_crawl_down_and_loses_no_page() {
        let links: Vec<_> = (1..=30).map(|page| format!("/{page}")).collect();
        let mut site = site_with(&links);
        for link in &links[1..] {
            site = site.also(link, "text/html", "A page");
        }
        check(MockWeb::builder().sites([site]), async |web, client| {
            let stored = stored(web, client, async || {
                // Until all pages are requested, or at least as long as that
                // could take.
                let all =
                    web.wait_until(|record| record.exchanges().len() == 31);
                let _ = timeout(Duration::from_secs(1), all).await;
                let requests = web.record().exchanges().len();
                assert!(requests < 31, "all are requested during one write");
            });
            assert_eq!(stored.await.len(), 30, "stored pages");
        });
    }
}
