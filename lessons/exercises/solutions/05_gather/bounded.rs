// A shop has twelve pages of offers and asks you to fetch at most four at a
// time. Your program fetches all at once, and was locked out for it.
//
// Keep four in flight, not more, and not less while there are pages to ask for.
// The sizes stay in the order of the pages.
//
// Run it and look at the bars: no more than four may stand above each other.

use std::time::Duration;

use exercises::show;
use futures::stream::{self, StreamExt};
use mock_server::{Builder, Fault, MockWeb, Site, page};
use reqwest::Client;

type Page = reqwest::Result<usize>;

async fn page_size(client: &Client, url: &str) -> Page {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

const AT_ONCE: usize = 4;

// A stream of futures, of which `buffered` polls the first four. When the first
// of them is ready, its result goes on and the next future comes in. So the
// results are in the order of the pages.
//
// The common wrong answer is `for urls in urls.chunks(4)` with a `join_all` in
// it. It keeps the bound, but each four wait for the slowest of the four
// before: three places stay empty for as long as that takes.
//
// With `buffer_unordered` a slow page holds up nobody, and the results come in
// the order in which they are ready. Here, a slow page holds up those that are
// more than three behind it: that is the price of the order.
async fn page_sizes(client: &Client, urls: &[String]) -> Vec<Page> {
    stream::iter(urls)
        .map(|url| page_size(client, url))
        .buffered(AT_ONCE)
        .collect()
        .await
}

// Twelve pages, the first of 1,000 bytes, the next of 1,001 and so on; at the
// path `/slow` one that fails as it is told.
fn shop(slow: Fault) -> Builder {
    let mut site = Site::new("shop.example").delay(Duration::from_millis(200));
    for number in 0..12 {
        let page = page("Offers", 1_000 + number, 100);
        site = site.also(&format!("/{number}"), "text/html", page);
    }
    let slow = site.also_failing("/slow", page("Slow", 1_000, 100), slow);
    MockWeb::builder().sites([slow])
}

fn offers(web: &MockWeb) -> Vec<String> {
    (0..12).map(|number| offer(web, &number.to_string())).collect()
}

fn offer(web: &MockWeb, path: &str) -> String {
    format!("{}/{path}", web.url("shop.example").trim_end_matches('/'))
}

fn main() {
    show(shop(Fault::Hang), async |web, client| {
        let sizes = page_sizes(client, &offers(web)).await;
        println!("{:?}", sizes.into_iter().flatten().collect::<Vec<_>>());
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees};
    use futures::future::{Either, select};
    use std::pin::pin;

    #[test]
    fn at_most_four_are_in_flight() {
        check(shop(Fault::Hang), async |web, client| {
            page_sizes(client, &offers(web)).await;
            let most = web.record().max_in_flight();
            assert!(most <= 4, "{most} were in flight at once");
        });
    }

    // Nobody gets an answer before four requests are there.
    #[test]
    fn four_are_in_flight() {
        let web = shop(Fault::Hang).gate(4, PATIENCE);
        check(web, async |web, client| {
            page_sizes(client, &offers(web)).await;
            let most = web.record().max_in_flight();
            assert!(most >= 4, "at most {most} were in flight");
        });
    }

    #[test]
    fn the_sizes_are_in_the_order_of_the_pages() {
        // The first one takes its time.
        let slow = Fault::Delay { ms: 600 };
        check(shop(slow), async |web, client| {
            let mut urls = offers(web);
            urls[0] = offer(web, "slow");
            let sizes = page_sizes(client, &urls).await;
            let sizes: Vec<_> = sizes.into_iter().flatten().collect();
            assert_eq!(sizes, (1_000..1_012).collect::<Vec<_>>());
        });
    }

    // The fourth page never comes. The first three do, and three more can be
    // asked for in their places.
    #[test]
    fn a_place_that_is_free_is_taken() {
        check(shop(Fault::Hang), async |web, client| {
            let mut urls = offers(web);
            urls[3] = offer(web, "slow");
            let fetching = Box::pin(page_sizes(client, &urls));
            let asked = pin!(sees(web, |record| record.exchanges().len() >= 7));
            match select(fetching, asked).await {
                Either::Left(_) => panic!("one page hangs"),
                Either::Right((asked, _)) => {
                    let asked_for = web.record().exchanges().len();
                    assert!(asked, "only {asked_for} pages were asked for");
                }
            }
        });
    }
}
