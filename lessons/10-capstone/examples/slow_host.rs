//! Four requests at a time, and no more than two to one host. One of the hosts
//! is slow. Does it hold up the other?
//!
//! ```sh
//! cargo run -p lesson10 --example slow_host
//! ```
//!
//! The third step towards a link checker. In the wrong run, each URL gets one of
//! four tasks, and the task waits for a permit of its host. So the slow host's
//! URLs have all four tasks, and two of them only wait. In the right run, a URL
//! waits in the frontier until its host may get another request, and the URLs
//! behind it may start first. Look at when the first request to
//! `library.example` arrives.

// ANCHOR: use
use std::collections::{HashMap, VecDeque};
use std::iter::repeat_n;
use std::sync::Arc;
use std::time::Duration;

use lesson_kit::{Site, println};
use reqwest::Client;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use url::Url;
// ANCHOR_END: use

/// The timeout for a request.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How many requests are in flight at the same time.
const AT_ONCE: usize = 4;
/// How many of them may go to one host.
const PER_HOST: usize = 2;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson10 --example slow_host",
        "a slow host and a quick one",
        &["codeswithpankaj.com", "library.example"],
    );
    let client = Client::builder().timeout(TIMEOUT).build()?;
    let urls = urls(lesson.exact_sites())?;

    println!("--- wrong: wait in the task ---");
    wait_in_task(&client, urls.clone()).await?;
    lesson.timeline("wait in the task").await;

    println!("\n--- right: wait in the frontier ---");
    wait_in_frontier(&client, urls).await?;
    lesson.timeline("wait in the frontier").await;
    Ok(())
}

/// Four times a page of a slow host, and then six times one of a quick host.
pub fn urls([slow, quick]: &[Site; 2]) -> anyhow::Result<Vec<Url>> {
    let slow = repeat_n(Url::parse(&slow.url)?, 4);
    let quick = repeat_n(Url::parse(&quick.url)?, 6);
    Ok(slow.chain(quick).collect())
}

// ANCHOR: wrong
/// Wrong.
pub async fn wait_in_task(
    client: &Client,
    urls: Vec<Url>,
) -> anyhow::Result<()> {
    let mut hosts: HashMap<String, Arc<Semaphore>> = HashMap::new();
    let mut tasks = JoinSet::new();
    for url in urls {
        if tasks.len() == AT_ONCE
            && let Some(fetched) = tasks.join_next().await
        {
            fetched??;
        }
        let new = || Arc::new(Semaphore::new(PER_HOST));
        let host = Arc::clone(hosts.entry(host_of(&url)).or_insert_with(new));
        let client = client.clone();
        tasks.spawn(async move {
            let _permit = host.acquire().await?;
            anyhow::Ok(fetch(client, url).await?)
        });
    }
    while let Some(fetched) = tasks.join_next().await {
        fetched??;
    }
    Ok(())
}
// ANCHOR_END: wrong

// ANCHOR: fetch
/// The host of a URL, with its port.
fn host_of(url: &Url) -> String {
    url.authority().to_owned()
}

/// Fetches a page, and returns its URL.
async fn fetch(client: Client, url: Url) -> reqwest::Result<Url> {
    let response = client.get(url.clone()).send().await?;
    response.error_for_status()?.bytes().await?;
    Ok(url)
}
// ANCHOR_END: fetch

// ANCHOR: right
/// Right.
pub async fn wait_in_frontier(
    client: &Client,
    urls: Vec<Url>,
) -> anyhow::Result<()> {
    let mut frontier = Frontier { waiting: urls.into(), ..Frontier::default() };
    let mut tasks = JoinSet::new();
    loop {
        while tasks.len() < AT_ONCE
            && let Some(url) = frontier.take()
        {
            tasks.spawn(fetch(client.clone(), url));
        }
        let Some(fetched) = tasks.join_next().await else { return Ok(()) };
        frontier.done(&fetched??);
    }
}
// ANCHOR_END: right

// ANCHOR: frontier
/// The URLs that haven't been requested yet.
#[derive(Default)]
struct Frontier {
    waiting: VecDeque<Url>,
    /// The number of requests in flight to each host.
    in_flight: HashMap<String, usize>,
}

impl Frontier {
    /// Takes the first URL whose host may get another request.
    fn take(&mut self) -> Option<Url> {
        let is_ready = |url: &Url| {
            let in_flight = self.in_flight.get(&host_of(url));
            in_flight.is_none_or(|number| *number < PER_HOST)
        };
        let index = self.waiting.iter().position(is_ready)?;
        let url = self.waiting.remove(index)?;
        *self.in_flight.entry(host_of(&url)).or_default() += 1;
        Some(url)
    }

    /// The request for this URL has ended.
    fn done(&mut self, url: &Url) {
        *self.in_flight.entry(host_of(url)).or_default() -= 1;
    }
}
// ANCHOR_END: frontier
