// `price` was written for a script. It starts a runtime, sends a request, and
// returns like any other function. Now async code calls it for two shops, and
// it panics.
//
// Change `price` and `prices` so that they work in async code. You may change
// their bodies, and make `price` async. The tests check that both requests are
// in flight at the same time.

use anyhow::Result;
use exercises::show;
use futures::future::join;
use mock_server::MockWeb;
use reqwest::Client;

// `block_on` holds its thread until the future is ready. Inside a runtime that
// thread is needed for all other futures, so Tokio refuses. The cure is the
// plain one: every function that waits is async, up to `main`, and only `main`
// has a runtime. A script calls `price` in its own `block_on`.
//
// The common wrong answers find another way to block. One is a thread with a
// runtime of its own, which is joined immediately. Nothing panics, but nothing
// else runs, so the second request is sent after the first response. Another is
// the `block_on` of the crate `futures`. It doesn't panic either, but it hangs,
// because the response arrives at the runtime whose thread is asleep.
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

    // No request gets a response before two of them have arrived.
    #[test]
    fn both_requests_are_in_flight_at_the_same_time() {
        check(sites(SHOPS).gate(2, PATIENCE), async |web, client| {
            let shops = SHOPS.map(|shop| web.url(shop));
            let prices = prices(client, shops).await;
            assert_eq!(prices.expect("both respond"), [1_000, 1_000]);
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
