// Workers fetch page after page until you press Ctrl-C. Then the program ends
// immediately, and the pages it was fetching are cut off in the middle.
//
// Make `run` shut down gracefully: its workers start no new pages, and `run`
// waits for the pages that have been started. It shouldn't wait forever, so
// after `grace_period` drop the ones that are left. You don't need to change
// when the workers start, or what they print. The tests count the pages that
// were cut off, and check that `run` ends although a site hangs.

use std::time::Duration;

use exercises::{show, urls};
use mock_server::MockWeb;
use reqwest::Client;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

async fn page_size(client: &Client, url: &str) -> anyhow::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// TODO: A worker doesn't look at `stop`.
async fn worker(client: Client, url: String, _stop: CancellationToken) {
    loop {
        match page_size(&client, &url).await {
            Ok(bytes) => println!("{bytes} bytes"),
            Err(error) => println!("{error:#}"),
        }
        sleep(Duration::from_millis(20)).await;
    }
}

// TODO: A `JoinSet` aborts its tasks when it's dropped.
async fn run(
    client: &Client,
    urls: &[&str],
    stop: &CancellationToken,
    _grace_period: Duration,
) {
    let mut workers = JoinSet::new();
    for &url in urls {
        let (client, stop) = (client.clone(), stop.clone());
        workers.spawn(worker(client, url.to_owned(), stop));
    }
    stop.cancelled().await;
}

fn main() {
    show(MockWeb::builder(), async |web, client| {
        let (stop, urls) = (CancellationToken::new(), urls(web));
        let pressed = async {
            sleep(Duration::from_millis(1_000)).await;
            println!("Ctrl-C");
            stop.cancel();
        };
        let grace_period = Duration::from_secs(2);
        let running = run(client, &urls, &stop, grace_period);
        let running = timeout(Duration::from_secs(5), running);
        let (ended, ()) = futures::future::join(running, pressed).await;
        if ended.is_err() {
            println!("it is still running after five seconds");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees};
    use futures::future::join;
    use mock_server::{Builder, Fault, Outcome, Site};

    // Each page takes a second.
    fn slow() -> Builder {
        MockWeb::builder().sites(
            ["a.example", "b.example", "c.example"]
                .map(|name| Site::new(name).delay(Duration::from_secs(1))),
        )
    }

    // Presses Ctrl-C once all three pages are in flight. Returns whether `run`
    // ended by itself.
    async fn pressed_in_the_middle(
        web: &MockWeb,
        client: &Client,
        grace_period: Duration,
    ) -> bool {
        let (stop, urls) = (CancellationToken::new(), urls(web));
        let pressed = async {
            let started = sees(web, |record| record.in_flight() == 3).await;
            assert!(started, "three workers fetch");
            stop.cancel();
        };
        let running = run(client, &urls, &stop, grace_period);
        let (ended, ()) = join(timeout(PATIENCE * 3, running), pressed).await;
        ended.is_ok()
    }

    #[test]
    fn pages_that_were_started_are_finished_and_no_new_ones_start() {
        check(slow(), async |web, client| {
            let ended = pressed_in_the_middle(web, client, PATIENCE * 2).await;
            assert!(ended, "it ends when the pages are done");
            // `run` has ended, so a page that isn't done by now is cut off.
            sees(web, |record| record.in_flight() == 0).await;
            let record = web.record();
            let done = record.count(Outcome::Complete);
            assert_eq!(record.client_gone(), 0, "pages that were cut");
            assert_eq!(done, 3, "pages that were done");
        });
    }

    #[test]
    fn after_the_grace_period_it_waits_no_longer() {
        let web = slow().fault("b.example", Fault::Hang);
        check(web, async |web, client| {
            let grace_period = Duration::from_secs(2);
            let ended = pressed_in_the_middle(web, client, grace_period).await;
            assert!(ended, "it waits for a site that hangs");
            let left = sees(web, |record| record.in_flight() == 0).await;
            assert!(left, "the page that hangs is given up");
        });
    }
}
