//! `buffer_unordered` and reqwest: so many pages at a time, on one task.

use std::time::Instant;

use futures::stream::{self, StreamExt, TryStreamExt};
use peers::program::{Given, fetch, report};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let given = Given::read()?;
    let start = Instant::now();
    let client = reqwest::Client::new();
    let fetch =
        async |(number, url): (usize, &String)| reqwest::Result::Ok((number, fetch(&client, url).await?));
    let pages = stream::iter(given.lines.iter().enumerate()).map(fetch);
    let mut pages: Vec<_> = pages.buffer_unordered(given.number).try_collect().await?;
    pages.sort_unstable();
    let pages: Vec<_> = pages.into_iter().map(|(_, bytes)| bytes).collect();
    report(start.elapsed(), &pages)
}
