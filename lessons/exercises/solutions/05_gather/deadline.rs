// A search asks three shops and has to answer within a limit, with what it has
// by then. Since one of the shops hangs, it has nothing at all: the answers of
// the other two are there in time, and are thrown away.
//
// Keep what is done when the time is over, and let the rest go. (A point in
// time is an `Instant`, and Tokio has its own.)

use std::time::Duration;

use exercises::show;
use futures::stream::{FuturesUnordered, StreamExt};
use mock_server::{Fault, MockWeb};
use reqwest::Client;
use tokio::time::{Instant, timeout_at};

// A shop that answered, and how many bytes.
type Offer = (String, usize);

async fn ask(client: &Client, name: &str, url: &str) -> reqwest::Result<Offer> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok((name.to_owned(), response.bytes().await?.len()))
}

// `join_all` keeps its results inside until the last is there, and a dropped
// future takes along what it has. `FuturesUnordered` gives each out when it is
// there, so `offers` is ours; `next` can be dropped without loss. What is not
// done is dropped with `running`, and its connections are closed.
//
// The time at which all ends is fixed once. The common wrong answer is
// `timeout(limit, running.next())` in the loop: each offer makes the limit
// begin again, and ten slow shops take ten times as long.
//
// The other wrong answer puts a `timeout` around each shop. Here it comes to
// the same; but it limits a request and not the search, and no longer does when
// a shop takes two requests, or waits for a place among four.
async fn search(
    client: &Client,
    shops: &[(&str, &str)],
    limit: Duration,
) -> Vec<Offer> {
    let deadline = Instant::now() + limit;
    let mut running: FuturesUnordered<_> =
        shops.iter().map(|(name, url)| ask(client, name, url)).collect();
    let mut offers = Vec::new();
    while let Ok(Some(offer)) = timeout_at(deadline, running.next()).await {
        offers.extend(offer);
    }
    offers
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
    fn what_is_done_in_time_is_kept_and_the_rest_is_let_go() {
        let web = sites(SITES).fault("b.example", Fault::Hang);
        check(web, async |web, client| {
            let names = names(web, client).await;
            assert_eq!(names, ["a.example", "c.example"], "in time");
            let left = sees(web, |record| record.client_gone() == 1).await;
            assert!(left, "nobody waits for the shop that hangs");
        });
    }

    // The second comes in time, and the third less than the limit after it.
    #[test]
    fn an_offer_does_not_make_the_limit_begin_again() {
        let web = sites(SITES)
            .fault("b.example", Fault::Delay { ms: 2_000 })
            .fault("c.example", Fault::Delay { ms: 5_500 });
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
    fn all_shops_are_asked_at_once() {
        check(sites(SITES).gate(3, PATIENCE), async |web, client| {
            names(web, client).await;
            assert_eq!(web.record().max_in_flight(), 3);
        });
    }
}
