// A program fetches pages and passes each of them to `think`, a function from
// another team. `think` takes half a second, and there's no `async` in it.
// While it runs, no other request is sent.
//
// Change `thought_about` so that other requests keep going while `think` runs.
// You don't need to make `think` faster, and you can't change it. The tests
// check that other pages arrive before `think` returns.
//
// Run it and look at the bars: while `think` works on the page of
// `large.example`, no bar begins.

use anyhow::Result;
use exercises::show;
use futures::future::join;
use mock_server::{MockWeb, Site};
use reqwest::Client;
use std::thread;
use std::time::Duration;
use tokio::task::spawn_blocking;

async fn page(client: &Client, url: &str) -> Result<String> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.text().await?)
}

// Between two awaits a future has its thread to itself, and the runtime can't
// take it away. `spawn_blocking` calls the function on another thread, from a
// pool that's there for this, and returns a handle you can await. While this
// future waits for the handle, its thread is free to run others. The page moves
// to the other thread, so the closure has to own it: `move`.
//
// The common wrong answers leave the work on the thread. An `async` block
// around `think` is still polled there, and on a runtime with one thread so is
// a task from `tokio::spawn`. On a runtime with many threads such a task blocks
// one of them. `yield_now` before the call only lets the others go first.
async fn thought_about<Thought: Send + 'static>(
    client: &Client,
    url: &str,
    think: impl FnOnce(&str) -> Thought + Send + 'static,
) -> Result<Thought> {
    let page = page(client, url).await?;
    // The handle's error means that `think` panicked.
    Ok(spawn_blocking(move || think(&page)).await?)
}

// It's from another team.
#[expect(clippy::disallowed_methods, reason = "it blocks its thread")]
fn slow_count(page: &str) -> usize {
    thread::sleep(Duration::from_millis(500));
    page.split_whitespace().count()
}

fn main() {
    let sites = ["large.example", "small.example"].map(Site::new);
    show(MockWeb::builder().sites(sites), async |web, client| {
        let counting =
            thought_about(client, web.url("large.example"), slow_count);
        let others = async {
            for _ in 0..4 {
                if let Err(error) = page(client, web.url("small.example")).await
                {
                    println!("{error}");
                }
                tokio::time::sleep(Duration::from_millis(60)).await;
            }
        };
        let (words, ()) = join(counting, others).await;
        println!("{words:?} words");
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sites};
    use std::sync::mpsc;
    use tokio::sync::oneshot;

    #[test]
    fn other_pages_arrive_while_think_runs() {
        let web = sites(["large.example", "small.example"]);
        check(web, async |web, client| {
            let (begin, begun) = oneshot::channel();
            let (arrived, has_arrived) = mpsc::channel();
            // It runs until another page has been fetched, or loses patience.
            let think = move |_page: &str| {
                let _ = begin.send(());
                has_arrived.recv_timeout(PATIENCE).is_ok()
            };
            let another = async {
                let _ = begun.await;
                page(client, web.url("small.example")).await?;
                let _ = arrived.send(());
                anyhow::Ok(())
            };
            let thinking =
                thought_about(client, web.url("large.example"), think);
            let (was_fetched, another) = join(thinking, another).await;
            another.expect("the other page arrives");
            assert!(
                was_fetched.expect("the page arrives"),
                "no other page could be fetched while `think` ran"
            );
        });
    }

    #[test]
    fn the_result_of_think_is_returned() {
        check(sites(["a.example"]), async |web, client| {
            let length = thought_about(client, web.url("a.example"), str::len);
            assert_eq!(length.await.expect("the page arrives"), 1_000);
        });
    }
}
