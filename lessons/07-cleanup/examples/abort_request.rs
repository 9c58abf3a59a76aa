//! A task is aborted. Has it ended? Have the tasks it spawned?
//!
//! ```sh
//! cargo run -p lesson07 --example abort_request
//! ```
//!
//! Look at the bars. `abort()` only asks for an end, and it asks only the one
//! task. In the first part the server sends each page to its last byte, because
//! the tasks that fetch them are different tasks. A token can be passed on, and
//! it cancels every task that listens to it. A child token cancels only those
//! that listen to the child. Python's `task.cancel()` goes further than
//! `abort()`: it also cancels the task that the cancelled one awaits.

// ANCHOR: use
use std::time::Duration;

use lesson_kit::{Site, println, with_causes};
use reqwest::Client;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
// ANCHOR_END: use

/// When the program cancels the work: before the first page arrives.
const PAUSE: Duration = Duration::from_millis(300);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson07 --example abort_request",
        "what abort() ends, and what a token ends",
        &["codeswithpankaj.com", "w3schools.com"],
    );
    let [first, second] = lesson.exact_sites();
    let client = lesson07::client()?;

    println!("--- wrong: abort() on the parent ---");
    let children = TaskTracker::new();
    let sites = lesson.sites().to_vec();
    let parent = tokio::spawn(parent(client.clone(), sites, children.clone()));
    sleep(PAUSE).await;
    println!("the parent is cancelled: {}", abort_and_wait(parent).await);
    println!("children still running: {}", children.len());
    // So that no child runs on into the next part.
    children.wait().await;
    lesson.timeline("abort() on the parent").await;

    println!("\n--- right: a token for all ---");
    let (children, all) = (TaskTracker::new(), CancellationToken::new());
    let jobs = vec![
        (first.clone(), all.child_token()),
        (second.clone(), all.child_token()),
    ];
    let work = listening(client.clone(), jobs, children.clone());
    let parent = tokio::spawn(work);
    sleep(PAUSE).await;
    all.cancel();
    parent.await?;
    println!("the parent finished by itself");
    println!("children still running: {}", children.len());
    lesson.timeline("a token for all").await;

    println!("\n--- right: a child token for one ---");
    let (children, all) = (TaskTracker::new(), CancellationToken::new());
    let one = all.child_token();
    let jobs =
        vec![(first.clone(), one.clone()), (second.clone(), all.child_token())];
    let parent = tokio::spawn(listening(client, jobs, children));
    sleep(PAUSE).await;
    one.cancel();
    parent.await?;
    println!("the parent finished by itself");
    println!("the token for all is cancelled: {}", all.is_cancelled());
    lesson.timeline("a child token for one").await;
    Ok(())
}

async fn fetch_and_print(client: Client, site: Site) {
    let page = async {
        let response = client.get(&site.url).send().await?;
        response.error_for_status()?.bytes().await
    };
    match page.await {
        Ok(page) => println!("{}: {} bytes", site.name, page.len()),
        Err(error) => {
            let error = with_causes(&error.without_url());
            println!("{}: failed: {error}", site.name);
        }
    }
}

// ANCHOR: parent
/// Spawns a task for each site and waits for them.
pub async fn parent(client: Client, sites: Vec<Site>, children: TaskTracker) {
    for site in sites {
        children.spawn(fetch_and_print(client.clone(), site));
    }
    children.close();
    children.wait().await;
}

/// Returns whether the task was cancelled.
pub async fn abort_and_wait(task: JoinHandle<()>) -> bool {
    task.abort();
    task.await.is_err_and(|error| error.is_cancelled())
}
// ANCHOR_END: parent

/// As `parent`, with a token for each child.
pub async fn listening(
    client: Client,
    jobs: Vec<(Site, CancellationToken)>,
    children: TaskTracker,
) {
    for (site, token) in jobs {
        children.spawn(listening_child(client.clone(), site, token));
    }
    children.close();
    children.wait().await;
}

// ANCHOR: listening
async fn listening_child(client: Client, site: Site, token: CancellationToken) {
    let name = site.name.clone();
    let page = fetch_and_print(client, site);
    if token.run_until_cancelled(page).await.is_none() {
        println!("{name}: cancelled");
    }
}
// ANCHOR_END: listening
