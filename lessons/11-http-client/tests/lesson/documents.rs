//! JSON that isn't quite what the program expects.

use lesson_kit::{Site, with_causes};
use mock_server::{MockWeb, Watchdog};
use reqwest::Client;
use serde_json::Value;
use testkit::start;

use crate::examples::json_shapes::{
    self, DOCUMENTS, Exact, Product, Tolerant, parsed, product, stock,
};

fn shop() -> (MockWeb, Site, Watchdog) {
    let sites = MockWeb::builder().sites(json_shapes::sites());
    let (web, mut sites, watchdog) = start(sites);
    (web, sites.remove(0), watchdog)
}

/// How a document begins, and the cause of its error.
const FAILED: [(&str, &str, &str); 4] = [
    (
        "missing",
        r#"{"id": 2, "price": 24.5}"#,
        "missing field `name` at line 1 column 24",
    ),
    (
        "text",
        r#"{"id": 3, "name": "Teapot"#,
        "invalid type: string \"24.50\", expected f64 at line 1 column 44",
    ),
    (
        "null",
        r#"{"id": 4, "name": null, ""#,
        "invalid type: null, expected a string at line 1 column 22",
    ),
    ("page", "<!doctype html><title>Ple", "expected value at line 1 column 1"),
];

#[tokio::test]
async fn json_says_the_same_about_every_document_and_text_shows_what_was_sent()
{
    let (web, site, _watchdog) = shop();
    let client = Client::new();

    for (path, begins, cause) in FAILED {
        let url = format!("{}{path}", site.url);
        let error = product(&client, &url).await.expect_err("not a product");
        assert!(error.is_decode());
        let error = error.without_url();
        assert_eq!(error.to_string(), "error decoding response body", "{path}");
        let words = format!("error decoding response body: {cause}");
        assert_eq!(with_causes(&error), words, "{path}");

        let error = parsed::<Product>(&client, &url).await;
        let words = with_causes(&*error.expect_err("not a product"));
        assert_eq!(
            words,
            format!("the document begins with {begins}: {cause}")
        );
    }
    // Both runs got the same bytes.
    for (path, ..) in FAILED {
        let document = DOCUMENTS.iter().find(|(name, _)| *name == path);
        let size = document.map(|(_, text)| text.len() as u64);
        let record = web.record();
        let sent = record.exchanges().filter(|it| it.path[1..] == *path);
        let sent: Vec<_> = sent.map(|it| Some(it.bytes)).collect();
        assert_eq!(sent, [size; 2], "{path}");
    }
}

#[tokio::test]
async fn a_document_may_have_more_fields_unless_the_struct_denies_it() {
    let (_web, site, _watchdog) = shop();
    let client = Client::new();
    let url = format!("{}more", site.url);

    let more = parsed::<Product>(&client, &url).await.expect("a product");
    let pot = Product { id: 5, name: "Pot".to_owned(), price: 9.0 };
    assert_eq!(more, pot);
    assert_eq!(product(&client, &url).await.expect("a product"), pot);

    let error = parsed::<Exact>(&client, &url).await.expect_err("too much");
    let words = with_causes(&*error);
    let end = "unknown field `stock`, expected one of `id`, `name`, `price` \
               at line 1 column 44";
    assert!(words.ends_with(end), "{words}");

    let any = parsed::<Value>(&client, &url).await.expect("it is JSON");
    assert_eq!(stock(&any, "oslo"), Some(3));
    assert_eq!(stock(&any, "bergen"), None);
    assert_eq!(stock(&Value::Null, "oslo"), None);
}

#[tokio::test]
async fn a_tolerant_struct_takes_every_document_that_is_json() {
    let (_web, site, _watchdog) = shop();
    let client = Client::new();

    for (path, text) in DOCUMENTS {
        let url = format!("{}{path}", site.url);
        let product = parsed::<Tolerant>(&client, &url).await;
        assert_eq!(product.is_ok(), path != "page", "{path}: {product:?}");
        let Ok(product) = product else { continue };
        let has_name = text.contains("\"name\": \"");
        assert_eq!(product.name.is_some(), has_name, "{path}");
        let price = if path == "more" { 9.0 } else { 24.5 };
        assert_eq!((product.price, product.extras.len()), (price, 0));
    }
    for (text, end) in [
        (r#"{"number": 1, "price": "free"}"#, "invalid float literal"),
        (r#"{"id": 1, "price": 1, "extras": null}"#, "expected a sequence"),
    ] {
        let error = serde_json::from_str::<Tolerant>(text).expect_err("wrong");
        assert!(error.to_string().contains(end), "{error}");
    }
}
