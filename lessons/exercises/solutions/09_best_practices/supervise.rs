// A shop serves its customers, and a task in the background updates the prices.
// The task panics when a price isn't a number. Nothing notices: the shop keeps
// serving with old prices. And when the shop closes, the task keeps running.
//
// If the task panics, `run` should stop serving and panic too, with the same
// message. When `serve` is done, `run` should return and leave no request in
// flight. You don't need to change `update_prices`.

use std::panic;
use std::time::Duration;

use exercises::show;
use mock_server::{MockWeb, Site};
use reqwest::Client;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Fetches the price again and again.
async fn update_prices(client: Client, url: String) {
    loop {
        if let Ok(response) = client.get(&url).send().await {
            let text = response.text().await.unwrap_or_default();
            let _price: u32 = text.parse().expect("a price is a number");
        }
        sleep(Duration::from_millis(50)).await;
    }
}

// `select!` waits for both. If the task panics, its `JoinError` has the
// panic, and `resume_unwind` continues with it here. If `serve` is done
// first, `run` returns and drops the `JoinSet`, which aborts the task.
//
// A common wrong answer awaits the `JoinHandle` after `serve`. That passes
// the panic on, but only when the shop closes. Another wrong answer is a
// `select!` with a plain `JoinHandle`: it sees the panic, but the task keeps
// running after `serve`, because dropping a handle stops nothing.
async fn run(client: &Client, url: &str, serve: impl Future<Output = ()>) {
    let mut tasks = JoinSet::new();
    tasks.spawn(update_prices(client.clone(), url.to_owned()));
    tokio::select! {
        () = serve => {}
        Some(Err(error)) = tasks.join_next() => {
            panic::resume_unwind(error.into_panic());
        }
    }
}

fn shop(price: &'static str) -> mock_server::Builder {
    MockWeb::builder().sites([Site::new("prices.example").page(price)])
}

fn main() {
    show(shop("12 apples"), async |web, client| {
        let url = web.url("prices.example").to_string();
        let client = client.clone();
        let serve = sleep(Duration::from_secs(1));
        let run = async move { run(&client, &url, serve).await };
        match tokio::spawn(run).await {
            Ok(()) => println!("the shop has closed"),
            Err(error) => println!("run ended early: {error}"),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees};
    use std::future::pending;
    use tokio::time::timeout;

    #[test]
    fn a_panic_of_the_task_is_a_panic_of_run() {
        check(shop("12 apples"), async |web, client| {
            let url = web.url("prices.example").to_string();
            let client = client.clone();
            let run = async move { run(&client, &url, pending()).await };
            let ended = timeout(PATIENCE, tokio::spawn(run)).await;
            let ended = ended.expect("the shop keeps serving after the panic");
            let panic = ended.expect_err("it panics").into_panic();
            let message = panic.downcast_ref::<String>();
            let expected = "a price is a number: ";
            let same = message.is_some_and(|text| text.starts_with(expected));
            assert!(same, "{message:?}");
        });
    }

    #[test]
    fn when_the_shop_has_closed_no_request_is_in_flight() {
        let hang = "hang".parse().expect("it is a fault");
        let web = shop("12").fault("prices.example", hang);
        check(web, async |web, client| {
            let url = web.url("prices.example").to_string();
            let serve = web.wait_until(|record| record.in_flight() == 1);
            run(client, &url, serve).await;
            let idle = sees(web, |record| record.in_flight() == 0).await;
            assert!(idle, "the task still fetches prices");
        });
    }

    #[test]
    fn good_prices_are_fetched_while_the_shop_serves() {
        check(shop("12"), async |web, client| {
            let url = web.url("prices.example").to_string();
            let serve = web.wait_until(|record| record.exchanges().len() == 3);
            run(client, &url, serve).await;
        });
    }
}
