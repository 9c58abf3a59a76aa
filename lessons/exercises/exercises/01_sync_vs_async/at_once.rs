// Two offices have a screen each, which shows how large three sites are today.
// `page_sizes` waits for the first site, then for the second, then for the
// third, which takes 2.1 seconds. `screens` fills one screen after the other.
//
// Change `page_sizes` so that it waits for all its sites at the same time. Then
// change `screens`, so that both screens wait at the same time too. The results
// stay in the order of the URLs. The tests check how many requests are in
// flight.
//
// Run it and look at the bars: now each one starts where the last one ended.
// Afterwards they should overlap.

use exercises::{show, urls};
use mock_server::MockWeb;
use reqwest::Client;

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// TODO: Wait for all sites at the same time.
async fn page_sizes(
    client: &Client,
    urls: &[&str],
) -> Vec<reqwest::Result<usize>> {
    let mut sizes = Vec::new();
    for url in urls {
        sizes.push(page_size(client, url).await);
    }
    sizes
}

// TODO: Then wait for both screens at the same time.
async fn screens(
    client: &Client,
    screens: [&[&str]; 2],
) -> Vec<Vec<reqwest::Result<usize>>> {
    let mut filled = Vec::new();
    for urls in screens {
        filled.push(page_sizes(client, urls).await);
    }
    filled
}

fn main() {
    show(MockWeb::builder(), async |web, client| {
        let urls = urls(web);
        println!("{:?}", screens(client, [&urls, &urls]).await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sites};
    use mock_server::Fault;
    use std::time::Duration;

    const SITES: [&str; 3] = ["a.example", "b.example", "c.example"];

    // No request gets a response before three of them have arrived.
    #[test]
    fn all_requests_are_sent_before_the_first_response() {
        check(sites(SITES).gate(3, PATIENCE), async |web, client| {
            page_sizes(client, &urls(web)).await;
            let most = web.record().max_in_flight();
            assert_eq!(most, 3, "at most {most} requests were in flight");
        });
    }

    #[test]
    fn both_screens_wait_at_the_same_time() {
        check(sites(SITES).gate(6, PATIENCE), async |web, client| {
            let urls = urls(web);
            screens(client, [&urls, &urls]).await;
            let most = web.record().max_in_flight();
            assert_eq!(most, 6, "at most {most} requests were in flight");
        });
    }

    #[test]
    fn the_sizes_are_in_the_order_of_the_urls() {
        // The first site responds last.
        let slow = Fault::Delay { time: Duration::from_secs(1) };
        let web = MockWeb::builder().fault("codeswithpankaj.com", slow);
        check(web, async |web, client| {
            let urls = urls(web);
            let screens = screens(client, [&urls[..2], &urls[2..]]).await;
            let sizes: Vec<_> =
                screens.into_iter().flatten().flatten().collect();
            assert_eq!(sizes, [15_000, 50_321, 45_000]);
        });
    }

    #[test]
    fn a_site_that_fails_does_not_affect_the_others() {
        let web = sites(SITES).fault("b.example", Fault::Empty);
        check(web, async |web, client| {
            let sizes = page_sizes(client, &urls(web)).await;
            let arrived: Vec<_> = sizes.iter().map(Result::is_ok).collect();
            assert_eq!(arrived, [true, false, true]);
        });
    }
}
