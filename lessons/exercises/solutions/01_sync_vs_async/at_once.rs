// A page on the wall of an office shows how large three sites are today. Who
// looks at it waits for the first site, then for the second, then for the
// third: 2.1 seconds, of which the program works for almost none.
//
// Let all three wait at the same time. The sizes stay in the order of the URLs.
//
// Run it and look at the bars: they stand side by side now, and are to stand
// below each other.

use exercises::{show, urls};
use futures::future::join_all;
use mock_server::MockWeb;
use reqwest::Client;

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// A future does nothing until it is polled, so the `map` below has asked nobody
// yet. `join_all` polls all of them in turn, on this one thread: each sends its
// request and waits, and they wait together. It keeps the results in the order
// of the futures, whoever is ready first.
//
// The common wrong answer is `tokio::spawn(page_size(…)).await` in the loop. It
// makes a task for each, and waits for it before it makes the next: `.await` is
// where this function waits, whatever it waits for.
async fn page_sizes(
    client: &Client,
    urls: &[&str],
) -> Vec<reqwest::Result<usize>> {
    join_all(urls.iter().map(|url| page_size(client, url))).await
}

fn main() {
    show(MockWeb::builder(), async |web, client| {
        println!("{:?}", page_sizes(client, &urls(web)).await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sites};
    use mock_server::Fault;

    const SITES: [&str; 3] = ["a.example", "b.example", "c.example"];

    // Nobody gets an answer before three requests are there.
    #[test]
    fn all_are_asked_before_the_first_answers() {
        check(sites(SITES).gate(3, PATIENCE), async |web, client| {
            page_sizes(client, &urls(web)).await;
            let most = web.record().max_in_flight();
            assert_eq!(most, 3, "at most {most} requests were in flight");
        });
    }

    #[test]
    fn the_sizes_are_in_the_order_of_the_urls() {
        // The first answers last.
        let web = MockWeb::builder()
            .fault("codeswithpankaj.com", Fault::Delay { ms: 1_000 });
        check(web, async |web, client| {
            let sizes = page_sizes(client, &urls(web)).await;
            let sizes: Vec<_> = sizes.into_iter().flatten().collect();
            assert_eq!(sizes, [15_000, 50_321, 45_000]);
        });
    }

    #[test]
    fn a_site_that_fails_takes_nothing_from_the_others() {
        let web = sites(SITES).fault("b.example", Fault::Empty);
        check(web, async |web, client| {
            let sizes = page_sizes(client, &urls(web)).await;
            let came: Vec<_> = sizes.iter().map(Result::is_ok).collect();
            assert_eq!(came, [true, false, true]);
        });
    }
}
