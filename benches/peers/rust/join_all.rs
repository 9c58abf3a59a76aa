//! reqwest with `join_all`: one task, which has all requests in flight. There is no limit.

use futures::future::join_all;
use peers::program::{Input, fetch_page, measure_async};

fn main() -> anyhow::Result<()> {
    measure_async(fetch_all)
}

async fn fetch_all(input: Input) -> anyhow::Result<Vec<usize>> {
    let client = reqwest::Client::new();
    let pages = join_all(input.lines.iter().map(|url| fetch_page(&client, url))).await;
    Ok(pages.into_iter().collect::<Result<_, _>>()?)
}
