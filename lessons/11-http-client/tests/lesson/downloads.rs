//! Downloads, and how far the server gets while the client writes.

use mock_server::{MockWeb, Outcome};
use reqwest::Client;
use testkit::{IMPATIENT, start};
use tokio::io::{AsyncReadExt, duplex};
use tokio::time::timeout;

use crate::examples::download::{self, read_then_save, save};

/// Far more than the sockets hold.
const SIZE: u64 = 60_000_000;

#[tokio::test]
async fn a_chunk_is_written_before_the_next_is_read_or_nothing_before_the_end()
{
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites(download::sites()));
    let (client, url) =
        (Client::new(), format!("{}bytes/{SIZE}", sites[0].url));

    // Nothing reads the other end yet, so writing waits.
    let (mut file, mut disk) = duplex(1_000);
    let saving = async {
        let mut reports = Vec::new();
        let progress = |read, length| reports.push((read, length));
        let saved = save(&client, &url, &mut file, progress).await;
        drop(file);
        (saved, reports)
    };
    let waiting = async {
        web.wait_until(|record| record.exchanges().any(|it| it.bytes > 0))
            .await;
        // The client reads no more, so the server can't send it all.
        let sent = web.wait_until(|record| record.in_flight() == 0);
        assert!(timeout(IMPATIENT, sent).await.is_err());
        let mut read = Vec::new();
        disk.read_to_end(&mut read).await.expect("it's in memory");
        read.len()
    };
    let ((saved, reports), read) = tokio::join!(saving, waiting);
    assert_eq!(saved.expect("a download"), SIZE);
    assert_eq!(read as u64, SIZE);
    assert!(reports.len() > 100);
    assert!(reports.is_sorted());
    assert_eq!(reports.last(), Some(&(SIZE, Some(SIZE))));

    web.reset_record();
    let (mut file, mut disk) = duplex(1_000);
    let saving = async {
        let saved = read_then_save(&client, &url, &mut file).await;
        drop(file);
        saved
    };
    let waiting = async {
        // The server sends all of it.
        web.wait_until(|record| record.count(Outcome::Complete) == 1).await;
        let mut read = Vec::new();
        disk.read_to_end(&mut read).await.expect("it's in memory");
        read.len()
    };
    let (saved, read) = tokio::join!(saving, waiting);
    assert_eq!((saved.expect("a download"), read as u64), (SIZE, SIZE));
}
