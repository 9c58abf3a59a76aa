//! The list in pages, and details of any shape.

use futures::future::try_join_all;
use lesson11::products::Product;
use mock_server::Record;

use crate::support::{client, open, requests};

#[tokio::test]
async fn each_page_is_requested_with_the_cursor_of_the_one_before() {
    let (web, _shop, _watchdog) = open().await;

    let products = client(&web).await.products().await.expect("a list");

    assert!(products.iter().map(|product| product.id).eq(1..=10));
    let name = "Frankenstein".to_owned();
    assert_eq!(products[7], Product { id: 8, name, price_cents: 990 });
    let requests = requests(&web, "/products").await;
    let queries = requests.iter().map(|request| request.url.query());
    let expected =
        ["limit=4", "limit=4&cursor=after-4", "limit=4&cursor=after-8"];
    assert!(queries.eq(expected.map(Some)), "{requests:?}");
}

#[tokio::test]
async fn details_can_have_any_shape() {
    let (web, _shop, _watchdog) = open().await;
    let shop = client(&web).await;

    let described = try_join_all((1..=9).map(|id| shop.describe(id))).await;

    let described = described.expect("they're there");
    let authors: Vec<_> =
        described.iter().filter_map(|product| product.author()).collect();
    // The third product's details have an `author` without a `name`.
    assert_eq!(authors, ["Ada Lovelace", "Edwin Abbott", "Mary Shelley"]);
    assert!(described[3].details.is_null());
}

#[tokio::test]
async fn a_response_is_gzipped_on_the_wire() {
    let (web, _shop, _watchdog) = open().await;
    let shop = client(&web).await;
    let bytes = |record: &Record| record.exchanges().last().map(|it| it.bytes);

    shop.products().await.expect("a list");
    let zipped = bytes(&web.record());
    let plain = reqwest::Client::builder().no_gzip().build();
    let url = shop.url("/products");
    let page = plain
        .expect("a client")
        .get(url)
        .query(&[("limit", "4"), ("cursor", "after-8")])
        .bearer_auth("token-1")
        .send()
        .await
        .expect("a response");
    let page = page.text().await.expect("a page");

    assert!(page.contains("\"Globe\""), "{page}");
    assert!(zipped < bytes(&web.record()));
}
