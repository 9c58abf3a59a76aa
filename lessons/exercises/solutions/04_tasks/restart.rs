// While a page is on its way, this program should print a few times that it's
// still waiting. But the page never arrives, and the site gets a new request
// every 100 ms.
//
// Change `patient` so that it sends one request. It should print its message at
// most three times (`MESSAGES`), and then wait silently for the page. The tests
// count the requests and the messages.
//
// Run it and look at the bars: which requests leave, and when do new ones come?

use std::pin::pin;
use std::time::Duration;

use exercises::show;
use mock_server::MockWeb;
use reqwest::Client;
use tokio::time::interval;

const MESSAGES: usize = 3;

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// `select!` drops the futures that lost, and the next turn of the loop
// evaluates its expressions again. So the future is created once, before the
// loop, and each turn gets `&mut page`: that reference is dropped, and the
// future stays. It mustn't move any more, which is what `pin!` is for.
//
// `ticks.tick()` is a new future in each turn. That's fine, because `ticks`
// remembers when the next tick is due. After three messages the condition
// disables this branch, and `select!` waits for the page alone.
//
// The common wrong answer is a task: `tokio::spawn(page_size(…))` before the
// loop and `&mut handle` in it. That sends one request, but when `patient` is
// dropped, its task keeps running.
async fn patient(
    client: &Client,
    url: &str,
    tick: Duration,
    mut say: impl FnMut(&str),
) -> reqwest::Result<usize> {
    let mut ticks = interval(tick);
    let mut page = pin!(page_size(client, url));
    let mut said = 0;
    loop {
        tokio::select! {
            size = &mut page => return size,
            _ = ticks.tick(), if said < MESSAGES => {
                say("still waiting");
                said += 1;
            }
        }
    }
}

fn main() {
    show(MockWeb::builder(), async |web, client| {
        let say = |message: &str| println!("{message}");
        let tick = Duration::from_millis(100);
        let size = patient(client, web.url("python.org"), tick, say);
        let limit = Duration::from_millis(1_500);
        match tokio::time::timeout(limit, size).await {
            Ok(size) => println!("{size:?} bytes"),
            Err(_elapsed) => println!("gave up"),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{check, sees, sites};
    use futures::future::{Either, select};
    use mock_server::Fault;
    use std::pin::pin;

    const TICK: Duration = Duration::from_millis(50);

    #[test]
    fn the_program_sends_one_request_and_the_page_arrives() {
        let web = sites(["a.example"])
            .fault("a.example", Fault::Delay { time: Duration::from_secs(1) });
        check(web, async |web, client| {
            let mut said = 0;
            let url = web.url("a.example");
            let size =
                Box::pin(patient(client, url, TICK, |_message| said += 1));
            let again =
                pin!(sees(web, |record| record.requests("a.example") > 1));
            match select(size, again).await {
                Either::Left((size, _)) => {
                    assert_eq!(size.expect("the page arrives"), 1_000);
                }
                Either::Right((again, _)) => {
                    assert!(!again, "a second request was sent");
                    panic!("the page did not arrive");
                }
            }
            assert_eq!(said, MESSAGES, "messages");
            assert_eq!(web.record().client_gone(), 0);
        });
    }

    #[test]
    fn a_dropped_future_leaves_no_request_behind() {
        let web = sites(["a.example"]).fault("a.example", Fault::Hang);
        check(web, async |web, client| {
            let url = web.url("a.example");
            let size = Box::pin(patient(client, url, TICK, |_message| {}));
            let arrived = pin!(sees(web, |record| record.in_flight() == 1));
            match select(size, arrived).await {
                Either::Left((size, _)) => panic!("it hangs: {size:?}"),
                Either::Right((arrived, size)) => {
                    assert!(arrived, "a request was sent");
                    drop(size);
                }
            }
            let left = sees(web, |record| record.in_flight() == 0).await;
            assert!(left, "the request is still in flight");
        });
    }
}
