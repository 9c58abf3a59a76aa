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

// TODO: what does the map say while the requests are in flight?
async fn page_within_quota(
    client: Client,
    site: String,
    url: String,
    requests: Requests,
) -> Option<usize> {
    let sent = requests.lock().expect("no panic").get(&site).copied();
    let sent = sent.unwrap_or_default();
    if sent >= QUOTA {
        return None;
    }
    let page = page_size(&client, &url).await;
    requests.lock().expect("no panic").insert(site, sent + 1);
    page.ok()
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
