//! Events that are followed, also after the connection breaks.

use lesson11::events::Event;
use lesson11::shop::{HOST, Shop};
use lesson11::{ErrorKind, ShopClient};
use mock_server::{MockWeb, Site, Watchdog};
use serde_json::json;
use testkit::start;
use wiremock::matchers::{header, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{answer, client, open};

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
