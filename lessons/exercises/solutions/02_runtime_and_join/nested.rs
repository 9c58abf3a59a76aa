// `price` was written for a script: it starts a runtime, asks a shop, and
// returns like any other function. Then somebody called it from async code, and
// the program panics.
//
// Let it be called from async code, for two shops at once.

use anyhow::Result;
use exercises::show;
use futures::future::join;
use mock_server::MockWeb;
use reqwest::Client;

// `block_on` keeps its thread until the future is done; inside of a runtime the
// thread is needed for all others, so Tokio refuses. The way out is the plain
// one: what waits is async, up to `main`, and `main` alone has a runtime. A
// script calls it in its own `block_on`.
//
// The common wrong answers find a way to block all the same. A thread with a
// runtime of its own, joined at once: nothing panics, and nothing else runs, so
// the second shop is asked when the first has answered. `block_on` of the crate
// `futures`: no panic either, and it hangs, because the answer arrives at the
// runtime whose thread is sleeping.
async fn price(client: &Client, url: &str) -> Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

async fn prices(client: &Client, shops: [&str; 2]) -> Result<[usize; 2]> {
    let first = price(client, shops[0]);
    let second = price(client, shops[1]);
    let (first, second) = join(first, second).await;
    Ok([first?, second?])
}

fn main() {
    show(MockWeb::builder(), async |web, client| {
        let shops = [web.url("python.org"), web.url("w3schools.com")];
        println!("{:?}", prices(client, shops).await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sites};
    use mock_server::Fault;

    const SHOPS: [&str; 2] = ["a.example", "b.example"];

    // Nobody gets an answer before two requests are there.
    #[test]
    fn both_are_asked_at_once_from_async_code() {
        check(sites(SHOPS).gate(2, PATIENCE), async |web, client| {
            let shops = SHOPS.map(|shop| web.url(shop));
            let prices = prices(client, shops).await;
            assert_eq!(prices.expect("both answer at once"), [1_000, 1_000]);
        });
    }

    #[test]
    fn a_shop_that_fails_is_an_error() {
        let web = sites(SHOPS).fault("b.example", Fault::Refused);
        check(web, async |web, client| {
            let shops = SHOPS.map(|shop| web.url(shop));
            assert!(prices(client, shops).await.is_err());
        });
    }
}
