// `sizes` fetches three pages with three tasks. The caller may drop it before
// it's done, for example when a timeout expires. But then its tasks keep
// running, and the sites send pages that nothing reads. The same happens when
// one page fails and `sizes` returns early.
//
// Change `sizes` so that no request is in flight after it has been dropped, or
// has returned an error. It should still return the sizes in the order of the
// URLs. The tests look at the clients that have left in the middle of a page.
//
// Run it and look at the bars: the timeout expires after 300 ms.

use std::time::Duration;

use exercises::{show, urls};
use mock_server::MockWeb;
use reqwest::Client;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

async fn page_size(client: Client, url: String) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// A `JoinHandle` doesn't own its task: dropping it detaches the task. A
// `JoinSet` aborts its tasks when it's dropped, and that happens on every way
// out of this function: when it returns, when `?` returns early, and when its
// future is dropped. The results arrive as the tasks end, so each task returns
// the index of its URL as well.
//
// The common wrong answer is to call `task.abort()` for each task after the
// loop. If the future is dropped at an `.await`, the lines after it never run.
//
// Do these have to be tasks? `futures::future::try_join_all` of the futures is
// right, too. They're part of this future, they're dropped with it, and their
// results keep the order of the URLs.
async fn sizes(client: &Client, urls: &[&str]) -> anyhow::Result<Vec<usize>> {
    let mut tasks = JoinSet::new();
    for (index, &url) in urls.iter().enumerate() {
        let size = page_size(client.clone(), url.to_owned());
        tasks.spawn(async move { (index, size.await) });
    }
    let mut sizes = vec![0; urls.len()];
    while let Some(result) = tasks.join_next().await {
        let (index, size) = result?;
        sizes[index] = size?;
    }
    Ok(sizes)
}

fn main() {
    show(MockWeb::builder(), async |web, client| {
        let urls = urls(web);
        let limit = Duration::from_millis(300);
        match timeout(limit, sizes(client, &urls)).await {
            Ok(Ok(sizes)) => println!("{sizes:?} bytes"),
            Ok(Err(error)) => println!("failed: {error:#}"),
            Err(_elapsed) => println!("gave up"),
        }
        // The program does something else.
        sleep(Duration::from_millis(700)).await;
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees, sites};
    use futures::future::{Either, select};
    use mock_server::{Fault, Site, page};
    use std::pin::pin;

    const SITES: [&str; 3] = ["a.example", "b.example", "c.example"];

    // Drops it as a timeout would, when all three requests have arrived.
    async fn drop_in_the_middle(web: &MockWeb, client: &Client) {
        let urls = urls(web);
        let sizes = Box::pin(sizes(client, &urls));
        let arrived = pin!(sees(web, |record| record.in_flight() == 3));
        match select(sizes, arrived).await {
            Either::Left((sizes, _)) => panic!("no site responds: {sizes:?}"),
            Either::Right((arrived, _sizes)) => {
                assert!(arrived, "three requests are in flight together");
            }
        }
    }

    #[test]
    fn no_request_is_in_flight_after_it_was_dropped() {
        let mut web = sites(SITES);
        for site in SITES {
            web = web.fault(site, Fault::Hang);
        }
        check(web, async |web, client| {
            drop_in_the_middle(web, client).await;
            let all_left = sees(web, |record| record.client_gone() == 3).await;
            let in_flight = web.record().in_flight();
            assert!(all_left, "{in_flight} requests are still in flight");
        });
    }

    #[test]
    fn no_request_is_in_flight_after_one_page_has_failed() {
        let web = sites(SITES)
            .fault("a.example", Fault::Delay { time: Duration::from_secs(1) })
            .fault("b.example", Fault::Hang)
            .fault("c.example", Fault::Hang);
        check(web, async |web, client| {
            let mut urls = urls(web);
            let missing = format!("{}/missing", urls[0]);
            urls[0] = &missing;
            let sizes = timeout(PATIENCE, sizes(client, &urls)).await;
            let sizes = sizes.expect("it doesn't wait for those that hang");
            assert!(sizes.is_err(), "one page is missing");
            let left = sees(web, |record| record.client_gone() == 2).await;
            assert!(left, "the other requests are still in flight");
        });
    }

    #[test]
    fn three_requests_are_in_flight_together() {
        check(sites(SITES).gate(3, PATIENCE), async |web, client| {
            let sizes = sizes(client, &urls(web)).await;
            assert_eq!(sizes.expect("all pages arrive"), [1_000; 3]);
        });
    }

    #[test]
    fn the_sizes_are_in_the_order_of_the_urls() {
        let slow = Site::new("slow.example").page(page("A page", 2_000, 300));
        let fast = Site::new("fast.example").page(page("A page", 3_000, 300));
        let slow =
            slow.fault(Fault::Delay { time: Duration::from_millis(300) });
        check(MockWeb::builder().sites([slow, fast]), async |web, client| {
            let sizes = sizes(client, &urls(web)).await;
            assert_eq!(sizes.expect("both pages arrive"), [2_000, 3_000]);
        });
    }
}
