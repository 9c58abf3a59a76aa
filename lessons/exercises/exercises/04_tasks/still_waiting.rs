// A server makes a report when you request it, and that takes a while. This
// program waits for the report with a timeout, prints "still waiting", and
// waits once more. But it also sends the request again, so the server makes
// the report twice. And when the program gives up, both requests are still
// in flight.
//
// Change `fetch_report` so that it sends one request and waits for it twice.
// When it gives up, no request may be in flight. The tests count the requests,
// and look at the client that leaves.

use std::time::Duration;

use exercises::{show, sites};
use mock_server::Fault;
use reqwest::Client;
use tokio::time::timeout;

async fn report_size(client: Client, url: String) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// TODO: One task is enough.
async fn fetch_report(
    client: &Client,
    url: &str,
    limit: Duration,
    mut say: impl FnMut(&str),
) -> anyhow::Result<Option<usize>> {
    for message in ["still waiting", "giving up"] {
        let report = report_size(client.clone(), url.to_owned());
        let handle = tokio::spawn(report);
        match timeout(limit, handle).await {
            Ok(result) => return Ok(Some(result??)),
            Err(_elapsed) => say(message),
        }
    }
    Ok(None)
}

fn main() {
    let slow = Fault::Delay { time: Duration::from_millis(700) };
    let web = sites(["reports.example"]).fault("reports.example", slow);
    show(web, async |web, client| {
        let url = web.url("reports.example");
        let limit = Duration::from_millis(500);
        let say = |message: &str| println!("{message}");
        let report = fetch_report(client, url, limit, say).await;
        println!("{report:?}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees};
    use mock_server::Outcome;

    #[test]
    fn a_report_that_takes_longer_than_one_timeout_is_requested_once() {
        // A gate for two holds the report until a request for the other site
        // arrives, which is after the first timeout.
        let web = sites(["reports.example", "other.example"]);
        check(web.gate(2, PATIENCE), async |web, client| {
            let other = web.url("other.example");
            let mut said = Vec::new();
            let say = |message: &str| {
                said.push(message.to_owned());
                tokio::spawn(client.get(other).send());
            };
            let url = web.url("reports.example");
            let limit = Duration::from_secs(1);
            let report = fetch_report(client, url, limit, say).await;
            let requests = web.record().requests("reports.example");
            assert_eq!(requests, 1, "requests for the report");
            assert_eq!(report.expect("no failure"), Some(1_000));
            assert_eq!(said, ["still waiting"]);
        });
    }

    #[test]
    fn no_request_is_in_flight_after_it_has_given_up() {
        let web =
            sites(["reports.example"]).fault("reports.example", Fault::Hang);
        check(web, async |web, client| {
            let mut said = Vec::new();
            let say = |message: &str| said.push(message.to_owned());
            let url = web.url("reports.example");
            let limit = Duration::from_millis(300);
            let report = fetch_report(client, url, limit, say).await;
            assert_eq!(report.expect("no failure"), None);
            assert_eq!(said, ["still waiting", "giving up"]);
            let left = sees(web, |record| {
                record.in_flight() == 0 && record.client_gone() > 0
            });
            assert!(left.await, "a request is in flight after it gave up");
        });
    }

    #[test]
    fn a_report_that_comes_in_time_is_returned_right_away() {
        check(sites(["reports.example"]), async |web, client| {
            let mut said = 0;
            let url = web.url("reports.example");
            let report =
                fetch_report(client, url, PATIENCE, |_message| said += 1).await;
            assert_eq!(report.expect("no failure"), Some(1_000));
            assert_eq!(said, 0, "messages");
            assert_eq!(web.record().count(Outcome::Complete), 1);
        });
    }
}
