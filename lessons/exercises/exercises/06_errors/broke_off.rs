// When a shop doesn't respond, `size_or_mirror` fetches the page from a mirror,
// which charges for each page. The mirror should only be used when there's no
// response. But it's also used when a page breaks off in the middle, because
// both failures are a `NoResponse`: `#[from]` lets every `?` make one from any
// `reqwest::Error`.
//
// Change `page_size` so that a page that breaks off is a `BrokeOff`. Then make
// `source()` return the cause of both failures. You don't need to change
// `size_or_mirror`. The tests count the mirror's requests, and look at
// `source()`.

use exercises::show;
use mock_server::{Fault, MockWeb, Site};
use reqwest::{Client, StatusCode};

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("no response")]
    NoResponse(#[from] reqwest::Error),
    #[error("the site answered {0}")]
    Status(StatusCode),
    // TODO: What makes one of these, and does it have a source?
    #[error("the page broke off")]
    BrokeOff(reqwest::Error),
}

// TODO: Two lines can fail with a `reqwest::Error`. What does each one mean?
async fn page_size(client: &Client, url: &str) -> Result<usize, Failure> {
    let response = client.get(url).send().await?;
    if !response.status().is_success() {
        return Err(Failure::Status(response.status()));
    }
    Ok(response.bytes().await?.len())
}

async fn size_or_mirror(
    client: &Client,
    shop: &str,
    mirror: &str,
) -> Result<usize, Failure> {
    match page_size(client, shop).await {
        Err(Failure::NoResponse(_)) => page_size(client, mirror).await,
        size => size,
    }
}

fn main() {
    let web = MockWeb::builder().sites([
        Site::new("silent.example").fault(Fault::Empty),
        Site::new("half.example").fault(Fault::Truncate { after: 500 }),
        Site::new("mirror.example"),
    ]);
    show(web, async |web, client| {
        let mirror = web.url("mirror.example");
        for shop in ["silent.example", "half.example"] {
            match size_or_mirror(client, web.url(shop), mirror).await {
                Ok(bytes) => println!("{shop}: {bytes} bytes"),
                Err(failure) => println!("{shop}: {failure}"),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{check, sites};
    use std::error::Error;

    const HALF: Fault = Fault::Truncate { after: 500 };

    // Fetches from a shop with this fault. Returns the result, and how many
    // requests the mirror has seen.
    fn fetched(fault: Fault) -> (Result<usize, Failure>, usize) {
        let web = sites(["shop.example", "mirror.example"])
            .fault("shop.example", fault);
        let mut fetched = None;
        check(web, async |web, client| {
            let shop = web.url("shop.example");
            let mirror = web.url("mirror.example");
            let size = size_or_mirror(client, shop, mirror).await;
            fetched = Some((size, web.record().requests("mirror.example")));
        });
        fetched.expect("the test has run")
    }

    // The failure of a shop with this fault.
    fn failure(fault: Fault) -> Failure {
        let web = sites(["shop.example"]).fault("shop.example", fault);
        let mut failure = None;
        check(web, async |web, client| {
            failure = page_size(client, web.url("shop.example")).await.err();
        });
        failure.expect("it fails")
    }

    #[test]
    fn a_page_that_breaks_off_is_not_fetched_from_the_mirror() {
        let (size, requests) = fetched(HALF);
        assert_eq!(requests, 0, "requests to the mirror for half a page");
        assert!(matches!(size, Err(Failure::BrokeOff(_))), "{size:?}");
    }

    #[test]
    fn without_a_response_the_page_is_fetched_from_the_mirror() {
        let (size, requests) = fetched(Fault::Empty);
        assert_eq!(requests, 1, "requests to the mirror without a response");
        assert_eq!(size.expect("the mirror responds"), 1_000);
    }

    #[test]
    fn a_404_is_not_fetched_from_the_mirror() {
        let missing = "status?code=404".parse().expect("it is a fault");
        let (size, requests) = fetched(missing);
        assert_eq!(requests, 0, "requests to the mirror after a 404");
        assert!(matches!(size, Err(Failure::Status(_))), "{size:?}");
    }

    #[test]
    fn both_failures_have_a_source() {
        for fault in [Fault::Empty, HALF] {
            let failure = failure(fault);
            let source = failure.source();
            let source = source.expect("`source()` returns the cause");
            assert!(source.is::<reqwest::Error>(), "{source:?}");
        }
    }
}
