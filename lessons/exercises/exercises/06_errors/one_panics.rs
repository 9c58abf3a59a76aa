// This program fetches pages in tasks and reports their titles. The parser has
// a bug: it panics if a page has no title. When that happens, the report just
// has one entry less, and nothing says which page is missing, or why. The same
// happens if a page can't be fetched.
//
// Give every site an entry, in the order of the sites: its title, the error of
// its request, or the panic of its task. You don't need to fix the parser, and
// the pages should still be fetched in tasks, concurrently.

use exercises::show;
use mock_server::{Fault, MockWeb, Site};
use reqwest::Client;
use tokio::task::{JoinError, JoinSet};

#[derive(Debug)]
enum Entry {
    Title(String),
    Failed(reqwest::Error),
    Bug(JoinError),
}

async fn title(client: Client, url: String) -> reqwest::Result<String> {
    let page = client.get(url).send().await?.text().await?;
    let (_, rest) = page.split_once("<title>").expect("a page has a title");
    let (title, _) = rest.split_once("</title>").expect("a title has an end");
    Ok(title.to_owned())
}

// TODO: What does `join_next` return, and what is thrown away here? How can you
// tell which site it was?
async fn report(
    client: &Client,
    sites: &[(&str, &str)],
) -> Vec<(String, Entry)> {
    let mut tasks = JoinSet::new();
    for (name, url) in sites {
        let (client, name) = (client.clone(), name.to_string());
        let url = url.to_string();
        tasks.spawn(async move { (name, title(client, url).await) });
    }
    let mut report = Vec::new();
    while let Some(joined) = tasks.join_next().await {
        if let Ok((name, Ok(title))) = joined {
            report.push((name, Entry::Title(title)));
        }
    }
    report
}

fn main() {
    let untitled: Fault = "title?as=none".parse().expect("it is a fault");
    let sites = [
        Site::new("untitled.example").fault(untitled),
        Site::new("invalid.example").fault(Fault::Refused),
        Site::new("titled.example"),
    ];
    show(MockWeb::builder().sites(sites), async |web, client| {
        let sites: Vec<_> = web.sites().collect();
        for (name, entry) in report(client, &sites).await {
            match entry {
                Entry::Title(title) => println!("{name}: {title}"),
                Entry::Failed(error) => println!("{name}: {error}"),
                Entry::Bug(error) => println!("{name}: a bug: {error}"),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sites};

    const SITES: [&str; 3] = ["a.example", "b.example", "c.example"];

    #[test]
    fn every_site_has_its_entry_in_the_order_of_the_sites() {
        let untitled: Fault = "title?as=none".parse().expect("it is a fault");
        let web = sites(SITES)
            .fault("a.example", untitled)
            .fault("b.example", Fault::Refused);
        check(web, async |web, client| {
            let sites: Vec<_> = web.sites().collect();
            let report = report(client, &sites).await;
            let names: Vec<_> = report.iter().map(|(name, _)| name).collect();
            assert_eq!(names, SITES, "the entries");
            let [(_, a), (_, b), (_, c)] = &report[..] else {
                panic!("three entries: {report:?}")
            };
            assert!(matches!(a, Entry::Bug(error) if error.is_panic()));
            assert!(matches!(b, Entry::Failed(error) if error.is_connect()));
            assert!(matches!(c, Entry::Title(_)), "{c:?}");
        });
    }

    #[test]
    fn all_pages_are_fetched_concurrently() {
        check(sites(SITES).gate(3, PATIENCE), async |web, client| {
            let sites: Vec<_> = web.sites().collect();
            for (name, entry) in report(client, &sites).await {
                assert!(matches!(entry, Entry::Title(_)), "{name}: {entry:?}");
            }
        });
    }
}
