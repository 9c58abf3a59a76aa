// Each page of this story links to the next one. `story` returns a stream, but
// it fetches all pages before the first one comes out. If you stop after two
// pages, the server has still sent the whole story.
//
// Change `story` so that it fetches a page when you ask for the next item, and
// not before. A page that fails is the last item. Then look at the last test:
// in some stories the last page links back to the first. Such a story has to
// end as well. The tests count the requests.

use std::sync::LazyLock;

use exercises::show;
use futures::stream::{self, Stream, StreamExt};
use mock_server::{Builder, MockWeb, Site};
use reqwest::{Client, Url};
use scraper::{Html, Selector};

static TITLE: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("title").expect("it is a selector"));
static NEXT: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("a[rel=next]").expect("it is a selector"));

#[derive(Debug)]
struct Page {
    title: String,
    next: Option<Url>,
}

// Nothing to change here.
async fn fetch(client: &Client, url: Url) -> reqwest::Result<Page> {
    let response = client.get(url.clone()).send().await?.error_for_status()?;
    let html = Html::parse_document(&response.text().await?);
    let title = html.select(&TITLE).flat_map(|title| title.text()).collect();
    let link = html.select(&NEXT).find_map(|link| link.attr("href"));
    Ok(Page { title, next: link.and_then(|link| url.join(link).ok()) })
}

// TODO: The loop runs to its end before the stream has a first item.
fn story(
    client: &Client,
    start: Url,
) -> impl Stream<Item = reqwest::Result<Page>> {
    let pages = async move {
        let (mut pages, mut next) = (Vec::new(), Some(start));
        while let Some(url) = next {
            let page = fetch(client, url).await;
            next = page.as_ref().ok().and_then(|page| page.next.clone());
            pages.push(page);
        }
        stream::iter(pages)
    };
    stream::once(pages).flatten()
}

// Five pages. The last one links to this path, if there is one.
fn book(last: Option<&str>) -> Builder {
    let links = [Some("2"), Some("3"), Some("4"), Some("5"), last];
    let mut site = Site::new("book.example");
    for (number, link) in (1..).zip(links) {
        let link = link.map(|to| format!("<a rel=next href={to}>Next</a>"));
        let link = link.unwrap_or_default();
        let page = format!("<title>Page {number}</title>{link}");
        site = site.also(&format!("/{number}"), "text/html", page);
    }
    MockWeb::builder().sites([site])
}

fn first_page(web: &MockWeb) -> Url {
    let site = Url::parse(web.url("book.example")).expect("it is a URL");
    site.join("1").expect("it is a URL")
}

fn main() {
    show(book(None), async |web, client| {
        let mut pages = Box::pin(story(client, first_page(web)).take(2));
        while let Some(page) = pages.next().await {
            println!("{:?}", page.map(|page| page.title));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check};
    use tokio::time::timeout;

    // The titles of the first pages, or which one failed.
    async fn titles(
        web: &MockWeb,
        client: &Client,
        at_most: usize,
    ) -> Vec<String> {
        let pages = story(client, first_page(web)).take(at_most);
        let titles = pages.map(|page| match page {
            Ok(page) => page.title,
            Err(error) => format!("{:?}", error.status()),
        });
        let titles = timeout(PATIENCE, titles.collect()).await;
        titles.expect("the story does not end")
    }

    #[test]
    fn only_the_pages_that_are_asked_for_are_fetched() {
        check(book(None), async |web, client| {
            let titles = titles(web, client, 2).await;
            assert_eq!(titles, ["Page 1", "Page 2"]);
            let requests = web.record().requests("book.example");
            assert_eq!(requests, 2, "{requests} requests for two pages");
        });
    }

    #[test]
    fn the_whole_story_comes_in_its_order() {
        check(book(None), async |web, client| {
            let pages = ["Page 1", "Page 2", "Page 3", "Page 4", "Page 5"];
            assert_eq!(titles(web, client, 10).await, pages);
        });
    }

    #[test]
    fn a_page_that_is_missing_is_the_last_item() {
        check(book(Some("missing")), async |web, client| {
            let titles = titles(web, client, 10).await;
            assert_eq!(titles.len(), 6, "{titles:?}");
            assert_eq!(titles[5], "Some(404)");
        });
    }

    #[test]
    fn a_story_that_links_back_to_its_first_page_ends() {
        check(book(Some("1")), async |web, client| {
            let titles = titles(web, client, 20).await;
            assert_eq!(titles.len(), 5, "{titles:?}");
            assert_eq!(web.record().requests("book.example"), 5);
        });
    }
}
