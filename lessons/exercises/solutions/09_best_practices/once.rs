// Tasks fetch pages, and each needs the site's rules before it may begin. The
// rules are meant to be fetched once. But every task finds that they aren't
// there yet, so every task fetches them.
//
// Let the first task fetch the rules while the others wait for the result. If
// that fetch fails, only the task that made it should fail, and the next one
// should try again. `tokio::sync::OnceCell` does both.

use std::sync::Arc;

use exercises::{show, sites};
use mock_server::MockWeb;
use reqwest::Client;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

/// Where a page and its rules are.
struct Urls {
    page: String,
    rules: String,
}

/// How many bytes a page may have.
#[derive(Default)]
struct Rules(OnceCell<usize>);

impl Rules {
    // The first caller's future runs, and the others wait for it. If it
    // fails, the cell stays empty, and the next caller's future runs.
    //
    // A common wrong answer is `get_or_init` with an `expect` in it: then one
    // failed fetch is a panic. The other wrong answer puts the `Result` into
    // the cell, and then every task gets the first task's error, for ever.
    //
    // Tokio's `Mutex`, held across the fetch, works as well. It's what you'd
    // write if the rules had to be fetched again from time to time.
    async fn get(&self, client: &Client, url: &str) -> reqwest::Result<usize> {
        let fetch = || page_size(client, url);
        self.0.get_or_try_init(fetch).await.copied()
    }
}

async fn page(
    client: Client,
    urls: Urls,
    rules: Arc<Rules>,
) -> reqwest::Result<usize> {
    let most = rules.get(&client, &urls.rules).await?;
    Ok(page_size(&client, &urls.page).await?.min(most))
}

/// Fetches the page of each site in a task of its own. How many arrived?
async fn pages(client: &Client, urls: Vec<Urls>) -> usize {
    let rules = Arc::new(Rules::default());
    let mut tasks = JoinSet::new();
    for urls in urls {
        tasks.spawn(page(client.clone(), urls, Arc::clone(&rules)));
    }
    tasks.join_all().await.iter().flatten().count()
}

fn all_urls(web: &MockWeb) -> Vec<Urls> {
    let names = ["a.example", "b.example", "c.example"];
    let urls = |name| Urls {
        page: web.url(name).to_string(),
        rules: web.url("rules.example").to_string(),
    };
    names.map(urls).into()
}

fn web() -> mock_server::Builder {
    sites(["rules.example", "a.example", "b.example", "c.example"])
}

fn main() {
    show(web(), async |web, client| {
        println!("{} pages", pages(client, all_urls(web)).await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::check;

    #[test]
    fn the_rules_are_fetched_once() {
        check(web(), async |web, client| {
            assert_eq!(pages(client, all_urls(web)).await, 3, "pages");
            let requests = web.record().requests("rules.example");
            assert_eq!(requests, 1, "the rules were fetched {requests} times");
        });
    }

    #[test]
    fn when_the_first_fetch_fails_the_next_task_tries_again() {
        let fault = "fail-first?n=1".parse().expect("it is a fault");
        let web = web().fault("rules.example", fault);
        check(web, async |web, client| {
            let pages = pages(client, all_urls(web)).await;
            assert_eq!(pages, 2, "the pages of the other two tasks");
            let requests = web.record().requests("rules.example");
            assert_eq!(requests, 2, "the rules were fetched {requests} times");
        });
    }
}
