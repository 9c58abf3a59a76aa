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

// Fills the block up. Dropped before that, it leaves in `block` what has come
// so far, and the next call goes on from there.
//
// `response.chunk()` gives a piece or nothing: dropped, it has lost none. That
// is called cancel safe. Built on it, `next_block` was not, because the pieces
// that it had were in a variable of its own. What has to outlive a future
// belongs to the one who drops it.
//
// The common wrong answer is a tick that comes less often. Then it loses less
// often, which is worse. A right one is to make the future once and to give
// `select!` a `&mut` of it, as in `restart`; each block needs a new one then.
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
