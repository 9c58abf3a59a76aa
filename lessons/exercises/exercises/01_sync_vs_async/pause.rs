// A shop that prints photos responds with "not yet" (503) until they're ready.
// So this program sends a request, pauses, and sends the next one. It was
// written for one shop. Now there are two, and both take twice as long.
//
// Change `photos` so that a pause holds up only its own shop. You don't need to
// change `main`. The tests check that one shop gets its requests while the
// other one's pause goes on. (A test that fails takes fifteen seconds.)
//
// Run it and look at the bars: between two requests to a shop there are 0.6
// seconds now, and there should be one pause of 0.3.

use std::thread::sleep;
use std::time::Duration;

use exercises::show;
use futures::future::join;
use mock_server::{Fault, MockWeb, Site};
use reqwest::{Client, StatusCode};

// TODO: Which of these lines blocks the thread?
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
        sleep(pause);
    }
}

const NOT_YET: Fault =
    Fault::Status { code: StatusCode::SERVICE_UNAVAILABLE, retry_after: None };

fn not_yet(times: u64) -> Fault {
    let (with, key) = (Box::new(NOT_YET), String::new());
    Fault::FailFirst { count: times, with, key }
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

    // One shop is never ready. After its first response, the other shop gets
    // two requests.
    #[test]
    fn one_shop_gets_requests_while_the_other_pauses() {
        let web = sites(["late.example", "quick.example"])
            .fault("late.example", NOT_YET);
        check(web, async |web, client| {
            let late = photos(client, web.url("late.example"), PATIENCE);
            let quick = async {
                let responded =
                    sees(web, |record| record.count(Outcome::Complete) == 1);
                assert!(responded.await, "the late shop gets a request");
                for _ in 0..2 {
                    let quick = web.url("quick.example");
                    let photos = photos(client, quick, PATIENCE).await;
                    photos.expect("they are ready");
                }
                web.record().requests("late.example")
            };
            match select(Box::pin(late), pin!(quick)).await {
                Either::Left(_) => panic!("the late shop is never ready"),
                Either::Right((requests, _)) => assert_eq!(
                    requests, 1,
                    "requests to the late shop before the quick one had a turn"
                ),
            }
        });
    }

    #[test]
    fn requests_are_sent_until_the_photos_are_ready() {
        let web = sites(["a.example"]).fault("a.example", not_yet(2));
        check(web, async |web, client| {
            let pause = Duration::from_millis(10);
            let photos = photos(client, web.url("a.example"), pause).await;
            assert_eq!(photos.expect("they are ready"), 1_000);
            assert_eq!(web.record().requests("a.example"), 3);
        });
    }

    #[test]
    fn a_shop_that_has_no_photos_gets_one_request() {
        let missing =
            Fault::Status { code: StatusCode::NOT_FOUND, retry_after: None };
        let web = sites(["a.example"]).fault("a.example", missing);
        check(web, async |web, client| {
            let photos = photos(client, web.url("a.example"), PATIENCE).await;
            let error = photos.expect_err("there are none");
            assert!(error.is_status(), "{error:?}");
            assert_eq!(web.record().requests("a.example"), 1);
        });
    }
}
