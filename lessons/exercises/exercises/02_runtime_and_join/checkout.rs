// `checkout`, from another team, adds up prices. It gets each of them from a
// `PriceList`, a trait whose method isn't async. Your price list has to fetch
// them, and it panics.
//
// Change `total` so that your price list works, on this runtime with one
// thread. You can't change `checkout` or the trait. The tests check that two
// totals wait for their prices at the same time.

use anyhow::Result;
use exercises::show;
use futures::future::join;
use mock_server::MockWeb;
use reqwest::Client;
use tokio::runtime::Handle;

trait PriceList {
    fn price(&self, url: &str) -> Result<usize>;
}

// It's from another team.
fn checkout(prices: &impl PriceList, urls: &[String]) -> Result<usize> {
    urls.iter().map(|url| prices.price(url)).sum()
}

struct Shop {
    client: Client,
}

impl PriceList for Shop {
    fn price(&self, url: &str) -> Result<usize> {
        Handle::current().block_on(async {
            let response = self.client.get(url).send().await?;
            Ok(response.error_for_status()?.bytes().await?.len())
        })
    }
}

// TODO: `checkout` blocks the thread that runs all futures.
async fn total(shop: Shop, urls: Vec<String>) -> Result<usize> {
    checkout(&shop, &urls)
}

fn main() {
    show(MockWeb::builder(), async |web, client| {
        let shop = || Shop { client: client.clone() };
        let [a, b] = ["python.org", "w3schools.com"]
            .map(|name| vec![web.url(name).to_owned()]);
        println!("{:?}", join(total(shop(), a), total(shop(), b)).await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sites, urls};
    use mock_server::Fault;

    const SHOPS: [&str; 2] = ["a.example", "b.example"];

    fn shop(client: &Client) -> Shop {
        Shop { client: client.clone() }
    }

    #[test]
    fn prices_are_fetched_and_added_up() {
        check(sites(SHOPS), async |web, client| {
            let urls = urls(web).into_iter().map(str::to_owned).collect();
            let total = total(shop(client), urls).await;
            assert_eq!(total.expect("prices"), 2_000);
        });
    }

    // No request gets a response before two of them have arrived.
    #[test]
    fn two_totals_wait_at_the_same_time() {
        check(sites(SHOPS).gate(2, PATIENCE), async |web, client| {
            let [a, b] = SHOPS.map(|name| vec![web.url(name).to_owned()]);
            let (a, b) =
                join(total(shop(client), a), total(shop(client), b)).await;
            assert_eq!(a.expect("a price") + b.expect("a price"), 2_000);
        });
    }

    #[test]
    fn a_price_that_cannot_be_fetched_is_an_error() {
        let web = sites(SHOPS).fault("b.example", Fault::Refused);
        check(web, async |web, client| {
            let urls = urls(web).into_iter().map(str::to_owned).collect();
            assert!(total(shop(client), urls).await.is_err());
        });
    }
}
