// This program was given a URL whose page never ends, and it kept reading until
// the system killed it. It has a limit on the size of a page, but it checks
// that limit when it has all of the page.
//
// Change `read_page` so that it rejects a page as soon as it's too large, and
// reads no more of it. A timeout isn't enough, because a fast site can send a
// gigabyte in a second. The tests check that the client leaves.

use exercises::show;
use mock_server::{Fault, MockWeb, Site};
use reqwest::Client;

const LARGEST: usize = 100_000;

#[derive(Debug, thiserror::Error)]
enum PageError {
    #[error("no page")]
    Request(#[from] reqwest::Error),
    #[error("the page has more than {LARGEST} bytes")]
    TooLarge,
}

// We read the body chunk by chunk, and check the size before we keep a chunk,
// so the vector never holds more than `LARGEST` bytes. When this returns early,
// `response` is dropped. That closes the connection, and the server stops
// sending.
//
// The common wrong answer is to check `content_length`. A site doesn't have to
// send one, and an endless page has none. As a shortcut before the first chunk
// it's fine.
//
// Another wrong answer is a `timeout` around the whole function. A fast site
// sends a gigabyte in a second, and a slow one doesn't even send a small page.
async fn read_page(client: &Client, url: &str) -> Result<Vec<u8>, PageError> {
    let mut response = client.get(url).send().await?.error_for_status()?;
    let mut page = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if page.len() + chunk.len() > LARGEST {
            return Err(PageError::TooLarge);
        }
        page.extend_from_slice(&chunk);
    }
    Ok(page)
}

fn endless() -> Fault {
    "endless?chunk=5000&pause=5".parse().expect("it is a fault")
}

fn main() {
    let sites = [
        Site::new("small.example"),
        Site::new("endless.example").fault(endless()),
    ];
    show(MockWeb::builder().sites(sites), async |web, client| {
        for (name, url) in web.sites() {
            let limit = std::time::Duration::from_secs(2);
            let page =
                tokio::time::timeout(limit, read_page(client, url)).await;
            match page {
                Ok(Ok(page)) => println!("{name}: {} bytes", page.len()),
                Ok(Err(error)) => println!("{name}: {error}"),
                Err(_elapsed) => println!("{name}: gave up"),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees};
    use mock_server::{Builder, page};
    use tokio::time::timeout;

    fn site(bytes: usize) -> Builder {
        let page = page("A page", bytes, bytes / 10);
        MockWeb::builder().sites([Site::new("a.example").page(page)])
    }

    #[test]
    fn an_endless_page_is_rejected_while_it_arrives() {
        let web = site(1_000).fault("a.example", endless());
        check(web, async |web, client| {
            let reading = read_page(client, web.url("a.example"));
            let page = timeout(PATIENCE, reading).await;
            let page = page.expect("it waits for the end of an endless page");
            assert!(matches!(page, Err(PageError::TooLarge)), "{page:?}");
            let left = sees(web, |record| record.client_gone() == 1).await;
            assert!(left, "the client reads on");
        });
    }

    #[test]
    fn a_page_of_the_largest_size_is_accepted() {
        check(site(LARGEST), async |web, client| {
            let page = read_page(client, web.url("a.example")).await;
            assert_eq!(page.expect("it isn't too large").len(), LARGEST);
        });
    }

    #[test]
    fn a_page_with_one_more_byte_is_too_large() {
        check(site(LARGEST + 1), async |web, client| {
            let page = read_page(client, web.url("a.example")).await;
            assert!(matches!(page, Err(PageError::TooLarge)), "{page:?}");
        });
    }

    #[test]
    fn a_page_that_breaks_off_is_an_error() {
        let fault = Fault::Truncate { after: 500 };
        let web = site(1_000).fault("a.example", fault);
        check(web, async |web, client| {
            let page = read_page(client, web.url("a.example")).await;
            assert!(matches!(page, Err(PageError::Request(_))), "{page:?}");
        });
    }
}
