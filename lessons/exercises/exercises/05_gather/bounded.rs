// A shop has twelve pages of offers and allows at most four requests at a time.
// Your program sends twelve, and the shop has locked it out.
//
// Change `page_sizes` so that four requests are in flight: never more, and
// never fewer while there are pages left to request. The sizes are in the order
// of the pages.
//
// Then go one step further. If one page takes long, it may keep its own place
// among the four, but it must not hold up the requests for any other page. The
// tests look at the record of a shop in which one page never arrives.
//
// Run it and look at the bars: at any time, at most four of them overlap.

use std::time::Duration;

use exercises::show;
use futures::future::join_all;
use mock_server::{Builder, Fault, MockWeb, Site, page};
use reqwest::Client;

type Page = reqwest::Result<usize>;

async fn page_size(client: &Client, url: &str) -> Page {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// TODO: At most four at a time.
async fn page_sizes(client: &Client, urls: &[String]) -> Vec<Page> {
    join_all(urls.iter().map(|url| page_size(client, url))).await
}

// Twelve pages, the first of 1,000 bytes, the next of 1,001 and so on; at the
// path `/slow` one with a fault.
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
        println!("{sizes:?}");
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
            assert!(most <= 4, "{most} were in flight");
        });
    }

    // No request gets a response before four have arrived.
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
        let slow = Fault::Delay { time: Duration::from_millis(600) };
        check(shop(slow), async |web, client| {
            let mut urls = offers(web);
            urls[0] = offer(web, "slow");
            let sizes = page_sizes(client, &urls).await;
            let sizes: Vec<_> = sizes.into_iter().flatten().collect();
            assert_eq!(sizes, (1_000..1_012).collect::<Vec<_>>());
        });
    }

    // The fourth page never arrives. All others can be requested in the other
    // three places.
    #[test]
    fn a_page_that_hangs_holds_up_no_other() {
        check(shop(Fault::Hang), async |web, client| {
            let mut urls = offers(web);
            urls[3] = offer(web, "slow");
            let fetching = Box::pin(page_sizes(client, &urls));
            let asked =
                pin!(sees(web, |record| record.exchanges().len() == 12));
            match select(fetching, asked).await {
                Either::Left(_) => panic!("one page hangs"),
                Either::Right((asked, _)) => {
                    let requested = web.record().exchanges().len();
                    assert!(asked, "only {requested} pages were requested");
                }
            }
        });
    }
}
