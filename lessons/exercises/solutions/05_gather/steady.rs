// A program fetches a shop's pages and its catalogue, which is large. Its
// client has a timeout, so nothing hangs. But the catalogue arrives slowly and
// steadily, and takes longer than a page may take, so the timeout cuts it off.
//
// Change the program so that the catalogue can take as long as it needs, and
// give up on it only when no byte has come for `LIMIT`. A page that isn't
// complete after `LIMIT` should still be an error, even if its pieces keep
// coming. You don't need a second client.
//
// The tests check that a steady catalogue is complete, that a catalogue which
// stops or never begins is an error, and that the server sees the client leave
// a page that takes too long.

use std::time::Duration;

use exercises::show;
use futures::future::join;
use mock_server::{Builder, Fault, MockWeb, Site};
use reqwest::Client;

const LIMIT: Duration = Duration::from_secs(2);

// `read_timeout` measures the wait for the next bytes, and starts again with
// each piece. So it never ends a steady download, however long that takes, and
// it ends one that stops.
fn client() -> reqwest::Result<Client> {
    // The web is in this process, so a proxy must not get between.
    Client::builder().no_proxy().read_timeout(LIMIT).build()
}

// A request can have a timeout of its own, for all of it. A common wrong answer
// leaves this one out. Then a page that comes in pieces, with a pause after
// each that's shorter than `LIMIT`, can take as long as it likes.
async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let request = client.get(url).timeout(LIMIT);
    let response = request.send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// Another wrong answer gives this request a timeout of an hour. A slow
// catalogue arrives then, but if it stops, the program waits for an hour.
// Tokio's `timeout` around each wait is right, if it's around `send` too.
async fn catalogue_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let mut response = client.get(url).send().await?.error_for_status()?;
    let mut size = 0;
    while let Some(piece) = response.chunk().await? {
        size += piece.len();
    }
    Ok(size)
}

fn shop(fault: Fault) -> Builder {
    MockWeb::builder().sites([Site::new("shop.example").fault(fault)])
}

fn main() {
    let slowly = "dribble?chunks=20&over=3000".parse().expect("it is a fault");
    show(shop(slowly), async |web, _client| {
        let client = client().expect("a client");
        let url = web.url("shop.example");
        let page = page_size(&client, url);
        let (page, catalogue) = join(page, catalogue_size(&client, url)).await;
        println!("page: {page:?}");
        println!("catalogue: {catalogue:?}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees};
    use tokio::time::timeout;

    async fn gives_up_on_the_catalogue(web: &MockWeb) {
        let client = client().expect("a client");
        let size = catalogue_size(&client, web.url("shop.example"));
        let size = timeout(PATIENCE, size).await;
        let size = size.expect("it waits, and no byte comes");
        assert!(size.is_err(), "{size:?}");
    }

    // It takes longer than any timeout that ends a page in time.
    #[test]
    fn a_steady_catalogue_arrives_however_long_it_takes() {
        let steadily =
            "dribble?chunks=30&over=6000".parse().expect("it is a fault");
        check(shop(steadily), async |web, _client| {
            let client = client().expect("a client");
            let size = catalogue_size(&client, web.url("shop.example")).await;
            let size = size.expect("a steady catalogue was cut off");
            assert_eq!(size, 1_000);
        });
    }

    #[test]
    fn a_catalogue_that_stops_is_given_up() {
        let stops = Fault::Stall { after: 500, pause: None };
        check(shop(stops), async |web, _client| {
            gives_up_on_the_catalogue(web).await;
        });
    }

    #[test]
    fn a_catalogue_that_never_begins_is_given_up() {
        check(shop(Fault::Hang), async |web, _client| {
            gives_up_on_the_catalogue(web).await;
        });
    }

    #[test]
    fn a_page_in_many_pieces_is_given_up() {
        let slowly =
            "dribble?chunks=100&over=20000".parse().expect("it is a fault");
        check(shop(slowly), async |web, _client| {
            let client = client().expect("a client");
            let size = page_size(&client, web.url("shop.example"));
            let size = timeout(PATIENCE, size).await;
            let size = size.expect("a page takes too long");
            assert!(size.is_err(), "{size:?}");
            let left = sees(web, |record| record.client_gone() == 1).await;
            assert!(left, "the request for the page is still open");
        });
    }
}
