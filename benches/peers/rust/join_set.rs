//! A `JoinSet` and reqwest: so many tasks at a time, a new one for each that is over.

use std::time::Instant;

use peers::program::{Given, fetch, report};
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let given = Given::read()?;
    let start = Instant::now();
    let client = reqwest::Client::new();
    let fetch = |(number, url): (usize, String)| {
        let client = client.clone();
        async move { reqwest::Result::Ok((number, fetch(&client, &url).await?)) }
    };
    let mut urls = given.lines.into_iter().enumerate();
    let mut tasks: JoinSet<_> = urls.by_ref().take(given.number).map(fetch).collect();
    let mut pages = Vec::new();
    while let Some(page) = tasks.join_next().await {
        pages.push(page??);
        if let Some(url) = urls.next() {
            tasks.spawn(fetch(url));
        }
    }
    pages.sort_unstable();
    let pages: Vec<_> = pages.into_iter().map(|(_, bytes)| bytes).collect();
    report(start.elapsed(), &pages)
}
