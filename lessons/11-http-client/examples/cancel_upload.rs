//! An upload takes longer than your timeout. What has the server got?
//!
//! ```sh
//! cargo run -p lesson11 --example cancel_upload
//! ```
//!
//! Twenty pieces, one every 50 ms. `read_timeout` is meant for a server that
//! goes silent. But until the response begins, there's nothing to read, so it
//! counts the whole upload, and in the wrong run it ends one that makes
//! progress. The request is dropped, which closes the connection, and the
//! server has a part of the body. The right run waits again for as long each
//! time a piece of the body has been taken. Look at how much the server has
//! received.
//!
//! In the third run, the server refuses as soon as it has read the headers. You
//! get its response right away, and the rest of the body isn't sent.

// ANCHOR: use
use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use anyhow::bail;
use futures::stream::{self, Stream, StreamExt};
use lesson_kit::{println, with_causes};
use mock_server::{Afterwards, Fault, MockWeb, Site, StatusCode};
use reqwest::{Body, Client};
use tokio::sync::watch;
use tokio::time::sleep;
// ANCHOR_END: use

const PIECES: usize = 20;
const PIECE: &[u8] = &[b'x'; 10_000];
/// The time between two pieces.
const PAUSE: Duration = Duration::from_millis(50);
/// How long a server may be silent.
const SILENCE: Duration = Duration::from_millis(300);

/// A site that takes uploads, and one that refuses them.
pub fn sites() -> Vec<Site> {
    let (code, then) = (StatusCode::PAYLOAD_TOO_LARGE, Afterwards::Close);
    vec![
        Site::new("shop.example").endpoints(),
        Site::new("strict.example").fault(Fault::Early { code, then }),
    ]
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example cancel_upload",
        "an upload that takes longer than a timeout",
        sites,
    );
    let [shop, strict] = lesson.exact_sites();
    let web = lesson.mock_web();

    println!("--- wrong: read_timeout ---");
    let url = format!("{}upload", shop.url);
    let sent = with_read_timeout(&url, pieces(PIECES), SILENCE).await;
    report(web, sent).await;

    println!("\n--- right: a timeout for each piece ---");
    let sent = with_piece_timeout(&url, pieces(PIECES), SILENCE).await;
    report(web, sent).await;

    println!("\n--- refused early ---");
    let url = format!("{}upload", strict.url);
    let sent = with_piece_timeout(&url, pieces(PIECES), SILENCE).await;
    report(web, sent).await;
    Ok(())
}

/// The pieces of a body, with pauses.
pub fn pieces(
    count: usize,
) -> impl Stream<Item = Result<&'static [u8], Infallible>> {
    stream::iter(0..count).then(async |_| {
        sleep(PAUSE).await;
        Ok(PIECE)
    })
}

/// Prints what came of an upload, and what the server has of it.
async fn report(web: &MockWeb, sent: anyhow::Result<StatusCode>) {
    match sent {
        Ok(status) => println!("{status}"),
        Err(error) => println!("failed: {}", with_causes(&*error)),
    }
    web.wait_until(|record| record.in_flight() == 0).await;
    if let Some(upload) = web.record().exchanges().last() {
        let (received, all) = (upload.received, PIECES * PIECE.len());
        println!("{received} bytes received, of {all}");
    }
}

// ANCHOR: wrong
/// Version A.
pub async fn with_read_timeout<S>(
    url: &str,
    pieces: S,
    silence: Duration,
) -> anyhow::Result<StatusCode>
where
    S: Stream<Item = Result<&'static [u8], Infallible>> + Send + 'static,
{
    let client = Client::builder().read_timeout(silence).build()?;
    let request = client.post(url).body(Body::wrap_stream(pieces));
    Ok(request.send().await.map_err(reqwest::Error::without_url)?.status())
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Version B.
pub async fn with_piece_timeout<S>(
    url: &str,
    pieces: S,
    silence: Duration,
) -> anyhow::Result<StatusCode>
where
    S: Stream<Item = Result<&'static [u8], Infallible>> + Send + 'static,
{
    let (taken, mut progress) = watch::channel(());
    let pieces = pieces.inspect(move |_| taken.send_replace(()));
    let request = Client::new().post(url).body(Body::wrap_stream(pieces));
    let mut sending = pin!(request.send());
    loop {
        tokio::select! {
            response = &mut sending => {
                let response = response.map_err(reqwest::Error::without_url)?;
                return Ok(response.status());
            }
            // The next turn of the loop restarts the sleep. After the last
            // piece `taken` is dropped, so this is an error, and `select!` goes
            // on with the other two branches.
            Ok(()) = progress.changed() => {}
            () = sleep(silence) => bail!("no progress for {silence:?}"),
        }
    }
}
// ANCHOR_END: right
