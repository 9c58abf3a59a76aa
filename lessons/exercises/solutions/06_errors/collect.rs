// Every night a program reports how large the pages of some sites are. One
// night one of them was down, and the report was one line: the error. The other
// pages had come, and were thrown away.
//
// Let the report have both: each page that came, and each site that failed and
// why.

use exercises::show;
use futures::future::join_all;
use mock_server::{MockWeb, Site};
use reqwest::Client;

// What came and what failed, each with the name of its site, in their order.
#[derive(Debug, Default)]
struct Report {
    pages: Vec<(String, usize)>,
    failures: Vec<(String, reqwest::Error)>,
}

// An answer with the status 503 came, so to `send` it is no error. Nobody but
// the caller knows whether it is the page: `error_for_status` makes it an
// error.
async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// A failed fetch is a `Result` in the list like the others, and what the whole
// returns no longer has to be one. `join_all` drops nobody; `gather` needs
// `return_exceptions=True` for that, here it is the plain case.
//
// The common wrong answer keeps the errors and forgets whose they are. Beside
// each result stands the site that it was asked of: `join_all` keeps the order.
//
// Another one is `filter_map(Result::ok)`: the report is shorter now, and
// nobody sees that.
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
    let mut all = Site::tutorial();
    all.extend(
        Site::failing()
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
    use mock_server::{Builder, Fault};

    const SITES: [&str; 4] =
        ["a.example", "b.example", "c.example", "d.example"];

    // Two that answer well, one that is down, and one that is not there.
    fn night() -> Builder {
        let down = Fault::Status { code: 503, retry_after: None };
        sites(SITES).fault("b.example", down).fault("c.example", Fault::Refused)
    }

    #[test]
    fn what_came_is_in_the_report() {
        check(night(), async |web, client| {
            let sites: Vec<_> = web.sites().collect();
            let report = report(client, &sites).await;
            let expected =
                ["a.example", "d.example"].map(|name| (name.to_owned(), 1_000));
            assert_eq!(report.pages, expected, "the pages that came");
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
    fn all_sites_are_asked_at_once() {
        check(sites(SITES).gate(4, PATIENCE), async |web, client| {
            let sites: Vec<_> = web.sites().collect();
            let report = report(client, &sites).await;
            assert_eq!(report.pages.len(), 4, "{:?}", report.failures);
        });
    }
}
