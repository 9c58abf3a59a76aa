//! `join_all` and reqwest: all pages at once, on one task. There is no bound.

use std::time::Instant;

use futures::future::try_join_all;
use peers::program::{Given, fetch, report};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let given = Given::read()?;
    let start = Instant::now();
    let client = reqwest::Client::new();
    let pages = try_join_all(given.lines.iter().map(|url| fetch(&client, url))).await?;
    report(start.elapsed(), &pages)
}
