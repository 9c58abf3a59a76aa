// A page that can't be fetched now may be there a little later, so this program
// sends up to three requests for it. Now a site complains: its log is full of
// requests for a page that it doesn't have and never had.
//
// Make `is_worth_it` return true only for errors that may go away: the
// connection failed, the response broke off, or the site says "not now" (429,
// 502, 503, 504). For everything else, one request is enough. The tests count
// the requests.

use std::time::Duration;

use exercises::show;
use mock_server::{MockWeb, presets};
use reqwest::{Client, Error};

async fn fetch(client: &Client, url: &str) -> Result<usize, Error> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

const TRIES: usize = 3;
const PAUSE: Duration = Duration::from_millis(100);

// There are many statuses, and few of them mean "not now", so those few are
// listed. There are few other errors that stay, so those are listed, too.
//
// The common wrong answer is `is_timeout() || is_connect()`. It looks complete,
// but it leaves out the errors that most often go away: a response that broke
// off (`is_body`, `is_decode`), and a connection that was lost before the
// response.
//
// Another wrong answer is `status.is_server_error()`. A 500 or a 501 will be
// the same in 100 ms. And 429 is a client error, but it does go away.
fn is_worth_it(error: &Error) -> bool {
    match error.status() {
        Some(status) => matches!(status.as_u16(), 429 | 502 | 503 | 504),
        // An invalid URL stays invalid, and a redirect loop stays a loop.
        None => !error.is_builder() && !error.is_redirect(),
    }
}

// `wait` waits for a pause, and a test doesn't want to wait.
async fn page_size(
    client: &Client,
    url: &str,
    mut wait: impl AsyncFnMut(Duration),
) -> Result<usize, Error> {
    for tried in 1.. {
        match fetch(client, url).await {
            Err(error) if tried < TRIES && is_worth_it(&error) => {
                wait(PAUSE * tried as u32).await;
            }
            result => return result,
        }
    }
    unreachable!("the last try returns")
}

fn main() {
    let names = ["flaky-site.example", "missing-site.example"];
    let sites = presets::failing()
        .into_iter()
        .filter(|site| names.contains(&site.name.as_str()));
    show(MockWeb::builder().sites(sites), async |web, client| {
        for (name, url) in web.sites() {
            let size = page_size(client, url, tokio::time::sleep).await;
            match size {
                Ok(bytes) => println!("{name}: {bytes} bytes"),
                Err(error) => println!("{name}: {error}"),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{check, sites};
    use mock_server::Fault;

    // For a site with this fault: the number of requests, and whether its page
    // arrived.
    fn asked(fault: &str) -> (usize, bool) {
        let fault: Fault = fault.parse().expect("it is a fault");
        let mut asked = (0, false);
        let web = sites(["a.example"]).fault("a.example", fault);
        check(web, async |web, client| {
            let url = web.url("a.example");
            let page = page_size(client, url, async |_| {}).await;
            asked = (web.record().requests("a.example"), page.is_ok());
        });
        asked
    }

    #[test]
    fn a_page_that_is_not_there_is_requested_once() {
        for status in ["401", "403", "404", "410", "500", "501"] {
            let fault = format!("status?code={status}");
            assert_eq!(asked(&fault), (1, false), "requests for a {status}");
        }
    }

    #[test]
    fn a_site_that_says_not_now_gets_another_request() {
        for status in ["429", "502", "503", "504"] {
            let fault = format!("fail-first?n=2&with={status}");
            assert_eq!(asked(&fault), (3, true), "requests for a {status}");
        }
    }

    #[test]
    fn a_lost_connection_or_a_broken_response_is_a_reason_to_try_again() {
        for fault in ["empty", "truncate?after=100", "bad-chunk"] {
            let fault = format!("fail-first?n=1&with={fault}");
            assert_eq!(asked(&fault), (2, true), "{fault}");
        }
    }

    #[test]
    fn there_are_at_most_three_requests() {
        assert_eq!(asked("status?code=503"), (3, false));
    }

    #[test]
    fn there_is_no_pause_before_an_error_that_stays() {
        let web = sites(["a.example"]).fault("a.example", Fault::RedirectLoop);
        check(web, async |web, client| {
            for url in ["no address", web.url("a.example")] {
                let mut waited = 0;
                let page = page_size(client, url, async |_| waited += 1).await;
                assert!(page.is_err());
                assert_eq!(waited, 0, "{url}: pauses before another try");
            }
        });
    }

    #[test]
    fn a_refused_connection_is_a_reason_to_try_again() {
        let web = sites(["a.example"]).fault("a.example", Fault::Refused);
        check(web, async |web, client| {
            let (url, mut waited) = (web.url("a.example"), 0);
            let page = page_size(client, url, async |_| waited += 1).await;
            assert!(page.is_err());
            assert_eq!(waited, 2, "pauses");
        });
    }
}
