//! A site sends events as they happen. Where does an event end?
//!
//! ```sh
//! cargo run -p lesson11 --example events
//! ```
//!
//! `bytes_stream` gives you the body as it arrives, and it arrives in pieces
//! that end anywhere: in the middle of an event, or even of a letter. The wrong
//! run expects whole lines in each piece. The right run leaves it to a parser,
//! which keeps the bytes until an event is complete. Look at the words that are
//! missing. (A parser keeps an event however long it is. If you don't trust the
//! site, count the bytes that go in.)
//!
//! The second part is about a connection that breaks in the middle of the fourth
//! event. If you just connect again, the events begin again. With the header
//! `Last-Event-ID`, they resume. The id counts only once its event is complete,
//! and the parser doesn't return an event that was cut off.

// ANCHOR: use
use futures::StreamExt;
use lesson_kit::println;
use mock_server::{Fault, Site};
use reqwest::{Client, RequestBuilder, StatusCode};
use sse_stream::SseByteStream;
// ANCHOR_END: use

// ANCHOR: news
/// What the site sends: an empty line ends an event.
pub const NEWS: &str = "\
id: 1\ndata: The café has opened\n\n\
id: 2\ndata: Tea is ready\n\n\
id: 3\ndata: A façade fell down\n\n";
// ANCHOR_END: news

/// A site that sends its news in pieces, and one whose events are cut off.
pub fn sites() -> Vec<Site> {
    let dribble = "dribble?chunk=20&pause=100".parse::<Fault>();
    let news = Site::new("news.example")
        .also("/news", "text/event-stream; charset=utf-8", NEWS)
        .fault(dribble.expect("the catalogue has it"));
    vec![news, Site::new("shop.example").endpoints()]
}

/// How often the program connects.
const CONNECTIONS: usize = 4;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example events",
        "where an event ends, and how events resume",
        sites,
    );
    let [news, shop] = lesson.exact_sites();
    let client = Client::new();

    println!("--- wrong: a piece is a few lines ---");
    for line in by_piece(client.get(format!("{}news", news.url))).await? {
        println!("{line}");
    }

    println!("\n--- right: a parser ---");
    for line in by_event(client.get(format!("{}news", news.url))).await? {
        println!("{line}");
    }

    let url = format!("{}events?n=7&pause=10&cut=3", shop.url);
    println!("\n--- wrong: connect again ---");
    println!("{:?}", again(&client, &url).await?);

    println!("\n--- right: resume ---");
    println!("{:?}", resumed(&client, &url).await?);
    Ok(())
}

// ANCHOR: wrong
/// Version A.
pub async fn by_piece(request: RequestBuilder) -> anyhow::Result<Vec<String>> {
    let mut pieces = request.send().await?.error_for_status()?.bytes_stream();
    let mut news = Vec::new();
    while let Some(piece) = pieces.next().await {
        let text = String::from_utf8_lossy(&piece?).into_owned();
        let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
        news.extend(data.map(str::to_owned));
    }
    Ok(news)
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Version B.
pub async fn by_event(request: RequestBuilder) -> anyhow::Result<Vec<String>> {
    let pieces = request.send().await?.error_for_status()?.bytes_stream();
    let mut events = SseByteStream::new(pieces);
    let mut news = Vec::new();
    while let Some(event) = events.next().await {
        news.extend(event?.data);
    }
    Ok(news)
}
// ANCHOR_END: right

// ANCHOR: again
/// Version A.
pub async fn again(client: &Client, url: &str) -> anyhow::Result<Vec<String>> {
    let mut ids = Vec::new();
    for _ in 0..CONNECTIONS {
        follow(client.get(url), &mut ids).await?;
    }
    Ok(ids)
}
// ANCHOR_END: again

// ANCHOR: resumed
/// Version B.
pub async fn resumed(
    client: &Client,
    url: &str,
) -> anyhow::Result<Vec<String>> {
    let mut ids: Vec<String> = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut request = client.get(url);
        if let Some(last) = ids.last() {
            request = request.header("last-event-id", last);
        }
        if !follow(request, &mut ids).await? {
            break;
        }
    }
    Ok(ids)
}
// ANCHOR_END: resumed

// ANCHOR: follow
/// Keeps the ids of the events until the connection ends. Returns whether there
/// may be more.
async fn follow(
    request: RequestBuilder,
    ids: &mut Vec<String>,
) -> reqwest::Result<bool> {
    let response = request.send().await?.error_for_status()?;
    if response.status() == StatusCode::NO_CONTENT {
        return Ok(false);
    }
    let mut events = SseByteStream::new(response.bytes_stream());
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => ids.extend(event.id),
            Err(error) => println!("{error}"),
        }
    }
    Ok(true)
}
// ANCHOR_END: follow
