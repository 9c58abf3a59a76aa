// A page shows how large the answers of three sites are together. Who closes
// the page drops the future behind it, and with it all that it does, or so it
// is meant. But the sites complain: they serve pages to nobody.
//
// Let nothing be in flight when the future is dropped. It ends at the first
// error that it hears of, and then, too, nothing is to be left.
//
// Run it and look at the bars: the page was closed after 300 ms.

use std::time::Duration;

use exercises::{show, urls};
use mock_server::MockWeb;
use reqwest::Client;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

async fn page_size(client: Client, url: String) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// A `JoinHandle` is where a result will be; it owns no task. Dropped, it
// detaches the task, which the runtime goes on with. A `JoinSet` owns its
// tasks: dropped, it aborts them, and so it does when `?` leaves this function
// early.
//
// The common wrong answer is `task.abort()` for each, after the loop. A dropped
// future does not come to a line after an `.await`. What has to happen then,
// belongs into a `Drop`, and `JoinSet` has it.
//
// Do these have to be tasks? `try_join_all` of the futures is right, too: they
// are parts of this one, and go with it.
async fn total(client: &Client, urls: &[&str]) -> anyhow::Result<usize> {
    let mut tasks = JoinSet::new();
    for &url in urls {
        tasks.spawn(page_size(client.clone(), url.to_owned()));
    }
    let mut total = 0;
    while let Some(size) = tasks.join_next().await {
        total += size??;
    }
    Ok(total)
}

fn main() {
    show(MockWeb::builder(), async |web, client| {
        let urls = urls(web);
        let limit = Duration::from_millis(300);
        match timeout(limit, total(client, &urls)).await {
            Ok(Ok(total)) => println!("{total} bytes"),
            Ok(Err(error)) => println!("failed: {error:#}"),
            Err(_elapsed) => println!("closed"),
        }
        // The program goes on with something else.
        sleep(Duration::from_millis(700)).await;
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees, sites};
    use futures::future::{Either, select};
    use mock_server::Fault;
    use std::pin::pin;

    const SITES: [&str; 3] = ["a.example", "b.example", "c.example"];

    // As `timeout`, with an event in place of a limit.
    async fn dropped_when_all_are_asked(web: &MockWeb, client: &Client) {
        let urls = urls(web);
        let total = Box::pin(total(client, &urls));
        let asked = pin!(sees(web, |record| record.in_flight() == 3));
        match select(total, asked).await {
            Either::Left((total, _)) => panic!("no site answers: {total:?}"),
            Either::Right((asked, _total)) => {
                assert!(asked, "all three are asked at once");
            }
        }
    }

    #[test]
    fn nobody_is_served_when_nobody_waits() {
        let mut web = sites(SITES);
        for site in SITES {
            web = web.fault(site, Fault::Hang);
        }
        check(web, async |web, client| {
            dropped_when_all_are_asked(web, client).await;
            let all_left = sees(web, |record| record.client_gone() == 3).await;
            let in_flight = web.record().in_flight();
            assert!(all_left, "{in_flight} are still in flight, for nobody");
        });
    }

    #[test]
    fn nobody_is_served_when_another_has_failed() {
        let web = sites(SITES)
            .fault("a.example", Fault::Delay { ms: 1_000 })
            .fault("b.example", Fault::Hang)
            .fault("c.example", Fault::Hang);
        check(web, async |web, client| {
            let mut urls = urls(web);
            let missing = format!("{}/missing", urls[0]);
            urls[0] = &missing;
            let total = timeout(PATIENCE, total(client, &urls)).await;
            let total = total.expect("it does not wait for those that hang");
            assert!(total.is_err(), "one page is missing");
            let left = sees(web, |record| record.client_gone() == 2).await;
            assert!(left, "they are still in flight, for nobody");
        });
    }

    #[test]
    fn all_are_asked_at_once_and_counted() {
        check(sites(SITES).gate(3, PATIENCE), async |web, client| {
            let total = total(client, &urls(web)).await;
            assert_eq!(total.expect("all pages come"), 3_000);
        });
    }
}
