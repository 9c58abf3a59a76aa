// A site that's too busy responds with 429 or 503, and its header `Retry-After`
// says when to come back: after a number of seconds, or at a date. This program
// doesn't read the header. It comes back after 100 ms, like everyone else, and
// the site is still busy.
//
// Make the pause as long as the site asks for, without a random part on top. If
// that's longer than `LONGEST`, give up without waiting. Without a (readable)
// header, the short pause is right. The tests don't wait: they look at the
// pauses and count the requests.

use std::time::Duration;

use exercises::show;
use mock_server::{MockWeb, presets};
use reqwest::header::HeaderMap;
use reqwest::{Client, StatusCode};

const TRIES: u32 = 3;
// The pause if the site asks for none.
const PAUSE: Duration = Duration::from_millis(100);
// The longest pause that is acceptable.
const LONGEST: Duration = Duration::from_secs(60);

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the site answered {0}")]
    Status(StatusCode),
    #[error("no response")]
    Request(#[source] reqwest::Error),
}

// TODO: How long does the site ask you to wait? `httpdate` reads dates.
fn asked(_headers: &HeaderMap) -> Option<Duration> {
    None
}

// `wait` waits for a pause, and in a test it only writes it down.
// TODO: Wait for as long as the site asks for. If that's longer than `LONGEST`,
// give up immediately.
async fn page_size(
    client: &Client,
    url: &str,
    mut wait: impl AsyncFnMut(Duration),
) -> Result<usize, Failure> {
    let mut tried = 0;
    loop {
        let response = client.get(url).send().await;
        let response = response.map_err(Failure::Request)?;
        let status = response.status();
        if status.is_success() {
            let page = response.bytes().await.map_err(Failure::Request)?;
            return Ok(page.len());
        }
        tried += 1;
        let is_busy = matches!(status.as_u16(), 429 | 503);
        if !is_busy || tried == TRIES {
            return Err(Failure::Status(status));
        }
        let _asked = asked(response.headers());
        wait(PAUSE * tried).await;
    }
}

fn main() {
    let names = ["busy-site.example", "limited-site.example"];
    let sites = presets::failing()
        .into_iter()
        .filter(|site| names.contains(&site.name.as_str()));
    show(MockWeb::builder().sites(sites), async |web, client| {
        for (name, url) in web.sites() {
            let size = page_size(client, url, tokio::time::sleep).await;
            match size {
                Ok(bytes) => println!("{name}: {bytes} bytes"),
                Err(failure) => println!("{name}: {failure}"),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{check, sites};
    use mock_server::{Fault, RetryAfter};

    // For a page whose site is busy once: the pauses, the number of requests,
    // and whether the page arrived.
    fn pauses(with: Fault) -> (Vec<Duration>, usize, bool) {
        let fault = Fault::FailFirst {
            count: 1,
            with: Box::new(with),
            key: String::new(),
        };
        let web = sites(["a.example"]).fault("a.example", fault);
        let (mut pauses, mut asked, mut came) = (Vec::new(), 0, false);
        check(web, async |web, client| {
            let url = web.url("a.example");
            let wait = async |pause| pauses.push(pause);
            let page = page_size(client, url, wait).await;
            (asked, came) = (web.record().requests("a.example"), page.is_ok());
        });
        (pauses, asked, came)
    }

    fn busy(code: u16, retry_after: Option<RetryAfter>) -> Fault {
        let code = StatusCode::from_u16(code).expect("it is a status code");
        Fault::Status { code, retry_after }
    }

    #[test]
    fn a_number_of_seconds_is_waited_for() {
        for code in [429, 503] {
            let asked = Some(RetryAfter::Seconds(7));
            let (pauses, requests, came) = pauses(busy(code, asked));
            assert_eq!((requests, came), (2, true));
            assert!(pauses[0] >= Duration::from_secs(7), "{pauses:?}");
        }
    }

    #[test]
    fn a_date_is_waited_for() {
        let asked = Some(RetryAfter::DateIn(50));
        let (pauses, requests, came) = pauses(busy(429, asked));
        assert_eq!((requests, came), (2, true));
        // A date has no fractions of a second, and a busy machine takes some.
        let expected = Duration::from_secs(20)..=LONGEST;
        assert!(expected.contains(&pauses[0]), "{pauses:?}");
    }

    #[test]
    fn a_site_that_asks_for_a_day_gets_no_second_request() {
        let asked = Some(RetryAfter::Seconds(86_400));
        assert_eq!(pauses(busy(503, asked)), (vec![], 1, false));
    }

    #[test]
    fn without_a_header_the_pause_before_the_second_request_is_short() {
        let (pauses, requests, came) = pauses(busy(503, None));
        assert_eq!((requests, came), (2, true));
        assert_eq!(pauses, [PAUSE]);
    }

    #[test]
    fn a_site_that_is_not_busy_gets_no_second_request() {
        let asked = Some(RetryAfter::Seconds(1));
        assert_eq!(pauses(busy(404, asked)), (vec![], 1, false));
    }
}
