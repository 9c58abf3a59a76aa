// Two shops sell the same lamp. In each shop, the page `/lamp` names the page
// with the price, so it takes two requests to learn a price, and the second
// can't be sent before the first has been answered. The program sends all four
// requests one after another.
//
// Change the program so that the shops overlap. Add a function if it helps.
// Don't let one shop wait for the other: the tests check that the quick shop's
// price is requested even if the slow shop never answers.
//
// Run it and look at the bars: each begins where the last one ended. Afterwards
// the first bars of both shops should begin at the same time.

use std::time::Duration;

use exercises::show;
use mock_server::{MockWeb, Site};
use reqwest::{Client, Result};

async fn text(client: &Client, url: &str) -> Result<String> {
    let response = client.get(url).send().await?.error_for_status()?;
    response.text().await
}

// Steps that depend on each other belong in one chain, and a chain is a
// function of its own.
async fn price(client: &Client, shop: &str) -> Result<String> {
    let page = text(client, &format!("{shop}/lamp")).await?;
    text(client, &format!("{shop}{page}")).await
}

// Chains that don't depend on each other are joined. `try_join!` ends at the
// first error, as the `?` in a row did; with `join!` an error would wait for
// the other shop.
//
// The common wrong answer joins the two `/lamp` pages first and the two prices
// after that. It has two requests in flight, too, but the quick shop's second
// request waits for the slow shop's first.
async fn prices(client: &Client, shops: [&str; 2]) -> Result<[String; 2]> {
    let [first, second] = shops;
    let prices = tokio::try_join!(price(client, first), price(client, second));
    prices.map(|(first, second)| [first, second])
}

fn shop(name: &str, price: &str) -> Site {
    let site = Site::new(name).also("/lamp", "text/plain", "/price/17");
    site.also("/price/17", "text/plain", price.to_owned())
}

fn address<'web>(web: &'web MockWeb, name: &str) -> &'web str {
    web.url(name).trim_end_matches('/')
}

fn main() {
    let quick = shop("quick.example", "19").delay(Duration::from_millis(200));
    let slow = shop("slow.example", "17").delay(Duration::from_millis(400));
    let web = MockWeb::builder().sites([slow, quick]);
    show(web, async |web, client| {
        let shops = ["slow.example", "quick.example"];
        let shops = shops.map(|name| address(web, name));
        println!("{:?}", prices(client, shops).await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees};
    use mock_server::Fault;

    const NAMES: [&str; 2] = ["slow.example", "quick.example"];

    // No request is answered before two have arrived.
    #[test]
    fn the_shops_overlap() {
        let web = MockWeb::builder()
            .sites([shop(NAMES[0], "17"), shop(NAMES[1], "19")])
            .gate(2, PATIENCE);
        check(web, async |web, client| {
            let shops = NAMES.map(|name| address(web, name));
            let prices = prices(client, shops).await;
            let most = web.record().max_in_flight();
            assert_eq!(most, 2, "at most {most} request was in flight");
            assert_eq!(prices.expect("all pages"), ["17", "19"]);
            assert_eq!(web.record().exchanges().len(), 4);
        });
    }

    #[test]
    fn a_quick_shop_does_not_wait_for_a_slow_one() {
        let slow = shop(NAMES[0], "17").fault(Fault::Hang);
        let web = MockWeb::builder().sites([slow, shop(NAMES[1], "19")]);
        check(web, async |web, client| {
            let shops = NAMES.map(|name| address(web, name));
            let priced = sees(web, |record| record.requests(NAMES[1]) == 2);
            let priced = tokio::select! {
                prices = prices(client, shops) => panic!("{prices:?}"),
                priced = priced => priced,
            };
            assert!(priced, "the quick shop's price waits for the slow shop");
        });
    }

    #[test]
    fn a_shop_without_a_lamp_is_an_error() {
        let web = MockWeb::builder()
            .sites([shop(NAMES[0], "17"), Site::new(NAMES[1])]);
        check(web, async |web, client| {
            let shops = NAMES.map(|name| address(web, name));
            let error = prices(client, shops).await.expect_err("no lamp");
            assert!(error.is_status(), "{error:?}");
        });
    }
}
