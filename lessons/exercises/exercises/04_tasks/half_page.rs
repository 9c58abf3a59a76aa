// A page comes in small pieces. The program hands it on in blocks of 1,000
// bytes, and in between it says how it is doing. The blocks are too few: some
// of what the site sent is nowhere.
//
// Lose nothing, whatever wins in the `select!`.

use std::time::Duration;

use exercises::show;
use mock_server::{Builder, Fault, MockWeb, Site, page};
use reqwest::{Client, Response};
use tokio::time::interval;

const BLOCK: usize = 1_000;

// TODO: What becomes of `block` when the tick is first?
async fn next_block(response: &mut Response) -> reqwest::Result<Vec<u8>> {
    let mut block = Vec::new();
    while block.len() < BLOCK
        && let Some(piece) = response.chunk().await?
    {
        block.extend_from_slice(&piece);
    }
    Ok(block)
}

// Hands the page on to `take`, in blocks; the last one may be short.
async fn in_blocks(
    client: &Client,
    url: &str,
    tick: Duration,
    mut take: impl FnMut(Vec<u8>),
    mut say: impl FnMut(&str),
) -> reqwest::Result<()> {
    let response = client.get(url).send().await?;
    let mut response = response.error_for_status()?;
    let mut ticks = interval(tick);
    loop {
        tokio::select! {
            block = next_block(&mut response) => match block? {
                block if block.is_empty() => return Ok(()),
                block => take(block),
            },
            _ = ticks.tick() => say("still reading"),
        }
    }
}

// A page of 10,500 bytes, in pieces of 100.
fn dribbling() -> Builder {
    let site = Site::new("a.example").page(page("A page", 10_500, 1_500));
    MockWeb::builder()
        .sites([site.fault(Fault::Dribble { chunk: 100, pause: 5 })])
}

fn main() {
    show(dribbling(), async |web, client| {
        let mut bytes = 0;
        let take = |block: Vec<u8>| {
            bytes += block.len();
            println!("{} bytes", block.len());
        };
        let tick = Duration::from_millis(80);
        let say = |words: &str| println!("{words}");
        let url = web.url("a.example");
        let read = in_blocks(client, url, tick, take, say).await;
        println!("{read:?}, {bytes} bytes in all");
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{check, sites};

    // It is said so often that no block comes without a word in between.
    const TICK: Duration = Duration::from_millis(12);

    #[test]
    fn the_blocks_are_the_page() {
        check(dribbling(), async |web, client| {
            let (mut all, mut said) = (Vec::new(), 0);
            let take = |block: Vec<u8>| all.extend(block);
            let say = |_words: &str| said += 1;
            let url = web.url("a.example");
            let read = in_blocks(client, url, TICK, take, say).await;
            read.expect("the page comes");
            assert!(said > 10, "it still says how it is doing: {said} times");
            assert_eq!(all.len(), 10_500, "bytes in all blocks");
            let expected = page("A page", 10_500, 1_500);
            assert!(all == expected.as_bytes(), "they are in their order");
        });
    }

    #[test]
    fn all_blocks_but_the_last_are_full() {
        check(dribbling(), async |web, client| {
            let mut sizes = Vec::new();
            let take = |block: Vec<u8>| sizes.push(block.len());
            let url = web.url("a.example");
            let read = in_blocks(client, url, TICK, take, |_| {}).await;
            read.expect("the page comes");
            let (last, full) = sizes.split_last().expect("there are blocks");
            assert!(full.iter().all(|size| *size >= BLOCK), "{sizes:?}");
            assert!(*last > 0);
        });
    }

    #[test]
    fn a_page_that_breaks_off_is_an_error() {
        let fault = Fault::Truncate { after: 500 };
        let web = sites(["a.example"]).fault("a.example", fault);
        check(web, async |web, client| {
            let url = web.url("a.example");
            let read = in_blocks(client, url, TICK, |_| {}, |_| {}).await;
            assert!(read.is_err(), "half of it came");
        });
    }
}
