//! The upload of a picture.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use flate2::Crc;
use futures::{StreamExt, stream};
use lesson11::pictures::Uploaded;
use lesson11::shop::{HOST, Shop};
use lesson11::{ErrorKind, ShopClient, ShopError};
use mock_server::{Fault, MockWeb, Outcome, Site};
use reqwest::{Body, Client};
use testkit::start;
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio::{join, select};

use crate::support::{base, client, credentials, open};

/// A file with these bytes.
async fn file(bytes: &[u8]) -> File {
    let file = tempfile::tempfile().expect("a temporary file");
    let mut file = File::from_std(file);
    file.write_all(bytes).await.expect("it can be written");
    file.rewind().await.expect("it can be read again");
    file
}

#[tokio::test]
async fn a_picture_arrives_as_it_is_and_its_progress_ends_at_its_size() {
    let (web, _shop, _watchdog) = open().await;
    let shop = client(&web).await;
    let picture: Vec<u8> =
        (0..300_000_u32).map(|it| (it % 251) as u8).collect();
    let mut crc = Crc::new();
    crc.update(&picture);
    let crc32 = format!("{:08x}", crc.sum());
    let read = Arc::new(AtomicU64::new(0));
    let progress = {
        let read = read.clone();
        move |bytes| {
            let before = read.swap(bytes, Ordering::Relaxed);
            assert!(bytes > before && bytes - before <= 65_536);
        }
    };

    let upload =
        shop.upload_picture(2, file(&picture).await, 300_000, progress).await;

    let parts = upload.expect("it arrives").parts;
    let [product, picture] = &parts[..] else { panic!("{parts:?}") };
    assert_eq!((product.name.as_str(), product.bytes), ("product", 1));
    let expected = Uploaded {
        name: "picture".to_owned(),
        filename: Some("picture.png".to_owned()),
        bytes: 300_000,
        crc32,
    };
    assert_eq!(*picture, expected);
    assert_eq!(read.load(Ordering::Relaxed), 300_000);
}

#[tokio::test]
async fn a_file_that_is_shorter_than_promised_fails() {
    let (web, _shop, _watchdog) = open().await;
    let shop = client(&web).await;
    let upload =
        shop.upload_picture(2, file(b"short").await, 300_000, |_| {}).await;
    let ShopError { request, kind } = upload.expect_err("bytes are missing");
    assert_eq!(request, "POST /upload");
    assert!(matches!(kind, ErrorKind::NoResponse(_)), "{kind:?}");
}

// The reason why uploads have a timeout of their own, and why the client has no
// `read_timeout`.
#[tokio::test]
async fn a_read_timeout_ends_an_upload_that_is_still_being_sent() {
    let (web, _shop, _watchdog) = open().await;
    let url = client(&web).await.url("/upload");
    let sent = Arc::new(AtomicU64::new(0));
    let counter = sent.clone();
    let endless = stream::repeat(()).then(move |()| {
        counter.fetch_add(1, Ordering::Relaxed);
        async {
            sleep(Duration::from_millis(10)).await;
            Ok::<_, std::io::Error>("more")
        }
    });
    let impatient = Client::builder().read_timeout(Duration::from_secs(1));
    let impatient = impatient.build().expect("a client");

    let request = impatient.post(url).body(Body::wrap_stream(endless));
    let error = request.send().await.expect_err("the response never begins");

    assert!(error.is_timeout(), "{error:?}");
    assert!(sent.load(Ordering::Relaxed) > 2, "bytes were still being sent");
}

#[tokio::test]
async fn an_upload_and_events_may_take_longer_than_the_timeout_of_the_client() {
    let late: Fault = "delay?ms=2000".parse().expect("it is a fault");
    let site = Site::new(HOST).endpoints();
    let site = ["/upload", "/events", "/stock"]
        .into_iter()
        .fold(site, |site, path| site.also_failing(path, "", late.clone()));
    let (web, _, _watchdog) = start(MockWeb::builder().sites([site]));
    Shop::open(&web).await;
    let hurried = Client::builder().timeout(Duration::from_secs(1)).build();
    let (hurried, credentials) = (hurried.expect("a client"), credentials());
    let shop = ShopClient::log_in(hurried, base(&web), &credentials).await;
    let shop = shop.expect("the login isn't late");

    let mut events = shop.events(&[("n", 1)]);
    let (upload, event, stock) = join!(
        shop.upload_picture(2, file(b"picture").await, 7, |_| {}),
        events.next(),
        shop.stock(1),
    );

    assert_eq!(upload.expect("it arrives").parts[1].bytes, 7);
    assert_eq!(event.expect("it arrives").map(|event| event.id), Some(1));
    let ShopError { kind, .. } = stock.expect_err("it's late");
    let ErrorKind::NoResponse(error) = kind else { panic!("{kind:?}") };
    assert!(error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn if_the_shop_stops_reading_the_rest_of_the_file_is_not_read() {
    const SIZE: u64 = 200_000_000;
    let stops = "slow-read?stop-after=100000".parse().expect("it is a fault");
    let site = Site::new(HOST).endpoints().also_failing("/upload", "", stops);
    let (web, _, _watchdog) = start(MockWeb::builder().sites([site]));
    Shop::open(&web).await;
    let shop = client(&web).await;
    let large = tempfile::tempfile().expect("a temporary file");
    large.set_len(SIZE).expect("it can be that large");
    let large = File::from_std(large);
    let (sender, read) = watch::channel(0);
    let progress = move |bytes| {
        sender.send_replace(bytes);
    };

    select! {
        _ = shop.upload_picture(2, large, SIZE, progress) => panic!("no answer"),
        () = web.wait_until(|record| record.exchanges().any(
            |exchange| exchange.received >= 100_000,
        )) => {}
    }

    // What the buffers of the system take: some megabytes.
    let read = *read.borrow();
    assert!((100_000..SIZE / 4).contains(&read), "{read}");
    web.wait_until(|record| record.in_flight() == 0).await;
    let outcome = web.record().exchanges().last().map(|last| last.outcome);
    assert_eq!(outcome, Some(Outcome::ClientGone));
}
