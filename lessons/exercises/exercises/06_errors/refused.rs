// When a site refuses a connection, nothing listens at its address any more,
// and this program restarts the site. But it restarts far too many: it takes
// every failed connection for a refused one. And when it logs a failure, it
// can't say what caused it.
//
// First, make `Failure` keep its cause, so that `source()` returns it. Then
// make `was_refused` look through the causes for an `io::Error` of the kind
// `ConnectionRefused`. Look at types, not at words: every system has its own
// words for this error. `page_size` can stay as it is. The tests fetch from a
// site that refuses, from one that never accepts, and from two that respond.

use std::time::Duration;

use exercises::show;
use mock_server::{Fault, MockWeb, Site};
use reqwest::{Client, StatusCode};

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the site answered {0}")]
    Status(StatusCode),
    // TODO: Where does `source()` find the cause?
    #[error("the request failed")]
    Request(reqwest::Error),
}

async fn page_size(client: &Client, url: &str) -> Result<usize, Failure> {
    let response = client.get(url).send().await.map_err(Failure::Request)?;
    if !response.status().is_success() {
        return Err(Failure::Status(response.status()));
    }
    Ok(response.bytes().await.map_err(Failure::Request)?.len())
}

// TODO: A connection can fail in many ways. Which cause means that it was
// refused?
fn was_refused(failure: &Failure) -> bool {
    matches!(failure, Failure::Request(error) if error.is_connect())
}

fn main() {
    let faults = [Fault::Refused, Fault::ConnectHang];
    let names = ["refuses.example", "hangs.example"];
    let sites = names
        .into_iter()
        .zip(faults)
        .map(|(name, fault)| Site::new(name).fault(fault));
    show(MockWeb::builder().sites(sites), async |web, _| {
        let client = impatient();
        for (name, url) in web.sites() {
            match page_size(&client, url).await {
                Err(failure) if was_refused(&failure) => {
                    println!("{name}: {failure}; restart it");
                }
                Err(failure) => println!("{name}: {failure}"),
                Ok(bytes) => println!("{name}: {bytes} bytes"),
            }
        }
    });
}

// A client that soon gives up on a connection.
fn impatient() -> Client {
    let timeout = Duration::from_millis(300);
    let client = Client::builder().no_proxy().connect_timeout(timeout);
    client.build().expect("a client")
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{check, sites};

    // The failure of a fetch from a site with this fault.
    fn failure(fault: Fault, client: Option<Client>) -> Failure {
        let web = sites(["a.example"]).fault("a.example", fault);
        let mut failure = None;
        check(web, async |web, default| {
            let client = client.as_ref().unwrap_or(default);
            failure = page_size(client, web.url("a.example")).await.err();
        });
        failure.expect("it fails")
    }

    #[test]
    fn a_failed_request_says_what_caused_it() {
        let failure = failure(Fault::Refused, None);
        let source = std::error::Error::source(&failure);
        let source = source.expect("`source()` returns the cause");
        assert!(source.is::<reqwest::Error>(), "{source:?}");
        let (words, cause) = (failure.to_string(), source.to_string());
        assert!(!words.contains(&cause), "the cause is in the words: {words}");
    }

    #[test]
    fn a_refused_connection_is_recognised() {
        assert!(was_refused(&failure(Fault::Refused, None)));
    }

    #[test]
    fn a_connection_that_takes_too_long_was_not_refused() {
        let failure = failure(Fault::ConnectHang, Some(impatient()));
        assert!(!was_refused(&failure), "{failure:?}");
    }

    #[test]
    fn a_site_that_responds_did_not_refuse() {
        for fault in ["empty", "status?code=503"] {
            let fault: Fault = fault.parse().expect("it is a fault");
            assert!(!was_refused(&failure(fault, None)));
        }
    }
}
