// A site has a table of contents: each page names the pages below it, one a
// line. How many bytes are all of them together? A function that calls itself
// for each line is the plain answer, and the compiler refuses it.
//
// A future holds all that it awaits. How large is one that holds itself?

use std::time::Duration;

use exercises::show;
use mock_server::{Builder, MockWeb, Site};
use reqwest::Client;

async fn text(client: &Client, url: &str) -> reqwest::Result<String> {
    let response = client.get(url).send().await?.error_for_status()?;
    response.text().await
}

// In a box the inner future is on the heap, and the outer one holds a pointer,
// whose size is known. In Python every coroutine is on the heap, so nobody has
// to ask. A box costs an allocation for each page: next to a request, nothing.
//
// The common wrong answer is to box what the function returns, which takes a
// signature that nobody wants to read: the box belongs to the one call that the
// function makes of itself.
//
// `try_join_all(page.lines().map(|path| size(client, site, path)))` compiles
// without a box of ours. It keeps its futures on the heap anyway; and it asks
// for all that is below a page at once.
async fn size(
    client: &Client,
    site: &str,
    path: &str,
) -> reqwest::Result<usize> {
    let page = text(client, &format!("{site}{path}")).await?;
    let mut size_of_all = page.len();
    for path in page.lines() {
        size_of_all += Box::pin(size(client, site, path)).await?;
    }
    Ok(size_of_all)
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
    use exercises::check;

    #[test]
    fn all_pages_are_counted_once() {
        check(book(), async |web, client| {
            let size = size(client, address(web), "/book").await;
            assert_eq!(size.expect("all pages come"), 38);
            assert_eq!(web.record().exchanges().len(), 7);
        });
    }

    #[test]
    fn a_page_that_is_not_there_is_an_error() {
        let site = Site::new("book.example")
            .also("/book", "text/plain", "/one\n")
            .also("/one", "text/plain", "/lost\n");
        let web = MockWeb::builder().sites([site]);
        check(web, async |web, client| {
            let size = size(client, address(web), "/book").await;
            let error = size.expect_err("a page is lost");
            assert!(error.is_status(), "{error:?}");
        });
    }

    #[test]
    fn it_may_go_deep() {
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
