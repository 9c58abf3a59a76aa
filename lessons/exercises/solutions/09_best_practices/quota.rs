// A program may send each site at most `QUOTA` requests, which is two. Its
// tasks count the requests in a map they share, and they never hold the lock
// while they wait. Still, the server sees six requests for each site.
//
// Change `page_within_quota` so that no site gets more requests than its quota.
// Requests within the quota should still be in flight at the same time. You
// don't need to give back a request that fails.
//
// The tests check how many requests each site got, how many were in flight at
// the same time, and how many pages the tasks return.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use exercises::{show, sites};
use mock_server::{Builder, MockWeb};
use reqwest::Client;
use tokio::task::JoinSet;

const QUOTA: usize = 2;

/// How many requests each site has been sent.
type Requests = Arc<Mutex<HashMap<String, usize>>>;

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// Returns whether there was a request left, and counts it. Looking and counting
// belong together, so they're under one lock. In a function that isn't async,
// no `.await` can come between them.
fn take_one(requests: &Mutex<HashMap<String, usize>>, site: &str) -> bool {
    let mut requests = requests.lock().expect("no panic");
    let sent = requests.entry(site.to_owned()).or_default();
    if *sent >= QUOTA {
        return false;
    }
    *sent += 1;
    true
}

// A result is counted after the wait, but a permission has to be taken before
// it. So a task counts its request before it sends it, and the next task sees
// that in the map, although no response has come.
//
// A common wrong answer adds one after the page has arrived, in a single
// statement. No count is lost then, and the map says six. But it's too late:
// the six requests have been sent. Another wrong answer holds the lock of a
// Tokio `Mutex` during the request. The quota is kept, but only one request is
// in flight at a time.
//
// To look under one lock and count under a second one, before the request, is
// wrong as well. These tests can't see it, because they have one thread. With
// several, two tasks can look before either of them counts.
async fn page_within_quota(
    client: Client,
    site: String,
    url: String,
    requests: Requests,
) -> Option<usize> {
    if !take_one(&requests, &site) {
        return None;
    }
    page_size(&client, &url).await.ok()
}

/// Tries to fetch six pages of each site. How many arrive?
async fn pages(web: &MockWeb, client: &Client) -> usize {
    let requests = Requests::default();
    let mut tasks = JoinSet::new();
    for (site, url) in web.sites() {
        for _ in 0..6 {
            tasks.spawn(page_within_quota(
                client.clone(),
                site.to_owned(),
                url.to_owned(),
                Arc::clone(&requests),
            ));
        }
    }
    tasks.join_all().await.into_iter().flatten().count()
}

fn two_sites() -> Builder {
    sites(["a.example", "b.example"])
}

fn main() {
    show(two_sites(), async |web, client| {
        println!("{} pages", pages(web, client).await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check};
    use mock_server::{Fault, StatusCode};

    #[test]
    fn each_site_gets_as_many_requests_as_its_quota() {
        check(two_sites(), async |web, client| {
            let pages = pages(web, client).await;
            for (site, _url) in web.sites() {
                let requests = web.record().requests(site);
                assert_eq!(requests, QUOTA, "{site} got {requests} requests");
            }
            assert_eq!(pages, 2 * QUOTA, "pages");
        });
    }

    // No request gets a response before four have arrived.
    #[test]
    fn requests_within_the_quota_are_in_flight_at_the_same_time() {
        check(two_sites().gate(4, PATIENCE), async |web, client| {
            pages(web, client).await;
            let most = web.record().max_in_flight();
            assert_eq!(most, 4, "{most} requests were in flight");
        });
    }

    #[test]
    fn a_site_that_fails_gets_no_more_than_its_quota() {
        let unavailable = Fault::Status {
            code: StatusCode::SERVICE_UNAVAILABLE,
            retry_after: None,
        };
        let web = two_sites().fault("a.example", unavailable);
        check(web, async |web, client| {
            let pages = pages(web, client).await;
            let requests = web.record().requests("a.example");
            assert_eq!(requests, QUOTA, "a.example got {requests} requests");
            assert_eq!(pages, QUOTA, "pages");
        });
    }
}
