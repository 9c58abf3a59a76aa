// Several mirrors have the same file, and one copy is enough. This program
// takes the first answer. But a broken mirror often answers faster than the
// others, and then the program reports a failure although the file is there.
//
// Change `first_page` so that it returns the first page that arrives. It should
// fail only if all mirrors fail, and it shouldn't wait for slower mirrors. When
// it returns, no request may be in flight. The tests look at the clients that
// leave.

use std::time::Duration;

use anyhow::{Context, anyhow};
use exercises::{show, sites, urls};
use mock_server::{Builder, Fault};
use reqwest::Client;
use tokio::task::JoinSet;

async fn page_size(client: Client, url: String) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// Each turn of the loop takes the next result. A page is returned right away,
// which drops the set, and that aborts the tasks that are left. A failure is
// kept, in case it's the last one.
//
// One common wrong answer is `while let Some(Ok(Ok(bytes))) = …`: that loop
// ends at the first failure. Another one collects all the results first, and
// so it waits for the slowest mirror.
//
// `futures::future::select_ok` of the boxed futures does the same without
// tasks.
async fn first_page(client: &Client, urls: &[&str]) -> anyhow::Result<usize> {
    let mut tasks = JoinSet::new();
    for &url in urls {
        tasks.spawn(page_size(client.clone(), url.to_owned()));
    }
    let mut failure = anyhow!("there are no mirrors");
    while let Some(result) = tasks.join_next().await {
        match result.context("a task panicked")? {
            Ok(bytes) => return Ok(bytes),
            Err(error) => failure = error.into(),
        }
    }
    Err(failure)
}

fn main() {
    show(mirrors(), async |web, client| {
        match first_page(client, &urls(web)).await {
            Ok(bytes) => println!("{bytes} bytes"),
            Err(error) => println!("failed: {error:#}"),
        }
    });
}

// The first of these mirrors is broken, and the last one never answers.
fn mirrors() -> Builder {
    sites(["broken.example", "good.example", "slow.example"])
        .fault("broken.example", Fault::Refused)
        .fault(
            "good.example",
            Fault::Delay { time: Duration::from_millis(300) },
        )
        .fault("slow.example", Fault::Hang)
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees};
    use tokio::time::timeout;

    #[test]
    fn a_broken_mirror_and_a_slow_one_are_passed_over() {
        check(mirrors(), async |web, client| {
            let urls = urls(web);
            let page = timeout(PATIENCE, first_page(client, &urls)).await;
            let page = page.expect("it doesn't wait for the slow mirror");
            assert_eq!(page.expect("one mirror has the page"), 1_000);
            let left = sees(web, |record| record.client_gone() == 1).await;
            assert!(left, "the slow mirror's request is still in flight");
        });
    }

    #[test]
    fn it_fails_if_all_mirrors_fail() {
        let web = sites(["a.example", "b.example"])
            .fault("a.example", Fault::Refused)
            .fault("b.example", Fault::Refused);
        check(web, async |web, client| {
            let page = first_page(client, &urls(web)).await;
            let error = page.expect_err("no mirror has the page");
            let error: &reqwest::Error =
                error.downcast_ref().expect("it's the error of a request");
            assert!(error.is_connect(), "{error}");
        });
    }

    #[test]
    fn all_mirrors_are_requested_together() {
        let web = sites(["a.example", "b.example", "c.example"]);
        check(web.gate(3, PATIENCE), async |web, client| {
            let page = first_page(client, &urls(web)).await;
            assert_eq!(page.expect("every mirror has the page"), 1_000);
        });
    }
}
