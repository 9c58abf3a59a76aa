// A search fetches the offers of three shops and has a deadline: after `limit`
// it should return the offers it has by then. But one of the shops hangs, and
// so the search returns nothing. The other two offers arrive in time and are
// lost.
//
// Change `search` so that it returns the offers that arrive before the
// deadline, and drops the requests that aren't finished. (For a point in time
// there's `Instant`, and Tokio has its own.)
//
// The tests check which offers come back, that no request stays open, and that
// an offer doesn't start the time again.

use std::time::Duration;

use exercises::show;
use futures::future::join_all;
use mock_server::{Fault, MockWeb};
use reqwest::Client;
use tokio::time::timeout;

// A shop and the size of its offer.
type Offer = (String, usize);

async fn fetch_offer(
    client: &Client,
    name: &str,
    url: &str,
) -> reqwest::Result<Offer> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok((name.to_owned(), response.bytes().await?.len()))
}

// TODO: `timeout` drops `join_all`, and with it every offer it has so far.
async fn search(
    client: &Client,
    shops: &[(&str, &str)],
    limit: Duration,
) -> Vec<Offer> {
    let offers = shops.iter().map(|(name, url)| fetch_offer(client, name, url));
    let offers = timeout(limit, join_all(offers)).await.unwrap_or_default();
    // A shop that fails has no offer.
    offers.into_iter().flatten().collect()
}

fn main() {
    let web = MockWeb::builder().fault("python.org", Fault::Hang);
    show(web, async |web, client| {
        let shops: Vec<_> = web.sites().collect();
        let limit = Duration::from_millis(900);
        println!("{:?}", search(client, &shops, limit).await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees, sites};

    const SITES: [&str; 3] = ["a.example", "b.example", "c.example"];
    const LIMIT: Duration = Duration::from_secs(4);

    async fn names(web: &MockWeb, client: &Client) -> Vec<String> {
        let shops: Vec<_> = web.sites().collect();
        let mut offers = search(client, &shops, LIMIT).await;
        offers.sort();
        offers.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn offers_in_time_are_returned_and_the_rest_is_dropped() {
        let web = sites(SITES).fault("b.example", Fault::Hang);
        check(web, async |web, client| {
            let names = names(web, client).await;
            assert_eq!(names, ["a.example", "c.example"], "in time");
            let left = sees(web, |record| record.client_gone() == 1).await;
            assert!(left, "the request to the shop that hangs is still open");
        });
    }

    // The second offer is in time. The third is late, but it comes less than
    // `limit` after the second.
    #[test]
    fn an_offer_does_not_start_the_time_again() {
        let web = sites(SITES)
            .fault("b.example", Fault::Delay { time: Duration::from_secs(2) })
            .fault(
                "c.example",
                Fault::Delay { time: Duration::from_millis(5_500) },
            );
        check(web, async |web, client| {
            let names = names(web, client).await;
            assert_eq!(names, ["a.example", "b.example"], "in time");
        });
    }

    #[test]
    fn a_shop_that_fails_ends_nothing() {
        let web = sites(SITES).fault("a.example", Fault::Refused);
        check(web, async |web, client| {
            let names = names(web, client).await;
            assert_eq!(names, ["b.example", "c.example"]);
        });
    }

    #[test]
    fn all_requests_are_in_flight_at_the_same_time() {
        check(sites(SITES).gate(3, PATIENCE), async |web, client| {
            names(web, client).await;
            assert_eq!(web.record().max_in_flight(), 3);
        });
    }
}
