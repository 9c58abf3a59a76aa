// Somebody gave this program the address of a page without end. It read on and
// on, until the system killed it. It does have a limit, and looks at it when
// the page is there.
//
// Refuse a page as soon as it is too large, and read no more of it.

use exercises::show;
use mock_server::{Fault, MockWeb, Site, page};
use reqwest::Client;

const LARGEST: usize = 100_000;

#[derive(Debug, thiserror::Error)]
enum PageError {
    #[error("no page")]
    Request(#[from] reqwest::Error),
    #[error("the page has more than {LARGEST} bytes")]
    TooLarge,
}

// Chunk by chunk, as they come. The check is before the chunk is kept, so there
// is never more than `LARGEST` in the vector. When this returns early,
// `response` is dropped, and the connection is closed: the server stops
// sending.
//
// The common wrong answer is `content_length`. A site need not send one, and a
// page without end has none. As a short cut, before the first chunk, it is
// fine.
//
// Another one is a `timeout` around the whole. A fast site sends a gigabyte in
// a second, and a slow one not even a small page.
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
    Fault::Endless { chunk: 5_000, pause: 5 }
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
    use mock_server::Builder;
    use tokio::time::timeout;

    fn site(bytes: usize) -> Builder {
        let page = page("A page", bytes, bytes / 10);
        MockWeb::builder().sites([Site::new("a.example").page(page)])
    }

    #[test]
    fn a_page_without_end_is_refused_while_it_comes() {
        let web = site(1_000).fault("a.example", endless());
        check(web, async |web, client| {
            let reading = read_page(client, web.url("a.example"));
            let page = timeout(PATIENCE, reading).await;
            let page =
                page.expect("it waits for the end of a page without one");
            assert!(matches!(page, Err(PageError::TooLarge)), "{page:?}");
            let left = sees(web, |record| record.client_gone() == 1).await;
            assert!(left, "the rest of the page is not read");
        });
    }

    #[test]
    fn a_page_as_large_as_may_be_is_whole() {
        check(site(LARGEST), async |web, client| {
            let page = read_page(client, web.url("a.example")).await;
            assert_eq!(page.expect("it is not too large").len(), LARGEST);
        });
    }

    #[test]
    fn a_byte_more_is_too_large() {
        check(site(LARGEST + 1), async |web, client| {
            let page = read_page(client, web.url("a.example")).await;
            assert!(matches!(page, Err(PageError::TooLarge)), "{page:?}");
        });
    }

    #[test]
    fn a_page_that_breaks_off_is_no_page() {
        let fault = Fault::Truncate { after: 500 };
        let web = site(1_000).fault("a.example", fault);
        check(web, async |web, client| {
            let page = read_page(client, web.url("a.example")).await;
            assert!(matches!(page, Err(PageError::Request(_))), "{page:?}");
        });
    }
}
