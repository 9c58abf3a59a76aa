// Titles of pages go into a channel, from which somebody writes them down. Each
// page is fetched and parsed by a task of its own. The compiler refuses this: a
// task may change threads whenever it waits, and a parsed page must not.
//
// Read the error's `note`: it points at the value, and at the await that the
// value is still alive at. Let the page be parsed and gone when the task waits.

use exercises::show;
use mock_server::{MockWeb, Site};
use reqwest::Client;
use scraper::{Html, Selector};
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinSet;

// The title of a page, if it has one.
fn title_of(page: &Html) -> Option<String> {
    let selector = Selector::parse("title").ok()?;
    let title = page.select(&selector).next()?;
    Some(title.text().collect::<String>().trim().to_owned())
}

// The page lives in a block, and only its title comes out. What a task holds
// while it waits is part of the task; `Html` counts its parts with `Rc`, whose
// count two threads may not change at once, so no task that holds one is
// `Send`.
//
// The common wrong answer is `drop(html)` before the `send`. The compiler goes
// by the scope of a variable here, not by when it is dropped, and refuses that,
// too. A function that is not async and returns the title is as good as the
// block: what it holds is gone when it returns, and it cannot wait.
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
        // It fails when nobody wants titles any more.
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
    all.sort();
    all
}

fn main() {
    show(MockWeb::builder().sites(Site::tutorial()), async |web, client| {
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

    // Nobody gets an answer before three requests are there.
    #[test]
    fn all_titles_are_found_at_once() {
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
