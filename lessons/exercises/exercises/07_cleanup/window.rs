// A program has a window for each shop. The window's task spawns a task for
// each photo, so that all photos load at the same time. When you close a
// window, `close` aborts the window's task, but its photos keep loading.
//
// Change `open`, or `close`, or both, so that a closed window leaves no request
// in flight. The other window should stay open, and still get all its photos.
// You don't need to change `load`. The tests close a window whose shop never
// responds, and look at which clients have left.
//
// Run it and look at the bars: the first window is closed after 300 ms.

use std::time::Duration;

use exercises::{show, urls};
use mock_server::MockWeb;
use reqwest::Client;
use tokio::task::JoinHandle;
use tokio::time::sleep;

async fn load(client: Client, url: String) -> reqwest::Result<()> {
    let response = client.get(url).send().await?.error_for_status()?;
    println!("{} bytes", response.bytes().await?.len());
    Ok(())
}

// TODO: What happens to the photos when this task is aborted?
fn open(client: &Client, urls: &[&str]) -> JoinHandle<()> {
    let urls: Vec<_> = urls.iter().map(|&url| url.to_owned()).collect();
    let client = client.clone();
    tokio::spawn(async move {
        let mut photos = Vec::new();
        for url in urls {
            photos.push(tokio::spawn(load(client.clone(), url)));
        }
        for photo in photos {
            if !matches!(photo.await, Ok(Ok(()))) {
                println!("a photo is missing");
            }
        }
    })
}

async fn close(window: JoinHandle<()>) {
    window.abort();
    if window.await.is_err_and(|error| error.is_cancelled()) {
        println!("the window is closed");
    }
}

fn main() {
    show(MockWeb::builder(), async |web, client| {
        let urls = urls(web);
        let first = open(client, &urls);
        let second = open(client, &urls[..1]);
        sleep(Duration::from_millis(300)).await;
        close(first).await;
        // The second window stays open.
        sleep(Duration::from_millis(700)).await;
        close(second).await;
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees, sites};
    use mock_server::{Builder, Fault, Outcome, Record};

    const PHOTOS: [&str; 3] = ["a.example", "b.example", "c.example"];

    fn silent() -> Builder {
        let web = sites(PHOTOS);
        PHOTOS.iter().fold(web, |web, photo| web.fault(photo, Fault::Hang))
    }

    #[test]
    fn a_closed_window_leaves_no_request_in_flight() {
        check(silent(), async |web, client| {
            let window = open(client, &urls(web));
            let all = sees(web, |record| record.in_flight() == 3).await;
            assert!(all, "three photos load at the same time");
            close(window).await;
            let all_left = sees(web, |record| record.client_gone() == 3).await;
            let in_flight = web.record().in_flight();
            assert!(all_left, "{in_flight} photos are still loading");
        });
    }

    #[test]
    fn the_other_window_stays_open() {
        let web = sites(PHOTOS)
            .fault("a.example", Fault::Hang)
            .fault("b.example", Fault::Delay { time: Duration::from_secs(2) });
        check(web, async |web, client| {
            let urls = urls(web);
            let silent = open(client, &urls[..1]);
            let slow = open(client, &urls[1..2]);
            let both = sees(web, |record| record.in_flight() == 2).await;
            assert!(both, "both windows load a photo");
            close(silent).await;
            let one_each = |record: &Record| {
                record.client_gone() == 1
                    && record.count(Outcome::Complete) == 1
            };
            let right = sees(web, one_each).await;
            assert!(right, "one photo is given up, and the other arrives");
            close(slow).await;
        });
    }

    #[test]
    fn an_open_window_gets_all_its_photos() {
        let web = sites(PHOTOS).gate(3, PATIENCE);
        check(web, async |web, client| {
            let window = open(client, &urls(web));
            let all = |record: &Record| record.count(Outcome::Complete) == 3;
            assert!(sees(web, all).await, "three photos arrive");
            close(window).await;
        });
    }
}
