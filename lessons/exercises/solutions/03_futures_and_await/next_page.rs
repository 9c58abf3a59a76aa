// A book on the web has a table of contents: each page lists the pages below
// it, one path a line. `size` adds up the bytes of a page and of all pages
// below it. The obvious way is a function that calls itself for each line, and
// the compiler refuses it.
//
// First, change `size` so that it compiles. Keep its signature, and keep the
// recursion. Then make the pages below one page overlap: they're fetched one
// after another so far. Which box can you leave out now?
//
// The tests check that each page is requested once, that a missing page is an
// error, that 101 pages below each other aren't too many, and that a page that
// never arrives doesn't hold up the page next to it.

use std::time::Duration;

use exercises::show;
use futures::future::try_join_all;
use mock_server::{Builder, MockWeb, Site};
use reqwest::Client;

async fn text(client: &Client, url: &str) -> reqwest::Result<String> {
    let response = client.get(url).send().await?.error_for_status()?;
    response.text().await
}

// For the first step, a box around the call is enough:
// `Box::pin(size(…)).await?`. In a box, the inner future is on the heap, and
// the outer one contains only a pointer, whose size is known. In Python every
// coroutine is on the heap, so the question never comes up. The box costs an
// allocation for each page, which is nothing next to a request.
//
// For the second step, we join the futures of all lines. `try_join_all` keeps
// its futures on the heap, so it needs no box of ours.
//
// The common wrong answer is to box the future that the function returns, which
// takes a signature that's hard to read. The other wrong answer is `join_all`:
// it compiles, but a missing page is reported only when all others have
// arrived.
async fn size(
    client: &Client,
    site: &str,
    path: &str,
) -> reqwest::Result<usize> {
    let page = text(client, &format!("{site}{path}")).await?;
    let below = page.lines().map(|path| size(client, site, path));
    let sizes = try_join_all(below).await?;
    Ok(page.len() + sizes.iter().sum::<usize>())
}

// Seven pages, three levels: a page with two below it, each with two below it.
fn book() -> Builder {
    let mut site = Site::new("book.example")
        .also("/book", "text/plain", "/one\n/two\n")
        .also("/one", "text/plain", "/one/a\n/one/b\n")
        .also("/two", "text/plain", "/two/a\n/two/b\n");
    for path in ["/one/a", "/one/b", "/two/a", "/two/b"] {
        site = site.also(path, "text/plain", "");
    }
    let delay = Duration::from_millis(50);
    MockWeb::builder().sites([site.delay(delay)])
}

fn address(web: &MockWeb) -> &str {
    web.url("book.example").trim_end_matches('/')
}

fn main() {
    show(book(), async |web, client| {
        println!("{:?}", size(client, address(web), "/book").await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{check, sees};
    use mock_server::Fault;

    #[test]
    fn all_pages_are_counted_once() {
        check(book(), async |web, client| {
            let size = size(client, address(web), "/book").await;
            assert_eq!(size.expect("all pages arrive"), 38);
            assert_eq!(web.record().exchanges().len(), 7);
        });
    }

    #[test]
    fn a_page_that_never_arrives_does_not_hold_up_the_page_next_to_it() {
        let site = Site::new("book.example")
            .also("/book", "text/plain", "/one\n/two\n")
            .also_failing("/one", "", Fault::Hang)
            .also("/two", "text/plain", "");
        check(MockWeb::builder().sites([site]), async |web, client| {
            let both = sees(web, |record| record.exchanges().len() == 3);
            let total = size(client, address(web), "/book");
            let both = tokio::select! {
                total = total => panic!("{total:?}"),
                both = both => both,
            };
            assert!(both, "/two waits for /one");
        });
    }

    #[test]
    fn a_missing_page_is_an_error() {
        let site = Site::new("book.example")
            .also("/book", "text/plain", "/one\n")
            .also("/one", "text/plain", "/lost\n");
        let web = MockWeb::builder().sites([site]);
        check(web, async |web, client| {
            let size = size(client, address(web), "/book").await;
            let error = size.expect_err("a page is missing");
            assert!(error.is_status(), "{error:?}");
        });
    }

    #[test]
    fn pages_may_be_nested_deeply() {
        let mut site = Site::new("book.example");
        for depth in 0..100 {
            let below = format!("/{}\n", depth + 1);
            site = site.also(&format!("/{depth}"), "text/plain", below);
        }
        let web = site.also("/100", "text/plain", "");
        check(MockWeb::builder().sites([web]), async |web, client| {
            let size = size(client, address(web), "/0").await;
            assert!(size.is_ok(), "{size:?}");
            assert_eq!(web.record().exchanges().len(), 101);
        });
    }
}
