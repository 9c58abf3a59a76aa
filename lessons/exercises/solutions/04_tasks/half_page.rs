// A page arrives in small pieces. This program collects them in blocks of 1,000
// bytes and hands each block on, and in between it reports that it's still
// reading. But the blocks are too few: some of the bytes get lost.
//
// Change `next_block` and `in_blocks` so that nothing is lost, whichever branch
// of the `select!` wins. The reports should come as often as before. The tests
// compare the blocks with the page.

use std::time::Duration;

use exercises::show;
use mock_server::{Builder, MockWeb, Site, page};
use reqwest::{Client, Response};
use tokio::time::interval;

const BLOCK: usize = 1_000;

// Fills the block up. If it's dropped before that, the pieces that have arrived
// are in `block`, and the next call continues with them.
//
// `response.chunk()` is cancel safe: it takes a piece only when it can
// return it. `next_block` was built on it and wasn't safe, because it kept
// its pieces in a variable of its own. Anything that should outlive a future
// belongs to the caller.
//
// The common wrong answer is a longer tick. Then bytes get lost less often,
// which is worse. A different right answer is to pin the future before the
// loop, as in `restart`, but then you need a new one for each block.
async fn fill(
    response: &mut Response,
    block: &mut Vec<u8>,
) -> reqwest::Result<()> {
    while block.len() < BLOCK
        && let Some(piece) = response.chunk().await?
    {
        block.extend_from_slice(&piece);
    }
    Ok(())
}

// Hands the page on to `take` in blocks. The last one may be short.
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
    let mut block = Vec::new();
    loop {
        tokio::select! {
            filled = fill(&mut response, &mut block) => {
                filled?;
                if block.is_empty() {
                    return Ok(());
                }
                take(std::mem::take(&mut block));
            }
            _ = ticks.tick() => say("still reading"),
        }
    }
}

// A page of 10,500 bytes, in pieces of 100.
fn dribbling() -> Builder {
    let site = Site::new("a.example").page(page("A page", 10_500, 1_500));
    let fault = "dribble?chunk=100&pause=5".parse().expect("it is a fault");
    MockWeb::builder().sites([site.fault(fault)])
}

fn main() {
    show(dribbling(), async |web, client| {
        let mut bytes = 0;
        let take = |block: Vec<u8>| {
            bytes += block.len();
            println!("{} bytes", block.len());
        };
        let tick = Duration::from_millis(80);
        let say = |message: &str| println!("{message}");
        let url = web.url("a.example");
        let read = in_blocks(client, url, tick, take, say).await;
        println!("{read:?}, {bytes} bytes in all");
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{check, sites};
    use mock_server::Fault;

    // So short that each block is interrupted.
    const TICK: Duration = Duration::from_millis(12);

    #[test]
    fn the_blocks_are_the_page() {
        check(dribbling(), async |web, client| {
            let (mut all, mut said) = (Vec::new(), 0);
            let take = |block: Vec<u8>| all.extend(block);
            let say = |_message: &str| said += 1;
            let url = web.url("a.example");
            let read = in_blocks(client, url, TICK, take, say).await;
            read.expect("the page arrives");
            assert!(said > 10, "reports: {said}");
            assert_eq!(all.len(), 10_500, "bytes in all blocks");
            let expected = page("A page", 10_500, 1_500);
            assert!(all == expected.as_bytes(), "the bytes are in their order");
        });
    }

    #[test]
    fn all_blocks_except_the_last_are_full() {
        check(dribbling(), async |web, client| {
            let mut sizes = Vec::new();
            let take = |block: Vec<u8>| sizes.push(block.len());
            let url = web.url("a.example");
            let read = in_blocks(client, url, TICK, take, |_| {}).await;
            read.expect("the page arrives");
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
            assert!(read.is_err(), "half of the page is missing");
        });
    }
}
