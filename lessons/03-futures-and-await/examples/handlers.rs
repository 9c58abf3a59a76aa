//! How do you store different async functions in one `HashMap`?
//!
//! ```sh
//! cargo run -p lesson03 --example handlers
//! ```
//!
//! Each async function returns a future of a type of its own, so a map can't
//! hold the functions as they are. Each goes into a box, and so does the future
//! that it returns. Look at the requests: the boxed futures overlap like any
//! others.

// ANCHOR: use
use std::collections::HashMap;

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use lesson_kit::{Site, println};
use lesson03::{SITES, client, count_words, fetch_content};
use reqwest::{Client, Result};
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson03 --example handlers",
        "async functions in a HashMap",
        &SITES,
    );
    let [a, b] = lesson.exact_sites();
    let client = client()?;
    let handlers = handlers();
    // ANCHOR: calls
    let jobs = [("words", a), ("bytes", b)];
    let futures =
        jobs.map(|(name, site)| handlers[name](client.clone(), site.clone()));
    for ((name, site), number) in jobs.iter().zip(join_all(futures).await) {
        println!("{}: {} {name}", site.name, number?);
    }
    // ANCHOR_END: calls
    lesson.timeline("two handlers").await;
    Ok(())
}

// ANCHOR: handlers
async fn words(client: Client, site: Site) -> Result<usize> {
    count_words(&client, &site).await
}

async fn bytes(client: Client, site: Site) -> Result<usize> {
    Ok(fetch_content(&client, &site).await?.len())
}

/// The future of a number.
type Number = BoxFuture<'static, Result<usize>>;

/// An async function that counts something on a page.
type Handler = Box<dyn Fn(Client, Site) -> Number>;

/// The functions by their names.
pub fn handlers() -> HashMap<&'static str, Handler> {
    let mut all: HashMap<&str, Handler> = HashMap::new();
    all.insert("words", Box::new(|client, site| words(client, site).boxed()));
    all.insert("bytes", Box::new(|client, site| bytes(client, site).boxed()));
    all
}
// ANCHOR_END: handlers
