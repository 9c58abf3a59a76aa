// A program fetches the pages of a list, one after another, and writes their
// sizes into a ledger. The ledger's driver isn't async, so `write` blocks its
// thread. While it writes, no request is sent, and no other future runs.
//
// Change `record_sizes` so that it sends the next request while the ledger
// writes. The ledger needs its entries in the order of the pages, one at a
// time, and all of them should be written when `record_sizes` returns. That
// includes the entries before a page that fails. You can't change `write`, and
// you don't need to fetch more than one page at a time.
//
// The tests check what the server sees while the ledger writes, whether other
// futures run until the last entry is written, and the entries.

use std::thread;
use std::time::Duration;

use exercises::{show, urls};
use mock_server::MockWeb;
use reqwest::Client;
use tokio::sync::mpsc::{self, Sender};
use tokio::task::spawn_blocking;

/// How many sizes can wait for the ledger.
const CAPACITY: usize = 8;

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

async fn send_sizes(
    client: &Client,
    urls: &[&str],
    sizes: Sender<usize>,
) -> anyhow::Result<()> {
    for url in urls {
        let size = page_size(client, url).await?;
        sizes.send(size).await?;
    }
    Ok(())
}

// One closure in the blocking pool writes all entries, so they keep their
// order. The sizes reach it through a channel, which ends when `send_sizes`
// returns, with an error or without. Then the writer finishes, and we wait for
// it in either case. If the ledger is much slower than the sites, the channel
// fills up, and `send` waits.
//
// A common wrong answer is `spawn_blocking(…).await` around each `write`. The
// runtime's thread is free then, and other futures run, but *this* future waits
// and sends nothing. Without the `.await`, the entries may get out of order,
// and some aren't written yet when the function returns. If you collect the
// sizes and write them at the end, the first entry waits for the last page. And
// a thread of your own with a `join()` at the end blocks the runtime's thread
// until the last entry is written.
async fn record_sizes(
    client: &Client,
    urls: &[&str],
    mut write: impl FnMut(usize) + Send + 'static,
) -> anyhow::Result<()> {
    let (sender, mut sizes) = mpsc::channel(CAPACITY);
    let writer = spawn_blocking(move || {
        while let Some(size) = sizes.blocking_recv() {
            write(size);
        }
    });
    let sent = send_sizes(client, urls, sender).await;
    // The handle's error means that `write` panicked.
    writer.await?;
    sent
}

#[expect(clippy::disallowed_methods, reason = "a driver that blocks")]
fn block(milliseconds: u64) {
    thread::sleep(Duration::from_millis(milliseconds));
}

fn main() {
    show(MockWeb::builder(), async |web, client| {
        let write = |size| {
            block(500);
            println!("{size} bytes");
        };
        if let Err(error) = record_sizes(client, &urls(web), write).await {
            println!("{error}");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, quick_tutorial, sees, sites};
    use futures::future::join;
    use mock_server::Fault;
    use std::sync::mpsc;
    use tokio::time::timeout;

    // The second page never arrives, so the first entry can't wait for it.
    #[test]
    fn the_next_request_is_sent_while_the_ledger_writes() {
        let web = sites(["a.example", "b.example"]);
        let web = web.fault("b.example", Fault::Hang);
        check(web, async |web, client| {
            let (begin, mut begun) = tokio::sync::mpsc::channel(1);
            let (sent, was_sent) = mpsc::channel();
            let (entry, entries) = mpsc::channel();
            // It writes until the second request is sent, or loses patience.
            let write = move |_size| {
                let _ = begin.try_send(());
                let _ = entry.send(was_sent.recv_timeout(PATIENCE).is_ok());
            };
            let watch = async {
                let begun = timeout(PATIENCE, begun.recv()).await;
                begun.expect("the first entry waits for the second page");
                if sees(web, |record| record.requests("b.example") == 1).await {
                    let _ = sent.send(());
                }
            };
            let urls = urls(web);
            tokio::select! {
                _ = record_sizes(client, &urls, write) => {}
                () = watch => {}
            }
            let in_time = entries.recv().expect("there is an entry");
            assert!(in_time, "no request was sent while the ledger wrote");
        });
    }

    #[test]
    fn other_futures_run_until_the_last_entry_is_written() {
        let web = sites(["a.example", "other.example"]);
        check(web, async |web, client| {
            let (begin, mut begun) = tokio::sync::mpsc::channel(1);
            let (arrived, has_arrived) = mpsc::channel();
            let (entry, entries) = mpsc::channel();
            // It writes until another page has arrived, or loses patience.
            let write = move |_size| {
                let _ = begin.try_send(());
                let _ = entry.send(has_arrived.recv_timeout(PATIENCE).is_ok());
            };
            let another = async {
                let _ = begun.recv().await;
                let page = page_size(client, web.url("other.example")).await;
                let _ = arrived.send(());
                page
            };
            let urls = [web.url("a.example")];
            let recording = record_sizes(client, &urls, write);
            let (recorded, page) = join(recording, another).await;
            recorded.expect("the page arrives");
            page.expect("the other page arrives");
            let in_time = entries.recv().expect("there is an entry");
            assert!(in_time, "no other page arrived while the ledger wrote");
        });
    }

    /// The entries that are written when it returns, and whether it failed.
    fn entries(web: mock_server::Builder) -> (Vec<usize>, bool) {
        let (entry, entries) = mpsc::channel();
        let mut failed = false;
        let mut written = Vec::new();
        check(web, async |web, client| {
            let write = move |size| {
                block(50);
                let _ = entry.send(size);
            };
            failed = record_sizes(client, &urls(web), write).await.is_err();
            written = entries.try_iter().collect();
        });
        (written, failed)
    }

    #[test]
    fn all_entries_are_written_in_their_order_when_it_returns() {
        let (written, failed) = entries(quick_tutorial());
        assert_eq!(written, [15_000, 50_321, 45_000], "the entries");
        assert!(!failed);
    }

    #[test]
    fn entries_before_a_failed_page_are_written_when_it_returns() {
        let web = quick_tutorial().fault("w3schools.com", Fault::Refused);
        let (written, failed) = entries(web);
        assert_eq!(written, [15_000, 50_321], "the entries");
        assert!(failed, "the page failed, and the caller gets no error");
    }
}
