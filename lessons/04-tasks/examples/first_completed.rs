//! Three sites have the page, and the first to answer is enough. What becomes
//! of the other two?
//!
//! ```sh
//! cargo run -p lesson04 --example first_completed
//! ```
//!
//! `select!` drops the futures that lost: the server sees those clients leave.
//! `JoinSet::join_next` gives the first result and lets the other tasks go on,
//! as `asyncio.wait(…, return_when=FIRST_COMPLETED)` does.

use std::process;

use lesson_kit::{Site, println};
use lesson04::client;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson04 --example first_completed",
        "the first answer, and what becomes of the others",
    );
    let [a, b, c] = lesson.sites() else {
        eprintln!(
            "first_completed: it takes three sites; give it three URLs, or none"
        );
        process::exit(2);
    };
    let client = client()?;
    let runtime = Runtime::new()?;

    println!("--- select! ---");
    let first = runtime.block_on(selected(&client, a, b, c));
    println!("first: {first}");
    lesson.blocking_timeline("select!");

    println!("\n--- JoinSet::join_next ---");
    let names = runtime.block_on(in_a_set(&client, [a, b, c]));
    println!("first: {}", names[0]);
    println!("later: {}", names[1..].join(", "));
    lesson.blocking_timeline("JoinSet::join_next");
    Ok(())
}

/// Fetches a page and returns the name of its site, or that it failed.
async fn fetch(client: &reqwest::Client, site: &Site) -> String {
    let page = async {
        let response = client.get(&site.url).send().await?;
        response.error_for_status()?.bytes().await
    };
    match page.await {
        Ok(_) => site.name.clone(),
        Err(_) => format!("{} failed", site.name),
    }
}

// ANCHOR: select
/// The first to be ready. The other two are dropped.
pub async fn selected(
    client: &reqwest::Client,
    a: &Site,
    b: &Site,
    c: &Site,
) -> String {
    tokio::select! {
        name = fetch(client, a) => name,
        name = fetch(client, b) => name,
        name = fetch(client, c) => name,
    }
}
// ANCHOR_END: select

// ANCHOR: join_next
/// All, in the order in which they are ready.
pub async fn in_a_set(
    client: &reqwest::Client,
    sites: [&Site; 3],
) -> Vec<String> {
    let mut tasks = JoinSet::new();
    for site in sites {
        let (client, site) = (client.clone(), site.clone());
        tasks.spawn(async move { fetch(&client, &site).await });
    }
    let mut names = Vec::new();
    while let Some(name) = tasks.join_next().await {
        names.push(name.expect("the task does not panic"));
    }
    names
}
// ANCHOR_END: join_next
