// A shop that prints photos answers "not yet" (503) until they are ready, so
// this program asks, pauses, and asks again. It was written for one shop. Now
// there are two, and both take twice as long.
//
// Let one pause without the other. (A test that fails takes fifteen seconds.)
//
// Run it and look at the bars: there is to be one pause of 0.3 seconds between
// two requests to a shop, and there are two.

use std::time::Duration;

use exercises::show;
use futures::future::join;
use mock_server::{Fault, MockWeb, Site};
use reqwest::{Client, StatusCode};
use tokio::time::sleep;

// Two functions with one name. That of the standard library stops the thread,
// and with it every future that has its turns there: the other shop's answer
// lies in its socket, and nobody reads it. That of Tokio makes a future. While
// it is awaited, the thread is free for the others, until the time is over.
//
// The common wrong answer is an `async fn` around the first, awaited here. It
// looks right, and changes nothing: such a future does not wait when it is
// polled, it stops the thread. To await is not enough; what is awaited must be
// able to say "not yet".
//
// A thread for each pause would do, as in the first half of the chapter; it
// would be a thread that only sleeps.
async fn photos(
    client: &Client,
    shop: &str,
    pause: Duration,
) -> reqwest::Result<usize> {
    loop {
        let response = client.get(shop).send().await?;
        if response.status() != StatusCode::SERVICE_UNAVAILABLE {
            let photos = response.error_for_status()?;
            return Ok(photos.bytes().await?.len());
        }
        sleep(pause).await;
    }
}

const NOT_YET: Fault = Fault::Status { code: 503, retry_after: None };

fn not_yet(times: u64) -> Fault {
    let (with, key) = (Box::new(NOT_YET), String::new());
    Fault::FailFirst { n: times, with, key }
}

fn main() {
    let shops = ["a.example", "b.example"]
        .map(|name| Site::new(name).fault(not_yet(3)));
    show(MockWeb::builder().sites(shops), async |web, client| {
        let pause = Duration::from_millis(300);
        let of_a = photos(client, web.url("a.example"), pause);
        let of_b = photos(client, web.url("b.example"), pause);
        println!("{:?}", join(of_a, of_b).await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees, sites};
    use futures::future::{Either, select};
    use mock_server::Outcome;
    use std::pin::pin;

    // One shop is never ready. When it has said so, the other is asked, twice.
    #[test]
    fn one_shop_is_asked_while_the_other_is_left_alone() {
        let web = sites(["late.example", "quick.example"])
            .fault("late.example", NOT_YET);
        check(web, async |web, client| {
            let late = photos(client, web.url("late.example"), PATIENCE);
            let quick = async {
                let said =
                    sees(web, |record| record.count(Outcome::Complete) == 1);
                assert!(said.await, "the late shop is asked");
                for _ in 0..2 {
                    let quick = web.url("quick.example");
                    let photos = photos(client, quick, PATIENCE).await;
                    photos.expect("they are ready");
                }
                web.record().requests("late.example")
            };
            match select(Box::pin(late), pin!(quick)).await {
                Either::Left(_) => panic!("the late shop is never ready"),
                Either::Right((asked, _)) => assert_eq!(
                    asked, 1,
                    "requests to the late shop before the quick one had a turn"
                ),
            }
        });
    }

    #[test]
    fn a_shop_is_asked_until_the_photos_are_ready() {
        let web = sites(["a.example"]).fault("a.example", not_yet(2));
        check(web, async |web, client| {
            let pause = Duration::from_millis(10);
            let photos = photos(client, web.url("a.example"), pause).await;
            assert_eq!(photos.expect("they are ready"), 1_000);
            assert_eq!(web.record().requests("a.example"), 3);
        });
    }

    #[test]
    fn a_shop_that_has_no_photos_is_asked_once() {
        let missing = Fault::Status { code: 404, retry_after: None };
        let web = sites(["a.example"]).fault("a.example", missing);
        check(web, async |web, client| {
            let photos = photos(client, web.url("a.example"), PATIENCE).await;
            let error = photos.expect_err("there are none");
            assert!(error.is_status(), "{error:?}");
            assert_eq!(web.record().requests("a.example"), 1);
        });
    }
}
