// A task fetches page after page and sends each to `each_page`, which works on
// it. The work takes longer than fetching, and the channel has no limit. So the
// pages pile up, until there's no memory left.
//
// Make the task wait when the work can't keep up. While you work on a page, at
// most two others may have been fetched: one in the channel, and one that the
// task holds until there's room for it. You don't need to make the work faster.
//
// The tests check that at most three pages have been requested while the first
// one is worked on, and that every page is worked on in the end.

use std::time::Duration;

use exercises::show;
use mock_server::{MockWeb, Site};
use reqwest::Client;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

type Page = reqwest::Result<String>;

async fn fetch_page(client: &Client, url: &str) -> Page {
    let response = client.get(url).send().await?.error_for_status()?;
    response.text().await
}

// TODO: This channel has no limit.
async fn each_page(
    client: &Client,
    urls: Vec<String>,
    mut work: impl AsyncFnMut(Page),
) {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let client = client.clone();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        for url in urls {
            let page = fetch_page(&client, &url).await;
            // Fails only if the receiver is gone, and with it the need for
            // pages.
            if sender.send(page).is_err() {
                break;
            }
        }
    });
    while let Some(page) = receiver.recv().await {
        work(page).await;
    }
    // Panics if the task has panicked.
    tasks.join_all().await;
}

fn twenty(web: &MockWeb) -> Vec<String> {
    vec![web.url("a.example").to_owned(); 20]
}

fn main() {
    let site = Site::new("a.example").delay(Duration::from_millis(20));
    show(MockWeb::builder().sites([site]), async |web, client| {
        let mut worked = 0;
        each_page(client, twenty(web), async |_page| {
            tokio::time::sleep(Duration::from_millis(60)).await;
            worked += 1;
            let fetched = web.record().exchanges().len();
            println!("{worked} done, {fetched} requested");
        })
        .await;
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{check, sites};

    #[test]
    fn at_most_three_pages_are_requested_while_the_first_is_worked_on() {
        check(sites(["a.example"]), async |web, client| {
            let mut most = 0;
            each_page(client, twenty(web), async |_page| {
                if most == 0 {
                    // The work on the first page takes until all pages are
                    // requested, or at least as long as that could take.
                    let all =
                        web.wait_until(|record| record.exchanges().len() == 20);
                    let long = Duration::from_secs(1);
                    let _ = tokio::time::timeout(long, all).await;
                    most = web.record().exchanges().len();
                }
            })
            .await;
            assert!(most <= 3, "{most} were requested before one was done");
        });
    }

    #[test]
    fn every_page_is_worked_on() {
        check(sites(["a.example"]), async |web, client| {
            let mut worked = 0;
            each_page(client, twenty(web), async |page| {
                assert_eq!(page.expect("a page").len(), 1_000);
                worked += 1;
                // Slower than the pages come.
                tokio::time::sleep(Duration::from_millis(5)).await;
            })
            .await;
            assert_eq!(worked, 20);
        });
    }
}
