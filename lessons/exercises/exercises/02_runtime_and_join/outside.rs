// A library for a display calls `refresh` from a thread that it starts itself.
// `refresh` isn't async, so it waits for its page with the `block_on` of the
// crate `futures`, and panics.
//
// Change `refresh` and `display` so that the thread gets its pages from the
// runtime that calls `display`. `refresh` has to stay an ordinary function, and
// you may give it another parameter. Don't start a second runtime. The tests
// check that async code keeps running while the thread waits, and that the
// connection can be used again afterwards.

use std::thread;

use exercises::{show, urls};
use mock_server::MockWeb;
use reqwest::{Client, Result};
use tokio::sync::oneshot;

async fn page_size(client: &Client, url: &str) -> Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// TODO: The thread that calls this has no runtime.
fn refresh(client: &Client, url: &str) -> Result<usize> {
    futures::executor::block_on(page_size(client, url))
}

/// Starts the display's thread and waits for its sizes. The thread sends them
/// through a channel for one value. `None` means that the thread panicked.
async fn display(client: &Client, urls: &[&str]) -> Option<Vec<usize>> {
    let client = client.clone();
    let urls: Vec<_> = urls.iter().map(|&url| url.to_owned()).collect();
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || {
        let sizes = urls.iter().flat_map(|url| refresh(&client, url));
        let _ = sender.send(sizes.collect());
    });
    receiver.await.ok()
}

fn main() {
    show(MockWeb::builder(), async |web, client| {
        println!("{:?}", display(client, &urls(web)).await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sites};
    use futures::future::join;
    use std::time::Duration;

    const SITES: [&str; 2] = ["a.example", "b.example"];

    #[test]
    fn the_thread_gets_its_pages() {
        check(sites(SITES), async |web, client| {
            let sizes = display(client, &urls(web)).await;
            assert_eq!(
                sizes.expect("its thread does not panic"),
                [1_000, 1_000]
            );
        });
    }

    // No request gets a response before two of them have arrived.
    #[test]
    fn async_code_keeps_running_while_the_thread_waits() {
        check(sites(SITES).gate(2, PATIENCE), async |web, client| {
            let shown = [web.url("a.example")];
            let shown = display(client, &shown);
            let page = page_size(client, web.url("b.example"));
            let (shown, page) = join(shown, page).await;
            assert_eq!(shown.expect("its thread does not panic"), [1_000]);
            assert_eq!(page.expect("the page arrives"), 1_000);
        });
    }

    #[test]
    fn the_connection_stays_with_the_runtime() {
        check(sites(SITES), async |web, client| {
            let url = web.url("a.example");
            display(client, &[url]).await.expect("its thread does not panic");
            // A connection is idle a moment after its response.
            tokio::time::sleep(Duration::from_millis(100)).await;
            page_size(client, url).await.expect("the page arrives");
            assert_eq!(web.record().connections(), 1, "connections");
        });
    }
}
