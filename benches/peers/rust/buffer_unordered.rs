//! reqwest with `buffer_unordered`: one task, which has a limited number of requests in flight.

use futures::stream::{self, StreamExt, TryStreamExt};
use peers::program::{Input, fetch_page, in_order, measure_async};

fn main() -> anyhow::Result<()> {
    measure_async(fetch_all)
}

async fn fetch_all(input: Input) -> anyhow::Result<Vec<usize>> {
    let client = reqwest::Client::new();
    let fetch_numbered = async |(number, url): (usize, &String)| {
        reqwest::Result::Ok((number, fetch_page(&client, url).await?))
    };
    let pages = stream::iter(input.lines.iter().enumerate()).map(fetch_numbered);
    let pages = pages.buffer_unordered(input.number).try_collect().await?;
    Ok(in_order(pages))
}
