// Workers fetch page after page until somebody presses Ctrl-C. Then the program
// ends at once, and what it was fetching is cut in the middle.
//
// End in good order: begin no page any more, and wait for those that are begun.
// But not for ever: after `limit`, let go of those that are left.
//
// Look at the bars: nobody is to leave in the middle of a page.

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

// TODO: A worker does not know of `stop`.
async fn worker(client: Client, url: String, _stop: CancellationToken) {
    loop {
        match page_size(&client, &url).await {
            Ok(bytes) => println!("{bytes} bytes"),
            Err(error) => println!("{error:#}"),
        }
        sleep(Duration::from_millis(20)).await;
    }
}

// TODO: Dropped, a `JoinSet` aborts its tasks.
async fn run(
    client: &Client,
    urls: &[&str],
    stop: &CancellationToken,
    _limit: Duration,
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
        let limit = Duration::from_secs(2);
        let running = run(client, &urls, &stop, limit);
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

    // Presses Ctrl-C when all three pages are begun. Whether it ended by
    // itself.
    async fn pressed_when_begun(
        web: &MockWeb,
        client: &Client,
        limit: Duration,
    ) -> bool {
        let (stop, urls) = (CancellationToken::new(), urls(web));
        let pressed = async {
            let begun = sees(web, |record| record.in_flight() == 3).await;
            assert!(begun, "three workers fetch");
            stop.cancel();
        };
        let running = run(client, &urls, &stop, limit);
        let (ended, ()) = join(timeout(PATIENCE * 3, running), pressed).await;
        ended.is_ok()
    }

    #[test]
    fn pages_that_were_started_are_finished_and_no_new_ones_start() {
        check(slow(), async |web, client| {
            let ended = pressed_when_begun(web, client, PATIENCE * 2).await;
            assert!(ended, "it ends when the pages are done");
            // It is over: what is not done now, is cut.
            sees(web, |record| record.in_flight() == 0).await;
            let record = web.record();
            let done = record.count(Outcome::Complete);
            assert_eq!(record.client_gone(), 0, "pages that were cut");
            assert_eq!(done, 3, "pages that were done");
        });
    }

    #[test]
    fn after_the_limit_it_waits_no_longer() {
        let web = slow().fault("b.example", Fault::Hang);
        check(web, async |web, client| {
            let limit = Duration::from_secs(2);
            let ended = pressed_when_begun(web, client, limit).await;
            assert!(ended, "it waits for a site that hangs, for ever");
            let left = sees(web, |record| record.in_flight() == 0).await;
            assert!(left, "the page that hangs is let go");
        });
    }
}
