//! reqwest with a `JoinSet`: a limited number of tasks, and a new one for each that finishes.

use peers::program::{Input, fetch_page, in_order, measure_async};
use reqwest::Client;
use tokio::task::JoinSet;

fn main() -> anyhow::Result<()> {
    measure_async(fetch_all)
}

async fn fetch_all(input: Input) -> anyhow::Result<Vec<usize>> {
    let client = Client::new();
    let mut urls = input.lines.into_iter().enumerate();
    let mut tasks = JoinSet::new();
    for (number, url) in urls.by_ref().take(input.number) {
        tasks.spawn(fetch_numbered(client.clone(), number, url));
    }
    let mut pages = Vec::new();
    while let Some(page) = tasks.join_next().await {
        pages.push(page??);
        if let Some((number, url)) = urls.next() {
            tasks.spawn(fetch_numbered(client.clone(), number, url));
        }
    }
    Ok(in_order(pages))
}

async fn fetch_numbered(client: Client, number: usize, url: String) -> reqwest::Result<(usize, usize)> {
    Ok((number, fetch_page(&client, &url).await?))
}
