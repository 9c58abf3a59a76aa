// A program checks whether ten pages of a site exist. It only needs their
// status, so it never reads a body. The server sees ten connections.
//
// Change `count_pages` so that all ten requests use one connection. The tests
// count the connections, and which pages exist.

use exercises::show;
use mock_server::{Builder, MockWeb, Site, page};
use reqwest::Client;

// TODO: What's still on its way when the response is dropped?
async fn count_pages(
    client: &Client,
    urls: &[String],
) -> reqwest::Result<usize> {
    let mut count = 0;
    for url in urls {
        let response = client.get(url).send().await?;
        if response.status().is_success() {
            count += 1;
        }
    }
    Ok(count)
}

const PAGES: usize = 10;

fn library() -> Builder {
    let mut site = Site::new("library.example");
    for number in 1..=PAGES {
        let book = page(&format!("Book {number}"), 300_000, 40_000);
        site = site.also(&format!("/{number}"), "text/html", book);
    }
    MockWeb::builder().sites([site])
}

// The pages with these numbers. Eleven isn't there.
fn urls(web: &MockWeb, last: usize) -> Vec<String> {
    let url = |number| format!("{}{number}", web.url("library.example"));
    (1..=last).map(url).collect()
}

fn main() {
    show(library(), async |web, client| {
        match count_pages(client, &urls(web, PAGES + 1)).await {
            Ok(count) => println!("{count} of {} pages are there", PAGES + 1),
            Err(error) => println!("failed: {error}"),
        }
        println!("{} connections", web.record().connections());
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::check;

    #[test]
    fn ten_pages_need_one_connection() {
        check(library(), async |web, client| {
            let count = count_pages(client, &urls(web, PAGES)).await;
            assert_eq!(count.expect("the pages are there"), PAGES);
            let connections = web.record().connections();
            assert_eq!(
                connections, 1,
                "{connections} connections for 10 pages"
            );
        });
    }

    #[test]
    fn a_page_that_is_not_there_is_not_counted() {
        check(library(), async |web, client| {
            let count = count_pages(client, &urls(web, PAGES + 1)).await;
            assert_eq!(count.expect("a 404 is a response"), PAGES);
        });
    }
}
