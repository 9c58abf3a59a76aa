// How large are some pages together? A task for each page sends its size into a
// channel. Another task sends a tick now and then, and at each tick the program
// reports the sum it has so far. It receives every size, but then it keeps
// reporting the sum and never finishes.
//
// Change the program so that `total` returns when all pages have arrived or
// failed. It should still report the sum while it waits. Find out first which
// senders are left. (The ticks don't have to come through the channel.)
//
// The tests check that it ends, even if a page fails, and that it waits for a
// slow page and reports in the meantime.

use std::time::Duration;

use exercises::{show, urls};
use mock_server::MockWeb;
use reqwest::Client;
use tokio::sync::mpsc::{self, Sender};
use tokio::task::JoinSet;
use tokio::time::interval;

enum Message {
    Size(usize),
    Tick,
}

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

async fn worker(client: Client, url: String, sender: Sender<Message>) {
    match page_size(&client, &url).await {
        Ok(bytes) => {
            // Fails only if the receiver is gone.
            let _ = sender.send(Message::Size(bytes)).await;
        }
        Err(error) => println!("{error}"),
    }
}

// Sends ticks as long as there's a receiver.
async fn clock(tick: Duration, sender: Sender<Message>) {
    let mut ticks = interval(tick);
    while sender.send(Message::Tick).await.is_ok() {
        ticks.tick().await;
    }
}

// Calls `report` with the number of bytes so far.
// TODO: This waits for the end of a channel.
async fn total(
    client: &Client,
    urls: &[&str],
    tick: Duration,
    mut report: impl FnMut(usize),
) -> usize {
    let (sender, mut receiver) = mpsc::channel(1);
    let mut tasks = JoinSet::new();
    for &url in urls {
        tasks.spawn(worker(client.clone(), url.to_owned(), sender.clone()));
    }
    tasks.spawn(clock(tick, sender.clone()));
    let mut total = 0;
    while let Some(message) = receiver.recv().await {
        match message {
            Message::Size(bytes) => total += bytes,
            Message::Tick => report(total),
        }
    }
    total
}

fn main() {
    show(MockWeb::builder(), async |web, client| {
        let tick = Duration::from_millis(200);
        let report = |bytes: usize| println!("{bytes} bytes so far");
        let urls = urls(web);
        let total = total(client, &urls, tick, report);
        match tokio::time::timeout(Duration::from_secs(2), total).await {
            Ok(bytes) => println!("{bytes} bytes in all"),
            Err(_elapsed) => println!("gave up"),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sites};
    use mock_server::{Builder, Fault};
    use tokio::time::timeout;

    const SITES: [&str; 3] = ["a.example", "b.example", "c.example"];
    const TICK: Duration = Duration::from_millis(50);

    // The sum, and the sums that were reported on the way to it.
    fn total_of(web: Builder) -> (usize, Vec<usize>) {
        let (mut bytes, mut reported) = (0, Vec::new());
        check(web, async |web, client| {
            let urls = urls(web);
            let report = |bytes| reported.push(bytes);
            let total = total(client, &urls, TICK, report);
            let total = timeout(PATIENCE, total).await;
            bytes = total.expect("it still waits for a sender");
        });
        (bytes, reported)
    }

    // No request gets a response before three have arrived.
    #[test]
    fn it_ends_when_all_pages_have_arrived() {
        let (bytes, _reported) = total_of(sites(SITES).gate(3, PATIENCE));
        assert_eq!(bytes, 3_000);
    }

    #[test]
    fn it_ends_when_a_page_fails() {
        let (bytes, _reported) =
            total_of(sites(SITES).fault("b.example", Fault::Refused));
        assert_eq!(bytes, 2_000);
    }

    #[test]
    fn it_waits_for_a_slow_page_and_reports_in_the_meantime() {
        let slow = Fault::Delay { time: Duration::from_millis(1_500) };
        let (bytes, reported) = total_of(sites(SITES).fault("b.example", slow));
        assert_eq!(bytes, 3_000);
        assert!(reported.contains(&2_000), "reported: {reported:?}");
    }
}
