//! Tasks and nothing else: one for each page. Each task sleeps for a second and fetches nothing.

use std::time::Duration;

use peers::program::{Input, measure_async};
use tokio::task::JoinSet;
use tokio::time::sleep;

const SECOND: Duration = Duration::from_secs(1);

fn main() -> anyhow::Result<()> {
    measure_async(fetch_all)
}

async fn fetch_all(input: Input) -> anyhow::Result<Vec<usize>> {
    let mut tasks = JoinSet::new();
    for _ in &input.lines {
        tasks.spawn(sleep(SECOND));
    }
    let done = tasks.join_all().await;
    Ok(vec![0; done.len()])
}
