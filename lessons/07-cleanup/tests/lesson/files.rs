//! Downloads that are dropped, and writes that are flushed.

use std::fs;
use std::time::Duration;

use mock_server::Fault;
use reqwest::Client;
use testkit::{quick_tutorial, start};
use tokio::io::AsyncWriteExt;
use tokio::runtime::Builder;

use crate::examples::half_file;
use crate::support::{folder, sizes};

#[tokio::test]
async fn a_download_that_is_dropped_leaves_half_a_file_or_nothing() {
    let slow: Fault =
        "dribble?chunks=30&over=100000".parse().expect("it is a fault");
    for (temporary, left) in [(false, 1), (true, 0)] {
        let (web, sites, _watchdog) =
            start(quick_tutorial().fault("python.org", slow.clone()));
        let (folder, page) = folder();
        let client = Client::new();
        let download = async {
            let response = half_file::get(&client, &sites[1]).await?;
            if temporary {
                half_file::save_whole(response, &page).await
            } else {
                half_file::download(response, &page).await
            }
        };
        // There is no event to await when a file gets its first bytes.
        let started = async {
            while sizes(folder.path()).iter().sum::<u64>() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };

        tokio::select! {
            ended = download => panic!("the page is slow: {ended:?}"),
            () = started => {}
        }

        let files = sizes(folder.path());
        assert_eq!(files.len(), left, "temporary: {temporary}");
        assert!(files.iter().all(|&bytes| bytes < 50_321), "{files:?}");
        assert_eq!(page.exists(), !temporary);
        web.wait_until(|record| record.client_gone() == 1).await;
    }
}

#[tokio::test]
async fn a_download_that_is_not_dropped_is_whole_in_both() {
    let (_web, sites, _watchdog) = start(quick_tutorial());
    let client = Client::new();
    let expected = client.get(&sites[1].url).send().await.expect("a response");
    let expected = expected.bytes().await.expect("a page");

    let (folder, page) = folder();
    let response = half_file::get(&client, &sites[1]).await.expect("it begins");
    let done = half_file::download(response, &page).await;
    done.expect("it is saved");
    assert_eq!(fs::read(&page).expect("it is there"), expected);
    let response = half_file::get(&client, &sites[1]).await.expect("it begins");
    let done = half_file::save_whole(response, &page).await;
    done.expect("it is saved, and replaces the first");
    assert_eq!(fs::read(&page).expect("it is there"), expected);
    assert_eq!(sizes(folder.path()).len(), 1);
}

#[test]
fn a_write_to_a_file_is_done_once_it_is_flushed_and_perhaps_not_before() {
    // One thread for blocking work, and it's busy.
    let runtime = Builder::new_current_thread().max_blocking_threads(1).build();
    let runtime = runtime.expect("a runtime");
    let (let_go, busy) = std::sync::mpsc::channel::<()>();
    runtime.spawn_blocking(move || busy.recv());
    let (_folder, page) = folder();
    let file = fs::File::create(&page).expect("it is created");
    let bytes = || fs::metadata(&page).expect("it is there").len();

    runtime.block_on(async {
        let mut file = tokio::fs::File::from_std(file);
        file.write_all(b"page").await.expect("it is taken");
        assert_eq!(bytes(), 0, "nothing is written");
        drop(let_go);
        file.flush().await.expect("it is written");
        assert_eq!(bytes(), 4);
    });
}
