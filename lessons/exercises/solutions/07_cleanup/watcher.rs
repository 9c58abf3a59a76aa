// A watcher fetches a page once a minute. When it's told to stop, it only finds
// out at the end of its pause, up to a minute later.
//
// Make it stop in the middle of its pause. A request that has been sent should
// still finish. The tests cancel the token during a pause and during a request,
// and look at whether the watcher ends and whether the page arrived.

use std::time::Duration;

use exercises::show;
use mock_server::MockWeb;
use reqwest::Client;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

const PAUSE: Duration = Duration::from_secs(60);

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// `run_until_cancelled` drops the pause when the token is cancelled, and the
// `while` then ends the loop. Nothing is lost with a pause.
//
// The common wrong answer puts `run_until_cancelled` around all of `watch`, or
// aborts its task. Then it stops in the middle of a request, too.
async fn watch(client: &Client, url: &str, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        match page_size(client, url).await {
            Ok(bytes) => println!("{bytes} bytes"),
            Err(error) => println!("{error:#}"),
        }
        stop.run_until_cancelled(sleep(PAUSE)).await;
    }
}

fn main() {
    show(MockWeb::builder(), async |web, client| {
        let stop = CancellationToken::new();
        let watching = watch(client, web.url("python.org"), &stop);
        let watching = timeout(Duration::from_secs(5), watching);
        let stopping = async {
            sleep(Duration::from_secs(1)).await;
            println!("stop!");
            stop.cancel();
        };
        let (ended, ()) = futures::future::join(watching, stopping).await;
        if ended.is_err() {
            println!("it is still running after five seconds");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees, sites};
    use futures::future::join;
    use mock_server::{Builder, Outcome, Record};

    // Watches a page, and cancels the token when the server has seen this.
    // Whether the watcher ended soon after that.
    async fn stopped_when(
        web: &MockWeb,
        client: &Client,
        seen: impl FnMut(&Record) -> bool,
    ) -> bool {
        let stop = CancellationToken::new();
        let watching = watch(client, web.url("a.example"), &stop);
        let stopping = async {
            assert!(sees(web, seen).await, "the page is requested");
            stop.cancel();
        };
        let watching = timeout(PATIENCE * 2, watching);
        let (ended, ()) = join(watching, stopping).await;
        ended.is_ok()
    }

    fn slow() -> Builder {
        let site = mock_server::Site::new("a.example");
        MockWeb::builder().sites([site.delay(Duration::from_secs(1))])
    }

    #[test]
    fn told_to_stop_in_its_pause_it_ends() {
        check(sites(["a.example"]), async |web, client| {
            let arrived =
                |record: &Record| record.count(Outcome::Complete) == 1;
            let ended = stopped_when(web, client, arrived).await;
            assert!(ended, "it sleeps on after it was told to stop");
            assert_eq!(web.record().requests("a.example"), 1);
        });
    }

    #[test]
    fn told_to_stop_during_a_request_it_finishes_that_and_sends_no_other() {
        check(slow(), async |web, client| {
            let in_flight = |record: &Record| record.in_flight() == 1;
            let ended = stopped_when(web, client, in_flight).await;
            assert!(ended, "it sleeps on after it was told to stop");
            sees(web, |record| record.in_flight() == 0).await;
            assert_eq!(web.record().client_gone(), 0, "pages that were cut");
            assert_eq!(web.record().requests("a.example"), 1);
        });
    }
}
