//! Tasks and nothing else: one for each page, which sleeps for a second and fetches nothing.

use std::time::{Duration, Instant};

use peers::program::{Given, report};
use tokio::task::JoinSet;
use tokio::time::sleep;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let given = Given::read()?;
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in &given.lines {
        tasks.spawn(sleep(SECOND));
    }
    let tasks = tasks.join_all().await;
    report(start.elapsed(), &vec![0; tasks.len()])
}
