// A task owns a cache of page sizes, and other tasks send it requests. Each
// request brings a `oneshot` sender for the reply. But callers may stop
// waiting, perhaps because of a timeout. Then the cache ends, and all other
// callers get `None`. And if a caller leaves while its request is still in the
// channel, its page is fetched all the same.
//
// Change `run` so that it survives a caller that has left, and sends no request
// to a site for a caller that had left before its turn. You don't need to stop
// a fetch that has already begun.
//
// The tests let callers leave at both moments, and check the replies to the
// others and what the sites see.

use std::collections::HashMap;
use std::time::Duration;

use exercises::{show, urls};
use mock_server::MockWeb;
use reqwest::Client;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::oneshot;
use tokio::time::timeout;

struct Request {
    url: String,
    reply: oneshot::Sender<reqwest::Result<usize>>,
}

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// TODO: A caller may have stopped waiting.
async fn run(client: Client, mut requests: Receiver<Request>) {
    let mut sizes = HashMap::new();
    while let Some(Request { url, reply }) = requests.recv().await {
        let size = match sizes.get(&url) {
            Some(&bytes) => Ok(bytes),
            None => page_size(&client, &url).await,
        };
        if let Ok(bytes) = size {
            sizes.insert(url, bytes);
        }
        reply.send(size).expect("the caller waits");
    }
}

#[derive(Clone)]
struct Cache {
    requests: Sender<Request>,
}

impl Cache {
    fn start(client: Client) -> Cache {
        let (requests, receiver) = mpsc::channel(8);
        tokio::spawn(run(client, receiver));
        Cache { requests }
    }

    // `None` if the cache has ended, or the page doesn't come.
    async fn size(&self, url: &str) -> Option<usize> {
        let (reply, response) = oneshot::channel();
        let request = Request { url: url.to_owned(), reply };
        self.requests.send(request).await.ok()?;
        response.await.ok()?.ok()
    }
}

fn main() {
    show(MockWeb::builder(), async |web, client| {
        let cache = Cache::start(client.clone());
        for (url, limit) in urls(web).into_iter().zip([100, 2_000, 2_000]) {
            let size = cache.size(url);
            match timeout(Duration::from_millis(limit), size).await {
                Ok(Some(bytes)) => println!("{bytes} bytes"),
                Ok(None) => println!("no page"),
                Err(_elapsed) => println!("stopped waiting"),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees, sites};
    use futures::poll;
    use mock_server::Fault;

    const SITES: [&str; 3] = ["a.example", "b.example", "c.example"];
    const SLOW: Fault = Fault::Delay { time: Duration::from_millis(500) };

    async fn size(cache: &Cache, url: &str) -> Option<usize> {
        timeout(PATIENCE, cache.size(url)).await.expect("it hangs")
    }

    #[test]
    fn a_caller_that_leaves_during_the_fetch_does_not_end_the_cache() {
        check(sites(SITES).fault("a.example", SLOW), async |web, client| {
            let cache = Cache::start(client.clone());
            let mut caller = Box::pin(cache.size(web.url("a.example")));
            assert!(poll!(&mut caller).is_pending());
            assert!(sees(web, |record| record.in_flight() == 1).await);
            drop(caller);

            let next = size(&cache, web.url("b.example")).await;
            assert_eq!(next, Some(1_000), "a caller left, and the cache ended");
        });
    }

    #[test]
    fn no_page_is_fetched_for_a_caller_that_has_left() {
        check(sites(SITES).fault("a.example", SLOW), async |web, client| {
            let cache = Cache::start(client.clone());
            let mut first = Box::pin(cache.size(web.url("a.example")));
            assert!(poll!(&mut first).is_pending());
            assert!(sees(web, |record| record.in_flight() == 1).await);
            // This one is in the channel when its caller leaves.
            let mut second = Box::pin(cache.size(web.url("b.example")));
            assert!(poll!(&mut second).is_pending());
            drop(second);

            assert_eq!(size(&cache, web.url("c.example")).await, Some(1_000));
            let requests = web.record().requests("b.example");
            assert_eq!(requests, 0, "a request for a caller that has left");
            assert_eq!(first.await, Some(1_000));
        });
    }

    #[test]
    fn a_page_is_fetched_once() {
        check(sites(SITES), async |web, client| {
            let cache = Cache::start(client.clone());
            for _ in 0..3 {
                let bytes = size(&cache, web.url("a.example")).await;
                assert_eq!(bytes, Some(1_000));
            }
            assert_eq!(web.record().requests("a.example"), 1);
        });
    }

    #[test]
    fn a_failure_is_not_kept() {
        let fault = "fail-first?n=1&with=503".parse().expect("a fault");
        check(sites(SITES).fault("a.example", fault), async |web, client| {
            let cache = Cache::start(client.clone());
            assert_eq!(size(&cache, web.url("a.example")).await, None);
            assert_eq!(size(&cache, web.url("a.example")).await, Some(1_000));
        });
    }
}
