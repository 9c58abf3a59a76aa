// An order needs a price, the stock and the freight, from three sites. If one
// of them responds with an error, there won't be an order, so it's pointless to
// wait for the other two. The program relies on `try_join_all`, which returns
// the first error of three futures immediately. But it still waits for all
// three sites, however long they take.
//
// Make `order` return the first error immediately, and make sure that no
// request is in flight after that. If there's no error, the sizes of the pages
// are in the order of the sites. The tests check which error it is, and what
// the server saw.

use std::time::Duration;

use exercises::{show, urls};
use futures::future::try_join_all;
use mock_server::{MockWeb, Site};
use reqwest::Client;

async fn size(client: Client, url: String) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// A `JoinHandle` returns a result in a result. The outer one says whether the
// task ran to completion, and a task that returns an error did. So
// `try_join_all` of handles ends early only at a panic. Without tasks there is
// one result, and when one future fails, the others are dropped.
//
// The common wrong answer flattens the two results, with an
// `async { task.await? }` around each handle. Then the error comes right away,
// but dropping a handle doesn't end its task, so the other requests stay in
// flight. With tasks it takes a `JoinSet`, and `??` on the result of
// `join_next`.
//
// Mind the number. Above 30 futures, `try_join_all` keeps an error back until
// the futures before it are done. A `JoinSet` doesn't, and neither does
// `stream::iter(answers).buffer_unordered(n).try_collect()`.
async fn order(client: &Client, urls: &[&str]) -> anyhow::Result<Vec<usize>> {
    let answers = urls.iter().map(|url| size(client.clone(), url.to_string()));
    Ok(try_join_all(answers).await?)
}

fn main() {
    let sites = ["price.example", "stock.example", "freight.example"];
    let sites =
        sites.map(|name| Site::new(name).delay(Duration::from_millis(900)));
    show(MockWeb::builder().sites(sites), async |web, client| {
        // Nothing listens at port 9 of this machine.
        let mut urls = urls(web);
        urls[1] = "http://127.0.0.1:9/";
        match order(client, &urls).await {
            Ok(answers) => println!("ordered: {answers:?}"),
            Err(error) => println!("no order: {error:#}"),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees};
    use mock_server::{Builder, Fault, StatusCode};
    use tokio::time::timeout;

    const SITES: [&str; 3] =
        ["price.example", "stock.example", "freight.example"];

    // The stock responds with a 409 after a while. The others never respond.
    fn sold_out() -> Builder {
        let conflict =
            Fault::Status { code: StatusCode::CONFLICT, retry_after: None };
        let no = Site::new("stock.example")
            .delay(Duration::from_millis(300))
            .fault(conflict);
        let [price, _, freight] = SITES;
        MockWeb::builder().sites([
            Site::new(price).fault(Fault::Hang),
            no,
            Site::new(freight).fault(Fault::Hang),
        ])
    }

    #[test]
    fn the_first_error_ends_the_order() {
        check(sold_out(), async |web, client| {
            let urls = urls(web);
            let order = timeout(PATIENCE, order(client, &urls)).await;
            let order = order.expect("it still waits after the first error");
            let error = order.expect_err("the stock has an error");
            let error = error.downcast::<reqwest::Error>().expect("its error");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(409));
        });
    }

    #[test]
    fn no_request_is_in_flight_after_the_first_error() {
        check(sold_out(), async |web, client| {
            let urls = urls(web);
            // The other test checks that it ends.
            let order = async {
                let _ = timeout(PATIENCE, order(client, &urls)).await;
            };
            order.await;
            let left = sees(web, |record| record.in_flight() == 0).await;
            let in_flight = web.record().in_flight();
            assert!(left, "{in_flight} requests are still in flight");
        });
    }

    #[test]
    fn the_sizes_are_in_the_order_of_the_sites() {
        let sizes = [1_000, 2_000, 3_000];
        let all = SITES.iter().zip(sizes).map(|(name, size)| {
            Site::new(name).page(mock_server::page(name, size, size / 10))
        });
        let slow = Fault::Delay { time: Duration::from_millis(300) };
        let web = MockWeb::builder().sites(all).fault("price.example", slow);
        check(web.gate(3, PATIENCE), async |web, client| {
            let answers = order(client, &urls(web)).await;
            assert_eq!(answers.expect("all respond"), sizes);
        });
    }
}
