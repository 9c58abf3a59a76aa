// Three small sites have four pages each. The program requests all twelve at
// the same time, and the owners of the sites have complained.
//
// Change `visit_all` so that each site gets one request at a time. The sites
// shouldn't wait for each other, so three requests are in flight. The results
// stay in the order of the sites and their pages. The tests look at how many
// requests each site had in flight.

use std::time::Duration;

use exercises::show;
use futures::future::join_all;
use mock_server::{Builder, MockWeb, Site, page};
use reqwest::Client;

type Page = reqwest::Result<usize>;

async fn page_size(client: &Client, url: &str) -> Page {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// The sizes of all pages. Each site is a list of URLs.
//
// A loop with an `.await` in it has one request in flight, and each site has
// such a loop. `join_all` polls the three loops concurrently.
//
// The common wrong answer is one stream of all twelve URLs and `buffered(3)`.
// It has three requests in flight, but it starts with three pages of the first
// site. A limit for everything isn't a limit for each site.
async fn visit_all(client: &Client, sites: &[Vec<String>]) -> Vec<Vec<Page>> {
    let visits = sites.iter().map(async |urls| {
        let mut pages = Vec::new();
        for url in urls {
            pages.push(page_size(client, url).await);
        }
        pages
    });
    join_all(visits).await
}

const NAMES: [&str; 3] = ["a.example", "b.example", "c.example"];

// The pages of a site have 1,000 bytes, 1,001 and so on.
fn small_sites() -> Builder {
    MockWeb::builder().sites(NAMES.map(|name| {
        let site = Site::new(name).delay(Duration::from_millis(50));
        (0..4).fold(site, |site, number| {
            let page = page("A page", 1_000 + number, 100);
            site.also(&format!("/{number}"), "text/html", page)
        })
    }))
}

fn urls(web: &MockWeb) -> Vec<Vec<String>> {
    let pages = |site| (0..4).map(|number| format!("{site}{number}")).collect();
    NAMES.iter().map(|name| pages(web.url(name))).collect()
}

fn main() {
    show(small_sites(), async |web, client| {
        for pages in visit_all(client, &urls(web)).await {
            println!("{pages:?}");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check};
    use mock_server::Fault;

    // The most requests that a site had in flight.
    fn most(web: &MockWeb, site: &str) -> usize {
        let record = web.record();
        let of_site = || record.exchanges().filter(|it| it.site == site);
        let in_flight = |now| {
            let began = of_site().filter(|it| it.request_head <= now);
            began.filter(|it| it.ended.is_none_or(|end| end > now)).count()
        };
        of_site().map(|it| in_flight(it.request_head)).max().unwrap_or(0)
    }

    #[test]
    fn each_site_has_one_request_in_flight() {
        check(small_sites(), async |web, client| {
            visit_all(client, &urls(web)).await;
            for site in NAMES {
                assert_eq!(web.record().requests(site), 4);
                let most = most(web, site);
                assert_eq!(most, 1, "{site} had {most} requests in flight");
            }
        });
    }

    // The server answers only when three requests have arrived.
    #[test]
    fn the_sites_do_not_wait_for_each_other() {
        check(small_sites().gate(3, PATIENCE), async |web, client| {
            for pages in visit_all(client, &urls(web)).await {
                let sizes: Vec<_> = pages
                    .into_iter()
                    .map(|page| page.expect("a page"))
                    .collect();
                assert_eq!(sizes, [1_000, 1_001, 1_002, 1_003]);
            }
        });
    }

    #[test]
    fn a_site_that_is_not_there_costs_the_others_nothing() {
        let web = small_sites().fault("b.example", Fault::Refused);
        check(web, async |web, client| {
            let pages = visit_all(client, &urls(web)).await;
            let arrived = pages
                .iter()
                .map(|pages| pages.iter().filter(|page| page.is_ok()).count());
            assert_eq!(arrived.collect::<Vec<_>>(), [4, 0, 4]);
        });
    }
}
