// A site answers a request in half a second, and it allows one request at a
// time. You give each page a second and a half. Even so, the last of five pages
// fail with a timeout, though none of them was slow.
//
// Find out when each timeout starts to count, and change `sizes` so that every
// page has its second and a half. Keep the timeout as it is, and keep to one
// request at a time. The tests check that all five pages arrive, and that no
// two requests are in flight at the same time.
//
// Run it and look at which requests the server never saw.

use std::time::Duration;

use exercises::show;
use mock_server::{Builder, MockWeb, Site};
use reqwest::{Client, Response, Result};

const TIMEOUT: Duration = Duration::from_millis(1_500);

async fn size(response: Result<Response>) -> Result<usize> {
    Ok(response?.error_for_status()?.bytes().await?.len())
}

// TODO: `send()` isn't an `async fn`. It's a function that returns a future.
async fn sizes(client: &Client, urls: &[String]) -> Vec<Result<usize>> {
    let requests: Vec<_> = urls
        .iter()
        .map(|url| client.get(url).timeout(TIMEOUT).send())
        .collect();
    let mut sizes = Vec::new();
    for request in requests {
        sizes.push(size(request.await).await);
    }
    sizes
}

fn library() -> Builder {
    let mut site = Site::new("library.example");
    for number in 1..=5 {
        let page = "page ".repeat(number);
        site = site.also(&format!("/{number}"), "text/plain", page);
    }
    MockWeb::builder().sites([site.delay(Duration::from_millis(500))])
}

fn pages(web: &MockWeb) -> Vec<String> {
    let url = |number| format!("{}{number}", web.url("library.example"));
    (1..=5).map(url).collect()
}

fn main() {
    show(library(), async |web, client| {
        for size in sizes(client, &pages(web)).await {
            match size {
                Ok(bytes) => println!("{bytes} bytes"),
                Err(error) => println!("{}", error.without_url()),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::check;

    #[test]
    fn every_page_has_its_time_and_only_one_is_in_flight() {
        check(library(), async |web, client| {
            let sizes = sizes(client, &pages(web)).await;
            let sent = web.record().exchanges().len();
            assert_eq!(sent, 5, "{sent} of 5 requests were sent");
            let sizes: Vec<_> = sizes.into_iter().map(Result::ok).collect();
            assert_eq!(sizes, [5, 10, 15, 20, 25].map(Some));
            assert_eq!(web.record().max_in_flight(), 1);
        });
    }

    #[test]
    fn a_page_that_is_not_there_is_an_error_and_the_others_arrive() {
        check(library(), async |web, client| {
            let missing = format!("{}9", web.url("library.example"));
            let urls = [missing, pages(web)[0].clone()];
            let sizes = sizes(client, &urls).await;
            assert!(sizes[0].as_ref().is_err_and(reqwest::Error::is_status));
            assert_eq!(sizes[1].as_ref().ok(), Some(&5));
        });
    }
}
