// A site that is busy says so, and says for how long: the header `Retry-After`
// of its answer has a number of seconds, or a date. This program does not read
// it, and comes back after 100 ms, as all the others do. The site is still
// busy.
//
// Come back when you are asked to, and not at all where that takes too long.
// What the site asks for is the whole pause here, with none of your own on top.

use std::time::Duration;

use exercises::show;
use mock_server::{MockWeb, Site};
use reqwest::header::HeaderMap;
use reqwest::{Client, StatusCode};

const TRIES: u32 = 3;
// Where the site does not say when.
const PAUSE: Duration = Duration::from_millis(100);
// Nobody waits longer for a page.
const LONGEST: Duration = Duration::from_secs(60);

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the site answered {0}")]
    Status(StatusCode),
    #[error("no answer")]
    Request(#[source] reqwest::Error),
}

// TODO: For how long does the site ask to be left alone? `httpdate` reads
// dates.
fn asked(_headers: &HeaderMap) -> Option<Duration> {
    None
}

// `wait` is for a pause; a test does not want to wait.
// TODO: Wait for as long as the site asks for. If that is longer than
// `LONGEST`, give up at once.
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
    let sites = Site::failing()
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

    // The pauses before a page that is busy once, how often it was asked for,
    // and whether it came.
    fn pauses(with: Fault) -> (Vec<Duration>, usize, bool) {
        let fault =
            Fault::FailFirst { n: 1, with: Box::new(with), key: String::new() };
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
        Fault::Status { code, retry_after }
    }

    #[test]
    fn so_many_seconds_are_waited() {
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
    fn who_asks_for_a_day_is_not_asked_again() {
        let asked = Some(RetryAfter::Seconds(86_400));
        assert_eq!(pauses(busy(503, asked)), (vec![], 1, false));
    }

    #[test]
    fn who_does_not_say_when_is_asked_after_a_short_pause() {
        let (pauses, requests, came) = pauses(busy(503, None));
        assert_eq!((requests, came), (2, true));
        assert_eq!(pauses, [PAUSE]);
    }

    #[test]
    fn who_is_not_busy_is_not_asked_again() {
        let asked = Some(RetryAfter::Seconds(1));
        assert_eq!(pauses(busy(404, asked)), (vec![], 1, false));
    }
}
