// Tasks fetch pages and write down, in one list for all, how large they are.
// The list is behind a mutex, and the compiler refuses the program: the guard
// of the mutex is held while the task waits for its page.
//
// That is good news: a task that waits with the lock in its hand stops all that
// want it. Hold the lock only while you write.

use std::sync::{Arc, Mutex};

use exercises::{show, urls};
use mock_server::MockWeb;
use reqwest::Client;
use tokio::task::JoinSet;

type Sizes = Arc<Mutex<Vec<usize>>>;

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// TODO: The lock is taken too early.
async fn write_down(
    client: Client,
    url: String,
    sizes: Sizes,
) -> reqwest::Result<()> {
    let mut sizes = sizes.lock().expect("nothing panics while it's locked");
    let size = page_size(&client, &url).await?;
    sizes.push(size);
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
        println!("{:?}", sizes(client, &urls(web)).await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check};
    use mock_server::Fault;
    use mock_server::testing::quick_tutorial;

    // Nobody gets an answer before three requests are there.
    #[test]
    fn nobody_waits_for_a_page_with_the_lock_in_hand() {
        let web = quick_tutorial().gate(3, PATIENCE);
        check(web, async |web, client| {
            let sizes = sizes(client, &urls(web)).await;
            let most = web.record().max_in_flight();
            assert_eq!(most, 3, "at most {most} were in flight at once");
            assert_eq!(sizes, [15_000, 45_000, 50_321]);
        });
    }

    #[test]
    fn a_page_that_does_not_come_is_not_written_down() {
        let web = quick_tutorial().fault("python.org", Fault::Refused);
        check(web, async |web, client| {
            assert_eq!(sizes(client, &urls(web)).await, [15_000, 45_000]);
        });
    }
}
