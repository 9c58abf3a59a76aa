// Each task fetches a page, parses it, and sends the title into a channel. The
// compiler rejects this: a task may move to another thread at each `.await`,
// and a parsed page can't.
//
// Read the error's first `note`. It points at the value, and at the `.await` at
// which the value is still alive. Change `find_title` so that the parsed page
// is gone by then. You don't have to change anything else. The tests check that
// the three pages are fetched concurrently.

use std::sync::LazyLock;

use exercises::show;
use mock_server::{MockWeb, presets};
use reqwest::Client;
use scraper::{Html, Selector};
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinSet;

static TITLE: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("title").expect("it is a selector"));

// The title of a page, if it has one.
fn title_of(page: &Html) -> Option<String> {
    let title = page.select(&TITLE).next()?;
    Some(title.text().collect::<String>().trim().to_owned())
}

// The page lives in a block, and only its title comes out. What a task holds
// while it waits is part of the task. The pieces of text in an `Html` are
// shared through a count that isn't atomic, as in an `Rc`, so a task that holds
// one isn't `Send`.
//
// The common wrong answer is `drop(html)` before the `send`. The compiler
// rejects that, too: `title_of` has borrowed `html`, and then the scope of the
// variable counts, not when it's dropped. A function that isn't async and
// returns the title is as good as the block: everything it holds is gone when
// it returns, and it can't wait.
async fn find_title(
    client: Client,
    url: String,
    found: Sender<String>,
) -> reqwest::Result<()> {
    let response = client.get(url).send().await?.error_for_status()?;
    let text = response.text().await?;
    let title = {
        let html = Html::parse_document(&text);
        title_of(&html)
    };
    if let Some(title) = title {
        // It fails only if `titles` has stopped receiving, and then the title
        // isn't needed.
        let _ = found.send(title).await;
    }
    Ok(())
}

// Nothing to change here.
async fn titles(client: &Client, urls: &[&str]) -> Vec<String> {
    let (found, mut titles) = channel(1);
    let mut tasks = JoinSet::new();
    for &url in urls {
        tasks.spawn(find_title(client.clone(), url.to_owned(), found.clone()));
    }
    // The channel ends when the last task has dropped its sender.
    drop(found);
    let mut all = Vec::new();
    while let Some(title) = titles.recv().await {
        all.push(title);
    }
    for page in tasks.join_all().await {
        if let Err(error) = page {
            println!("{error}");
        }
    }
    all.sort();
    all
}

fn main() {
    show(MockWeb::builder().sites(presets::tutorial()), async |web, client| {
        let urls = exercises::urls(web);
        println!("{:#?}", titles(client, &urls).await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sites, urls};
    use mock_server::Fault;

    const SITES: [&str; 3] = ["a.example", "b.example", "c.example"];

    // The server answers only when all three requests have arrived.
    #[test]
    fn all_titles_are_found_concurrently() {
        check(sites(SITES).gate(3, PATIENCE), async |web, client| {
            assert_eq!(titles(client, &urls(web)).await, SITES);
        });
    }

    #[test]
    fn a_page_without_a_title_gives_none() {
        let fault: Fault = "title?as=none".parse().expect("it is a fault");
        let web = sites(SITES).fault("b.example", fault);
        check(web, async |web, client| {
            let titles = titles(client, &urls(web)).await;
            assert_eq!(titles, ["a.example", "c.example"]);
        });
    }

    #[test]
    fn a_site_that_is_not_there_gives_none() {
        let web = sites(SITES).fault("c.example", Fault::Refused);
        check(web, async |web, client| {
            let titles = titles(client, &urls(web)).await;
            assert_eq!(titles, ["a.example", "b.example"]);
        });
    }
}
