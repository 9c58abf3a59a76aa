// One task fetches page after page, and another works on them and is slower.
// The channel between them takes whatever comes, so the pages pile up in memory
// until there is none left.
//
// Let the one who fetches wait for the one who works. Three pages on their way
// are enough, with the one that is worked on and the one that waits to be sent.

use std::time::Duration;

use exercises::show;
use mock_server::{MockWeb, Site};
use reqwest::Client;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

async fn page(client: &Client, url: &str) -> reqwest::Result<String> {
    let response = client.get(url).send().await?.error_for_status()?;
    response.text().await
}

// A channel with room for one page: one is being worked on, one is in the
// channel, and one is in the hand of the task, whose `send` waits until there
// is room. That wait is all there is to backpressure: it goes from the slow to
// the fast, and if the site could be told to send slower, it would go on to
// there.
//
// The common wrong answer is `try_send`, or `sleep` in the task. The first
// drops pages when there is no room. The second guesses how slow the work is.
//
// A `Semaphore` of three permits is right, too, if each page keeps its permit
// until the work on it is done. The channel does the same with less.
async fn each_page(
    client: &Client,
    urls: Vec<String>,
    mut work: impl AsyncFnMut(String),
) {
    let (sender, mut receiver) = mpsc::channel(1);
    let client = client.clone();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        for url in urls {
            if let Ok(page) = page(&client, &url).await {
                // It fails when nobody receives any more.
                if sender.send(page).await.is_err() {
                    break;
                }
            }
        }
    });
    while let Some(page) = receiver.recv().await {
        work(page).await;
    }
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
            println!("{worked} done, {fetched} asked for");
        })
        .await;
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{check, sites};

    #[test]
    fn no_more_than_three_pages_are_on_their_way() {
        check(sites(["a.example"]), async |web, client| {
            let mut most = 0;
            each_page(client, twenty(web), async |_page| {
                if most == 0 {
                    // The work on the first takes long: until all pages are
                    // asked for, or for as long as that may take.
                    let all =
                        web.wait_until(|record| record.exchanges().len() == 20);
                    let long = Duration::from_secs(1);
                    let _ = tokio::time::timeout(long, all).await;
                    most = web.record().exchanges().len();
                }
            })
            .await;
            assert!(most <= 3, "{most} pages were asked for, and none done");
        });
    }

    #[test]
    fn every_page_is_worked_on() {
        check(sites(["a.example"]), async |web, client| {
            let mut worked = 0;
            each_page(client, twenty(web), async |page| {
                assert_eq!(page.len(), 1_000);
                worked += 1;
                // Slower than the pages come.
                tokio::time::sleep(Duration::from_millis(5)).await;
            })
            .await;
            assert_eq!(worked, 20);
        });
    }
}
