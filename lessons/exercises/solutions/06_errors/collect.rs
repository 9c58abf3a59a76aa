// Every night a program reports how large the pages of some sites are. One
// night a site was down, and the report was a single line, the error. The other
// pages had arrived, and were thrown away.
//
// Make the report complete: every page that arrived, with its size, and every
// site that failed, with its error. A response with the status 503 is a
// failure, too. The tests look at both lists, and check that the pages are
// still fetched concurrently.

use exercises::show;
use futures::future::join_all;
use mock_server::{MockWeb, presets};
use reqwest::Client;

// The pages and the failures, each with the name of its site, in the order of
// the sites.
#[derive(Debug, Default)]
struct Report {
    pages: Vec<(String, usize)>,
    failures: Vec<(String, reqwest::Error)>,
}

// To `send`, a response with the status 503 is a response like any other, so it
// isn't an error. `error_for_status` makes it one.
async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// A failed fetch is a `Result` in the list like any other, so `report` itself
// no longer fails. `join_all` waits for all futures and drops none of them.
// With `gather` you'd need `return_exceptions=True`; here it's the plain case.
//
// The common wrong answer keeps the errors and loses the sites. But `join_all`
// keeps the order, so `zip` gives each result its site back.
//
// Another wrong answer is `filter_map(Result::ok)`. It makes the report
// shorter, and nothing says so.
async fn report(client: &Client, sites: &[(&str, &str)]) -> Report {
    let fetches = sites.iter().map(|(_, url)| page_size(client, url));
    let mut report = Report::default();
    for ((name, _), size) in sites.iter().zip(join_all(fetches).await) {
        match size {
            Ok(size) => report.pages.push((name.to_string(), size)),
            Err(error) => report.failures.push((name.to_string(), error)),
        }
    }
    report
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
