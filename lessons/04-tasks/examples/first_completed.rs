//! Three sites have the page, and the first answer is enough. What happens to
//! the other two requests?
//!
//! ```sh
//! cargo run -p lesson04 --example first_completed
//! ```
//!
//! `select!` drops the futures that lost, so the server sees those clients
//! leave. `JoinSet::join_next` returns the first result and leaves the other
//! tasks running, as `asyncio.wait(…, return_when=FIRST_COMPLETED)` does.
//!
//! A failure counts as an answer here, in both. `futures::future::select_ok`
//! waits for the first success; chapter 5 uses it.

// ANCHOR: use
use lesson_kit::{Site, println, with_causes};
use lesson04::client;
use reqwest::Client;
use tokio::task::JoinSet;
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson04 --example first_completed",
        "the first answer, and what happens to the other requests",
    );
    let sites = lesson.exact_sites().each_ref();
    let client = client()?;

    println!("--- select! ---");
    let first = with_select(&client, sites).await;
    println!("first: {first}");
    lesson.timeline("select!").await;

    println!("\n--- JoinSet::join_next ---");
    let answers = with_join_set(&client, sites).await?;
    println!("first: {}", answers[0]);
    println!("later: {}", answers[1..].join(", "));
    lesson.timeline("JoinSet::join_next").await;
    Ok(())
}

/// Fetches a page. Returns the name of its site, or how that failed.
async fn answer_of(client: &Client, site: &Site) -> String {
    let page = async {
        let response = client.get(&site.url).send().await?;
        response.error_for_status()?.bytes().await
    };
    match page.await {
        Ok(_) => site.name.clone(),
        Err(error) => {
            let error = with_causes(&error.without_url());
            format!("{} failed: {error}", site.name)
        }
    }
}

// ANCHOR: both
/// Version A.
pub async fn with_select(client: &Client, [a, b, c]: [&Site; 3]) -> String {
    tokio::select! {
        answer = answer_of(client, a) => answer,
        answer = answer_of(client, b) => answer,
        answer = answer_of(client, c) => answer,
    }
}

/// Version B.
pub async fn with_join_set(
    client: &Client,
    sites: [&Site; 3],
) -> anyhow::Result<Vec<String>> {
    let mut tasks = JoinSet::new();
    for site in sites {
        let (client, site) = (client.clone(), site.clone());
        tasks.spawn(async move { answer_of(&client, &site).await });
    }
    let mut answers = Vec::new();
    while let Some(answer) = tasks.join_next().await {
        answers.push(answer?);
    }
    Ok(answers)
}
// ANCHOR_END: both
