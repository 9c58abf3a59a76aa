// Every night a program reports how large the pages of some sites are. One
// night a site was down, and the report was a single line, the error. The other
// pages had arrived, and were thrown away.
//
// Make the report complete: every page that arrived, with its size, and every
// site that failed, with its error. A response with the status 503 is a
// failure, too. The tests look at both lists, and check that the pages are
// still fetched concurrently.

use exercises::show;
use futures::future::try_join_all;
use mock_server::{MockWeb, presets};
use reqwest::Client;

// The pages and the failures, each with the name of its site, in the order of
// the sites.
#[derive(Debug, Default)]
struct Report {
    pages: Vec<(String, usize)>,
    failures: Vec<(String, reqwest::Error)>,
}

// TODO: Is a response that says "503 Service Unavailable" the page?
async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?;
    Ok(response.bytes().await?.len())
}

// TODO: If one site fails, keep the results of the others.
async fn report(client: &Client, sites: &[(&str, &str)]) -> Report {
    let fetches = sites.iter().map(|(name, url)| async {
        Ok((name.to_string(), page_size(client, url).await?))
    });
    match try_join_all(fetches).await {
        Ok(pages) => Report { pages, failures: Vec::new() },
        Err(error) => {
            let failures = vec![("some site".to_owned(), error)];
            Report { pages: Vec::new(), failures }
        }
    }
}

fn main() {
    let sites = ["invalid-site.example", "missing-site.example"];
    let mut all = presets::tutorial();
    all.extend(
        presets::failing()
            .into_iter()
            .filter(|site| sites.contains(&site.name.as_str())),
    );
    show(MockWeb::builder().sites(all), async |web, client| {
        let sites: Vec<_> = web.sites().collect();
        let report = report(client, &sites).await;
        for (name, size) in report.pages {
            println!("{name}: {size} bytes");
        }
        for (name, error) in report.failures {
            println!("{name}: {error}");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sites};
    use mock_server::{Builder, Fault, StatusCode};

    const SITES: [&str; 4] =
        ["a.example", "b.example", "c.example", "d.example"];

    // Two sites that work, one that is down, and one that refuses connections.
    fn night() -> Builder {
        let down = Fault::Status {
            code: StatusCode::SERVICE_UNAVAILABLE,
            retry_after: None,
        };
        sites(SITES).fault("b.example", down).fault("c.example", Fault::Refused)
    }

    #[test]
    fn every_page_that_arrived_is_in_the_report() {
        check(night(), async |web, client| {
            let sites: Vec<_> = web.sites().collect();
            let report = report(client, &sites).await;
            let expected =
                ["a.example", "d.example"].map(|name| (name.to_owned(), 1_000));
            assert_eq!(report.pages, expected, "the pages that arrived");
        });
    }

    #[test]
    fn each_failure_is_in_the_report_with_its_site() {
        check(night(), async |web, client| {
            let sites: Vec<_> = web.sites().collect();
            let report = report(client, &sites).await;
            let [(b, down), (c, refused)] = &report.failures[..] else {
                panic!("two sites fail: {:?}", report.failures)
            };
            assert_eq!([b, c], ["b.example", "c.example"]);
            assert!(down.is_status(), "{down:?}");
            assert!(refused.is_connect(), "{refused:?}");
        });
    }

    #[test]
    fn all_pages_are_fetched_concurrently() {
        check(sites(SITES).gate(4, PATIENCE), async |web, client| {
            let sites: Vec<_> = web.sites().collect();
            let report = report(client, &sites).await;
            assert_eq!(report.pages.len(), 4, "{:?}", report.failures);
        });
    }
}
