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
use tokio::task::JoinError;

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

// Two results, three outcomes. The outer result is about the task, the inner
// one about the request. A task that panicked returns nothing, not even its
// name, so the name has to stay outside: here each handle is next to its site.
// (With a `JoinSet` you'd use `join_next_with_id`, and a map from the ids to
// the names.)
//
// The common wrong answer is `task.await??`, in a function that returns a
// result. Then one panic, or one error, ends the whole report.
//
// Another one awaits each task right after it's spawned. Every page has its
// entry then, but only one page is fetched at a time.
async fn report(
    client: &Client,
    sites: &[(&str, &str)],
) -> Vec<(String, Entry)> {
    let spawn = |(_, url): &(&str, &str)| {
        tokio::spawn(title(client.clone(), url.to_string()))
    };
    let tasks: Vec<_> = sites.iter().map(spawn).collect();
    let mut report = Vec::new();
    for ((name, _), task) in sites.iter().zip(tasks) {
        let entry = match task.await {
            Ok(Ok(title)) => Entry::Title(title),
            Ok(Err(error)) => Entry::Failed(error),
            Err(error) => Entry::Bug(error),
        };
        report.push((name.to_string(), entry));
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
