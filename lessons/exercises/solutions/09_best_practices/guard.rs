// Tasks fetch pages and write their sizes into a list they share. The compiler
// refuses the program, because a task holds the guard of the list's mutex while
// it waits for its page. If it compiled, the second task would want the lock
// and block the thread that the first one needs.
//
// Hold the lock only while you write, so that all requests are in flight at the
// same time. Then take the second step: keep only the `KEEP` largest sizes in
// the list, and never let another task see more of them than that.

use std::sync::{Arc, Mutex};

use exercises::{show, urls};
use mock_server::MockWeb;
use reqwest::Client;
use tokio::task::JoinSet;

/// How many sizes the list has at most.
const KEEP: usize = 2;

type Sizes = Arc<Mutex<Vec<usize>>>;

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// First wait, then lock. The guard lives from the line with `lock` to the end
// of the function, and there's no await in between. So the future holds no
// guard while it waits, and it's `Send`. Pushing, sorting and cutting belong
// together, so they're under one lock.
//
// The common wrong answer is Tokio's `Mutex`. Its guard may be held across an
// await, so the compiler accepts it. But then one page is fetched at a time,
// because each task has the lock while it waits for its page. Use Tokio's
// mutex only for something that has to stay locked while you wait, such as a
// connection that tasks take turns with.
async fn write_down(
    client: Client,
    url: String,
    sizes: Sizes,
) -> reqwest::Result<()> {
    let size = page_size(&client, &url).await?;
    let mut sizes = sizes.lock().expect("nothing panics while it's locked");
    sizes.push(size);
    sizes.sort_by(|one, other| other.cmp(one));
    sizes.truncate(KEEP);
    Ok(())
}

async fn sizes(client: &Client, urls: &[&str]) -> Vec<usize> {
    let sizes = Sizes::default();
    let mut tasks = JoinSet::new();
    for &url in urls {
        let (client, sizes) = (client.clone(), sizes.clone());
        tasks.spawn(write_down(client, url.to_owned(), sizes));
    }
    while let Some(result) = tasks.join_next().await {
        if let Err(error) = result.expect("no task panics") {
            println!("{error}");
        }
    }
    let mut sizes = sizes.lock().expect("nothing panics while it's locked");
    sizes.sort();
    sizes.clone()
}

fn main() {
    show(MockWeb::builder(), async |web, client| {
        let sizes = sizes(client, &urls(web)).await;
        println!("the {KEEP} largest: {sizes:?}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, quick_tutorial};
    use mock_server::Fault;

    // No request gets its response before three have arrived.
    #[test]
    fn all_requests_are_in_flight_at_the_same_time() {
        let web = quick_tutorial().gate(3, PATIENCE);
        check(web, async |web, client| {
            sizes(client, &urls(web)).await;
            let most = web.record().max_in_flight();
            assert_eq!(most, 3, "at most {most} requests were in flight");
        });
    }

    #[test]
    fn a_page_that_does_not_arrive_is_not_written_down() {
        let web = quick_tutorial().fault("python.org", Fault::Refused);
        check(web, async |web, client| {
            assert_eq!(sizes(client, &urls(web)).await, [15_000, 45_000]);
        });
    }

    #[test]
    fn the_list_keeps_the_largest_sizes() {
        check(quick_tutorial(), async |web, client| {
            let sizes = sizes(client, &urls(web)).await;
            assert_eq!(sizes, [45_000, 50_321], "the {KEEP} largest");
        });
    }
}
