// A market sends prices as they change: a line of JSON for each, in a response
// that doesn't end. This client parses each chunk as it comes, and fails at the
// first one.
//
// Repair `follow`: a price should be sent to `prices` as soon as its line is
// complete, wherever the chunks are cut. The tests use a market that cuts its
// lines after every seven bytes, and one that goes quiet.

use exercises::show;
use mock_server::{Builder, Fault, MockWeb, Site};
use reqwest::Response;
use serde::Deserialize;
use tokio::sync::mpsc::UnboundedSender;

#[derive(Debug, Deserialize, PartialEq)]
struct Price {
    product: String,
    cents: u32,
}

// TODO: What does the end of a chunk mean?
async fn follow(
    mut response: Response,
    prices: UnboundedSender<Price>,
) -> anyhow::Result<()> {
    while let Some(chunk) = response.chunk().await? {
        for line in str::from_utf8(&chunk)?.lines() {
            // If the receiver is gone, there is no one to send to.
            if prices.send(serde_json::from_str(line)?).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

const LINES: &str = r#"{"product": "tea", "cents": 250}
{"product": "crème brûlée", "cents": 700}
{"product": "東京 noodles", "cents": 950}
{"product": "bread", "cents": 320}
"#;

fn market(fault: &str) -> Builder {
    let fault: Fault = fault.parse().expect("it is a fault");
    let site = Site::new("market.example")
        .also("/prices", "application/x-ndjson", LINES)
        .fault(fault);
    MockWeb::builder().sites([site])
}

fn address(web: &MockWeb) -> String {
    format!("{}prices", web.url("market.example"))
}

fn main() {
    show(market("dribble?chunk=7&pause=20"), async |web, client| {
        let (sender, mut prices) = tokio::sync::mpsc::unbounded_channel();
        let response = client.get(address(web)).send().await;
        let response = response.expect("the head arrives");
        let print = async {
            while let Some(Price { product, cents }) = prices.recv().await {
                println!("{product}: {cents} cents");
            }
        };
        let (followed, ()) = tokio::join!(follow(response, sender), print);
        if let Err(error) = followed {
            println!("failed: {error:#}");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check};
    use tokio::sync::mpsc::unbounded_channel;
    use tokio::time::timeout;

    fn all() -> Vec<Price> {
        let price = |line| serde_json::from_str(line).expect("it is a price");
        LINES.lines().map(price).collect()
    }

    #[test]
    fn all_prices_arrive_wherever_the_chunks_are_cut() {
        for fault in ["dribble?chunk=7&pause=20", "dribble?chunk=70&pause=20"] {
            check(market(fault), async |web, client| {
                let (sender, mut prices) = unbounded_channel();
                let response = client.get(address(web)).send().await;
                let response = response.expect("the head arrives");
                let followed = follow(response, sender).await;
                assert!(followed.is_ok(), "a chunk isn't a line: {followed:?}");
                let mut arrived = Vec::new();
                while let Ok(price) = prices.try_recv() {
                    arrived.push(price);
                }
                assert_eq!(arrived, all());
            });
        }
    }

    // The market sends two lines and a half.
    #[test]
    fn complete_lines_arrive_before_the_market_goes_quiet() {
        check(market("stall?after=90"), async |web, client| {
            let (sender, mut prices) = unbounded_channel();
            let response = client.get(address(web)).send().await;
            let response = response.expect("the head arrives");
            let receive = async {
                for expected in all().into_iter().take(2) {
                    let price = timeout(PATIENCE, prices.recv()).await;
                    let price = price.expect("a complete line isn't held back");
                    assert_eq!(price, Some(expected));
                }
            };
            tokio::select! {
                biased;
                () = receive => {}
                ended = follow(response, sender) => {
                    panic!("the body hasn't ended, and `follow` has: {ended:?}")
                }
            }
        });
    }
}
