// Twelve pages arrive at the same time, and `spawn_blocking` parses all of them
// at the same time. With large pages that needs a lot of memory, and the
// blocking pool lets it happen: it has up to 512 threads.
//
// Change `words` so that no more than `PARSERS` pages are parsed at the same
// time. The requests aren't the problem, so leave all of them concurrent. Then
// look at the second test: a caller may give up on a page, but nothing stops a
// closure that has begun, so it has to count until it's done.

use std::sync::Arc;

use exercises::show;
use mock_server::{Builder, MockWeb, Site, page};
use reqwest::Client;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

const PARSERS: usize = 2;

// How many words a page has. `permits` has `PARSERS` permits, and all calls
// share it.
async fn words(
    client: &Client,
    url: &str,
    permits: &Arc<Semaphore>,
    parse: impl FnOnce(&str) -> usize + Send + 'static,
) -> anyhow::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    let page = response.text().await?;
    // TODO: Nothing takes a permit.
    let _ = permits;
    Ok(spawn_blocking(move || parse(&page)).await?)
}

const PAGES: usize = 12;

fn pages() -> Builder {
    let mut site = Site::new("large.example");
    for number in 0..PAGES {
        let page = page("A page", 1_000, 100);
        site = site.also(&format!("/{number}"), "text/html", page);
    }
    MockWeb::builder().sites([site])
}

fn urls(web: &MockWeb) -> Vec<String> {
    let site = web.url("large.example");
    (0..PAGES).map(|number| format!("{site}{number}")).collect()
}

fn main() {
    show(pages(), async |web, client| {
        let permits = Arc::new(Semaphore::new(PARSERS));
        let count = |page: &str| page.split_whitespace().count();
        let urls = urls(web);
        let pages =
            urls.iter().map(|url: &String| words(client, url, &permits, count));
        for (url, words) in
            urls.iter().zip(futures::future::join_all(pages).await)
        {
            println!("{url}: {words:?}");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    use exercises::{PATIENCE, check};
    use futures::future::join_all;
    use tokio::runtime::Handle;
    use tokio::sync::watch;
    use tokio::time::timeout;

    // How long to wait for a parser that should not begin.
    const IMPATIENCE: Duration = Duration::from_millis(200);

    // How many parsers run, and the most that ran at the same time.
    #[derive(Clone)]
    struct Running(watch::Sender<(usize, usize)>);

    impl Running {
        fn new() -> Running {
            Running(watch::Sender::new((0, 0)))
        }

        // Whether so many run at the same time before the patience ends.
        async fn reach(&self, parsers: usize, patience: Duration) -> bool {
            let mut running = self.0.subscribe();
            let reached = running.wait_for(|&(_, most)| most >= parsers);
            timeout(patience, reached).await.is_ok()
        }

        // A parser that runs until there are too many, or no more come.
        fn parser(&self) -> impl FnOnce(&str) -> usize + Send + 'static {
            let running = self.clone();
            move |_page| {
                running.0.send_modify(|(now, most)| {
                    *now += 1;
                    *most = (*most).max(*now);
                });
                let too_many = running.reach(PARSERS + 1, IMPATIENCE);
                Handle::current().block_on(too_many);
                running.0.send_modify(|(now, _)| *now -= 1);
                1
            }
        }

        fn most(&self) -> usize {
            self.0.borrow().1
        }
    }

    // The server answers only when all requests have arrived.
    #[test]
    fn two_pages_are_parsed_at_a_time_and_all_are_fetched() {
        check(pages().gate(PAGES, PATIENCE), async |web, client| {
            let permits = Arc::new(Semaphore::new(PARSERS));
            let (running, urls) = (Running::new(), urls(web));
            let pages = urls.iter().map(|url: &String| {
                words(client, url, &permits, running.parser())
            });
            for words in join_all(pages).await {
                assert_eq!(words.expect("a page and a parser"), 1);
            }
            let most = running.most();
            assert_eq!(most, PARSERS, "{most} pages parsed at the same time");
        });
    }

    #[test]
    fn a_parser_counts_until_it_is_done_even_if_its_caller_gave_up() {
        check(pages(), async |web, client| {
            let permits = Arc::new(Semaphore::new(PARSERS));
            let (running, urls) = (Running::new(), urls(web));
            let parsed = async |url: &String| {
                words(client, url, &permits, running.parser()).await
            };
            let given_up = join_all(urls[..PARSERS].iter().map(&parsed));
            tokio::select! {
                pages = given_up => panic!("a parser ended early: {pages:?}"),
                both = running.reach(PARSERS, PATIENCE) => assert!(both),
            }
            // `select!` has dropped the two callers, and their parsers run on.
            parsed(&urls[PARSERS]).await.expect("a page and a parser");
            let most = running.most();
            assert_eq!(most, PARSERS, "{most} parsers, two without a caller");
        });
    }
}
