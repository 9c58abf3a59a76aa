//! Events that are followed, also after the connection breaks.

use std::io;
use std::time::Duration;

use lesson11::events::{Event, SILENCE};
use lesson11::shop::{HOST, Shop};
use lesson11::{ErrorKind, ShopClient, http_client};
use mock_server::{MockWeb, Site, Watchdog};
use serde_json::json;
use testkit::{start, watchdog};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};
use wiremock::matchers::{header, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{answer, client, credentials, open};

/// All events that the shop sends for this query.
async fn all(shop: &ShopClient, query: &[(&str, u32)]) -> Vec<u64> {
    let mut events = shop.events(query);
    let mut ids = Vec::new();
    while let Some(Event { id, text }) = events.next().await.expect("events") {
        assert_eq!(text, format!("event number {id}"));
        ids.push(id);
    }
    ids
}

#[tokio::test]
async fn after_a_cut_the_events_resume_and_none_is_missing_or_there_twice() {
    let (web, _shop, _watchdog) = open().await;
    let shop = client(&web).await;
    let ids = all(&shop, &[("n", 7), ("pause", 1), ("cut", 3)]).await;
    assert_eq!(ids, [1, 2, 3, 4, 5, 6, 7]);
    // 1 to 3, 4 to 6, 7, and the answer that there are no more.
    let statuses: Vec<_> = web
        .record()
        .exchanges()
        .filter(|exchange| exchange.path.starts_with("/events"))
        .filter_map(|exchange| exchange.status)
        .collect();
    assert_eq!(statuses, [200, 200, 200, 204]);
}

/// A shop that sends what a test mounts instead of its own events.
async fn without_events() -> (MockWeb, Watchdog) {
    let (web, _, watchdog) = start(MockWeb::builder().sites([Site::new(HOST)]));
    Shop::open(&web).await;
    (web, watchdog)
}

#[tokio::test]
async fn an_event_of_another_shape_is_an_error_and_the_next_one_still_comes() {
    let (web, _watchdog) = without_events().await;
    let shop = client(&web).await;
    let stream = "retry: 1\n\n\
                  id: 1\ndata: {\"id\": 1}\n\n\
                  id: 2\ndata: {\"id\": 2, \"text\": \"b\"}\n\n";
    let stream = ResponseTemplate::new(200).set_body_string(stream);
    let mock = Mock::given(path("/events")).respond_with(stream);
    mock.mount(web.wiremock()).await;
    Mock::given(path("/events"))
        .and(header("last-event-id", "2"))
        .and(header("accept", "text/event-stream"))
        .respond_with(ResponseTemplate::new(204))
        .with_priority(1)
        .mount(web.wiremock())
        .await;
    let mut events = shop.events(&[]);

    let error = events.next().await.expect_err("its text is missing");
    assert_eq!(error.request, "GET /events");
    assert!(matches!(error.kind, ErrorKind::Shape(_)), "{error:?}");
    let event = Event { id: 2, text: "b".to_owned() };
    assert_eq!(events.next().await.expect("an event"), Some(event));
    assert_eq!(events.next().await.expect("the end"), None);
}

#[tokio::test]
async fn a_shop_that_refuses_to_send_events_says_why_and_can_be_asked_again() {
    let (web, _watchdog) = without_events().await;
    let shop = client(&web).await;
    let reason = json!({ "error": { "code": "closed", "message": "" } });
    answer(&web, "/events", ResponseTemplate::new(503).set_body_json(reason))
        .await;
    let mut events = shop.events(&[]);
    for _ in 0..2 {
        let error = events.next().await.expect_err("the shop is closed");
        assert!(error.has_code("closed"), "{error:?}");
    }
}

/// Reads a request, and returns its first line.
async fn request(socket: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut first = String::new();
    socket.read_line(&mut first).await?;
    let (mut line, mut length) = (String::new(), 0);
    while socket.read_line(&mut line).await? > 2 {
        if let Some(given) = line.strip_prefix("content-length: ") {
            length = given.trim().parse().map_err(io::Error::other)?;
        }
        line.clear();
    }
    socket.read_exact(&mut vec![0; length]).await?;
    Ok(first)
}

/// A shop without news. On each connection for events it sends three comments, a
/// pause before each, and then an event. Returns how long the client stayed.
async fn quiet_shop(
    listener: TcpListener,
    pauses: &[Duration],
) -> io::Result<Vec<Duration>> {
    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
    const EVENT: &[u8] = b"id: 1\ndata: {\"id\": 1, \"text\": \"a\"}\n\n";
    let mut stays = Vec::new();
    while let Some(pause) = pauses.get(stays.len()) {
        let mut socket = BufReader::new(listener.accept().await?.0);
        let first = request(&mut socket).await?;
        socket.write_all(HEAD).await?;
        if first.contains("/login") {
            socket.write_all(b"{\"token\": \"\"}").await?;
            continue;
        }
        let start = Instant::now();
        for _ in 0..3 {
            tokio::select! {
                () = sleep(*pause) => socket.write_all(b": still here\n\n").await?,
                // The client leaves.
                _ = socket.fill_buf() => break,
            }
        }
        stays.push(start.elapsed());
        // It fails if the client has left.
        let _ = socket.write_all(EVENT).await;
    }
    Ok(stays)
}

#[tokio::test(start_paused = true)]
async fn comments_say_that_the_shop_is_there_and_silence_that_it_is_not() {
    let _watchdog = watchdog();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let base = format!("http://{address}/").parse().expect("a URL");
    let pauses = [SILENCE * 2, SILENCE / 2];
    let shop = async { quiet_shop(listener, &pauses).await };
    let event = async {
        let http = http_client().expect("a client");
        let client = ShopClient::log_in(http, base, &credentials()).await;
        client.expect("the shop is open").events(&[]).next().await
    };

    let (stays, event) = tokio::join!(shop, event);

    let expected = Event { id: 1, text: "a".to_owned() };
    assert_eq!(event.expect("an event"), Some(expected));
    let [silent, quiet] = stays.expect("it serves")[..] else {
        panic!("there are two connections");
    };
    assert_eq!(silent.as_secs(), SILENCE.as_secs());
    assert_eq!(quiet.as_secs(), (SILENCE * 3 / 2).as_secs());
}
