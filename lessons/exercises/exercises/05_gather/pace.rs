// Three importers fetch the pages of one shop, each from a list of its own. The
// shop allows twenty requests per second. Each importer keeps to that, and so
// the three of them together send sixty.
//
// Change `import` and `import_all` so that all importers together send at most
// twenty requests per second. Requests may still overlap: while one importer
// waits for a slow page, the others keep sending.
//
// The tests check that thirty requests take at least as long as they have to,
// and that three requests are in flight when the shop is slow.

use std::time::Duration;

use exercises::show;
use futures::future::join_all;
use mock_server::{MockWeb, Site};
use reqwest::Client;
use tokio::time::interval;

// One request every 50 ms is twenty per second.
const PAUSE: Duration = Duration::from_millis(50);

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// TODO: This keeps the pace of one importer.
async fn import(client: &Client, urls: &[String]) -> usize {
    let mut ticks = interval(PAUSE);
    let mut total = 0;
    for url in urls {
        ticks.tick().await;
        total += page_size(client, url).await.unwrap_or_default();
    }
    total
}

async fn import_all(client: &Client, lists: &[Vec<String>]) -> usize {
    let imports = lists.iter().map(|urls| import(client, urls));
    join_all(imports).await.into_iter().sum()
}

fn three_lists(web: &MockWeb, pages: usize) -> Vec<Vec<String>> {
    vec![vec![web.url("shop.example").to_owned(); pages]; 3]
}

fn main() {
    let site = Site::new("shop.example").delay(Duration::from_millis(20));
    show(MockWeb::builder().sites([site]), async |web, client| {
        let start = std::time::Instant::now();
        let bytes = import_all(client, &three_lists(web, 6)).await;
        println!("18 pages, {bytes} bytes, {:.1?}", start.elapsed());
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sites};
    use std::time::Instant;

    // However slow the machine is, 29 pauses can't take less than that.
    #[test]
    fn thirty_requests_take_at_least_29_pauses() {
        check(sites(["shop.example"]), async |web, client| {
            let start = Instant::now();
            let bytes = import_all(client, &three_lists(web, 10)).await;
            let took = start.elapsed();
            assert_eq!(bytes, 30_000);
            let pauses = took.as_millis() / PAUSE.as_millis();
            assert!(pauses >= 29, "30 requests within {pauses} pauses");
        });
    }

    // No request gets a response before three have arrived.
    #[test]
    fn requests_overlap() {
        let web = sites(["shop.example"]).gate(3, PATIENCE);
        check(web, async |web, client| {
            import_all(client, &three_lists(web, 2)).await;
            let most = web.record().max_in_flight();
            assert_eq!(most, 3, "at most {most} were in flight");
        });
    }
}
