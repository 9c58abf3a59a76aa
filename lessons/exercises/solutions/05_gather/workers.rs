// Three workers take the pages of a shop from one channel, fetch them, and add
// up their sizes. With four pages that works. With more, the program hangs, and
// the shop sees no request at all.
//
// Change `total` so that it finishes with any number of pages, and `worker` so
// that three requests are in flight. The channel keeps its capacity.
//
// The tests check that it finishes, that three requests are in flight and never
// more, and that a page that fails ends nothing.

use std::sync::Arc;
use std::time::Duration;

use exercises::show;
use mock_server::{Builder, MockWeb, Site};
use reqwest::Client;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinSet;

const WORKERS: usize = 3;
const CAPACITY: usize = 4;

type Jobs = Arc<Mutex<Receiver<String>>>;

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// The head of a `while let` keeps its temporary values until the end of the
// body, and the guard is one. So receiving gets a statement of its own.
async fn worker(client: Client, jobs: Jobs) -> usize {
    let mut total = 0;
    loop {
        let job = jobs.lock().await.recv().await;
        let Some(url) = job else { return total };
        match page_size(&client, &url).await {
            Ok(bytes) => total += bytes,
            Err(error) => println!("{error}"),
        }
    }
}

// The fifth `send` waits for room, and nothing makes room before the workers
// run. An `asyncio.Queue` has no limit unless you set one, so in Python it's
// common to fill the queue first. Here the workers start first.
//
// A common wrong answer is a larger capacity. It only moves the hang to a
// longer list. An `unbounded_channel` doesn't hang, but then all jobs are in
// memory.
async fn total(client: &Client, urls: &[String]) -> usize {
    let (sender, receiver) = mpsc::channel(CAPACITY);
    let jobs = Arc::new(Mutex::new(receiver));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(worker(client.clone(), Arc::clone(&jobs)));
    }
    for url in urls {
        sender.send(url.clone()).await.expect("the receiver is there");
    }
    drop(sender);
    workers.join_all().await.into_iter().sum()
}

fn shop() -> Builder {
    let site = Site::new("shop.example").delay(Duration::from_millis(100));
    MockWeb::builder().sites([site])
}

fn twelve(web: &MockWeb) -> Vec<String> {
    vec![web.url("shop.example").to_owned(); 12]
}

fn main() {
    show(shop(), async |web, client| {
        let urls = twelve(web);
        let total = total(client, &urls);
        match tokio::time::timeout(Duration::from_secs(2), total).await {
            Ok(bytes) => println!("{bytes} bytes in all"),
            Err(_elapsed) => println!("gave up"),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sites};
    use mock_server::Fault;
    use tokio::time::timeout;

    #[test]
    fn it_finishes_with_twelve_pages() {
        check(shop(), async |web, client| {
            let urls = twelve(web);
            let total = timeout(2 * PATIENCE, total(client, &urls)).await;
            let requests = web.record().exchanges().len();
            let total = total.unwrap_or_else(|_elapsed| {
                panic!("it hangs after {requests} requests")
            });
            assert_eq!(total, 12_000);
        });
    }

    // No request gets a response before three have arrived.
    #[test]
    fn three_requests_are_in_flight_and_never_more() {
        check(shop().gate(3, PATIENCE), async |web, client| {
            let urls = twelve(web);
            let total = timeout(4 * PATIENCE, total(client, &urls)).await;
            let most = web.record().max_in_flight();
            assert_eq!(most, 3, "{most} were in flight");
            assert_eq!(total.expect("it hangs"), 12_000);
        });
    }

    #[test]
    fn a_page_that_fails_ends_nothing() {
        let web = sites(["shop.example", "down.example"]);
        let web = web.fault("down.example", Fault::Refused);
        check(web, async |web, client| {
            let mut urls = twelve(web);
            urls[3] = web.url("down.example").to_owned();
            let total = timeout(2 * PATIENCE, total(client, &urls)).await;
            assert_eq!(total.expect("it hangs"), 11_000);
        });
    }
}
