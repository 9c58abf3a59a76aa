// A status page shows how many downloads are running. `download` counts up when
// one starts, and down when it has ended. But after a few timeouts the page
// still shows downloads that were given up long ago.
//
// Make the number right on every way out of `download`: a page, an error, and a
// cancellation. The request itself is fine. The tests look at the number while
// a page is in flight, and again when its download has ended or was dropped.

use std::cell::Cell;
use std::time::Duration;

use exercises::{show, urls};
use mock_server::{Fault, MockWeb};
use reqwest::Client;
use tokio::time::timeout;

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// A guard: it counts up when it's made, and down when it's dropped.
struct Running<'a>(&'a Cell<usize>);

impl<'a> Running<'a> {
    fn new(running: &'a Cell<usize>) -> Running<'a> {
        running.set(running.get() + 1);
        Running(running)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

// Whichever way the function ends, its variables are dropped, and `_guard` is
// one of them.
//
// The common wrong answer keeps the page as a `Result`, counts down, and
// returns it. That's right for a page and for an error, but a cancelled future
// doesn't get to the line that counts down.
//
// It's also wrong to call the guard `_`: `let _ = Running::new(running);` drops
// it on the same line, so no download is ever counted.
async fn download(
    client: &Client,
    url: &str,
    running: &Cell<usize>,
) -> reqwest::Result<usize> {
    let _guard = Running::new(running);
    page_size(client, url).await
}

fn main() {
    let web = MockWeb::builder().fault("python.org", Fault::Hang);
    show(web, async |web, client| {
        let running = Cell::new(0);
        for url in urls(web) {
            let page = download(client, url, &running);
            match timeout(Duration::from_secs(1), page).await {
                Ok(page) => println!("{page:?} bytes"),
                Err(_elapsed) => println!("gave up"),
            }
        }
        println!("downloads still running: {}", running.get());
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{check, sees, sites};
    use futures::future::{Either, select};
    use std::pin::pin;

    #[test]
    fn a_page_that_has_arrived_is_not_running() {
        check(sites(["a.example"]), async |web, client| {
            let running = Cell::new(0);
            let page = download(client, web.url("a.example"), &running).await;
            page.expect("the page arrives");
            assert_eq!(running.get(), 0, "running after a page");
        });
    }

    #[test]
    fn a_page_that_has_failed_is_not_running() {
        check(sites(["a.example"]), async |web, client| {
            let running = Cell::new(0);
            let url = format!("{}missing", web.url("a.example"));
            let page = download(client, &url, &running).await;
            page.expect_err("there is no such page");
            assert_eq!(running.get(), 0, "running after an error");
        });
    }

    #[test]
    fn a_page_is_running_while_it_is_in_flight_but_not_once_it_is_cancelled() {
        let web = sites(["a.example"]).fault("a.example", Fault::Hang);
        check(web, async |web, client| {
            let running = Cell::new(0);
            let url = web.url("a.example");
            let page = Box::pin(download(client, url, &running));
            let started = pin!(sees(web, |record| record.in_flight() == 1));
            match select(page, started).await {
                Either::Left((page, _)) => panic!("it hangs: {page:?}"),
                Either::Right((started, page)) => {
                    assert!(started, "the page is requested");
                    assert_eq!(running.get(), 1, "running in between");
                    drop(page);
                }
            }
            assert_eq!(running.get(), 0, "running after a cancellation");
        });
    }
}
