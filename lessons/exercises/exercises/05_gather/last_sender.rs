// How large are some pages together? A task for each page sends its size into a
// channel, and another one sends a tick every now and then, at which the
// program says how far it is. All sizes are told, and then it says that it is
// at the sum, again and again, and never comes to the end.
//
// The end of a channel is there when nobody can send any more. Who can? (The
// ticks need not come through the channel.)

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
            // It fails when nobody receives any more.
            let _ = sender.send(Message::Size(bytes)).await;
        }
        Err(error) => println!("{error}"),
    }
}

// Until nobody receives any more.
async fn clock(tick: Duration, sender: Sender<Message>) {
    let mut ticks = interval(tick);
    while sender.send(Message::Tick).await.is_ok() {
        ticks.tick().await;
    }
}

// `say` is told how many bytes there are so far.
// TODO: This waits for the end of a channel.
async fn total(
    client: &Client,
    urls: &[&str],
    tick: Duration,
    mut say: impl FnMut(usize),
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
            Message::Tick => say(total),
        }
    }
    total
}

fn main() {
    show(MockWeb::builder(), async |web, client| {
        let tick = Duration::from_millis(200);
        let say = |bytes: usize| println!("{bytes} bytes so far");
        let urls = urls(web);
        let total = total(client, &urls, tick, say);
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

    // The sum, and what was said on the way to it.
    fn total_of(web: Builder) -> (usize, Vec<usize>) {
        let (mut bytes, mut said) = (0, Vec::new());
        check(web, async |web, client| {
            let urls = urls(web);
            let total = total(client, &urls, TICK, |bytes| said.push(bytes));
            let total = timeout(PATIENCE, total).await;
            bytes = total.expect("it waits, and somebody can still send");
        });
        (bytes, said)
    }

    // Nobody gets an answer before three requests are there.
    #[test]
    fn it_ends_when_all_pages_are_there() {
        let (bytes, _said) = total_of(sites(SITES).gate(3, PATIENCE));
        assert_eq!(bytes, 3_000);
    }

    #[test]
    fn it_ends_when_a_page_does_not_come() {
        let (bytes, _said) =
            total_of(sites(SITES).fault("b.example", Fault::Refused));
        assert_eq!(bytes, 2_000);
    }

    #[test]
    fn a_page_that_takes_long_is_waited_for_and_that_is_said() {
        let slow = Fault::Delay { ms: 1_500 };
        let (bytes, said) = total_of(sites(SITES).fault("b.example", slow));
        assert_eq!(bytes, 3_000);
        assert!(said.contains(&2_000), "what was said: {said:?}");
    }
}
