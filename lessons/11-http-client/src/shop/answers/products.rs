//! The products: page by page, or one of them with its details.

use std::borrow::Cow;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use super::refuse;
use super::session::{authorize, expired, header};
use crate::shop::State;

/// A name, a price in cents, and details, which have any shape.
type Product = (&'static str, u32, Value);

/// The products. The first has the number 1.
fn products() -> [Product; 10] {
    let by =
        |author, pages| json!({ "author": { "name": author }, "pages": pages });
    [
        ("Umbrella", 2450, json!({ "colours": ["red", "black"] })),
        ("Notes on the Analytical Engine", 1800, by("Ada Lovelace", 66)),
        ("Kettle", 3995, json!({ "watts": 2200 })),
        ("Bicycle bell", 850, Value::Null),
        ("Flatland", 1200, by("Edwin Abbott", 96)),
        ("Chess set", 5600, json!({ "pieces": 32 })),
        ("Lantern", 2100, json!("warm light")),
        ("Frankenstein", 990, by("Mary Shelley", 280)),
        ("Compass", 1499, json!({ "author": "unknown" })),
        ("Globe", 7200, json!([30, "cm"])),
    ]
}

/// The products after the one that the cursor names, at most `limit`.
pub fn list(state: &mut State, request: &Request) -> ResponseTemplate {
    if authorize(state, request).is_none() {
        return expired();
    }
    let limit = query(request, "limit").and_then(|limit| limit.parse().ok());
    let limit = limit.unwrap_or(10).max(1);
    let after = match query(request, "cursor") {
        None => 0,
        Some(cursor) => match cursor.strip_prefix("after-").map(str::parse) {
            Some(Ok(after)) => after,
            _ => return refuse(400, "bad-cursor", "that's no cursor"),
        },
    };
    let all = products();
    let page: Vec<_> = (1..)
        .zip(&all)
        .skip(after)
        .take(limit)
        .map(|(id, (name, price, _))| {
            json!({ "id": id, "name": name, "price_cents": price })
        })
        .collect();
    let end = after + page.len();
    let next = (end < all.len()).then(|| format!("after-{end}"));
    let body = json!({ "products": page, "next": next });
    json_or_gzip(request, &body)
}

/// A product with its details.
pub fn one(state: &mut State, request: &Request) -> ResponseTemplate {
    if authorize(state, request).is_none() {
        return expired();
    }
    let id = request.url.path().trim_start_matches("/products/");
    match found(id) {
        Some((name, price, details)) => json_or_gzip(
            request,
            &json!({ "name": name, "price_cents": price, "details": details }),
        ),
        None => no_such_product(id),
    }
}

/// How many pieces of a product there are: as many as its name has letters.
pub fn stock(_: &mut State, request: &Request) -> ResponseTemplate {
    let product = query(request, "product").unwrap_or_default();
    match found(&product) {
        Some((name, _, _)) => {
            let body = json!({ "pieces": name.len() });
            ResponseTemplate::new(200).set_body_json(body)
        }
        None => no_such_product(&product),
    }
}

fn query<'a>(request: &'a Request, name: &str) -> Option<Cow<'a, str>> {
    let mut pairs = request.url.query_pairs();
    pairs.find_map(|(key, value)| (key == name).then_some(value))
}

fn found(id: &str) -> Option<Product> {
    let index = id.parse::<usize>().ok()?.checked_sub(1)?;
    products().into_iter().nth(index)
}

fn no_such_product(id: &str) -> ResponseTemplate {
    let message = format!("there's no product {id}");
    refuse(404, "no-such-product", &message)
}

/// What a proxy sends if the server behind it is down.
pub fn recommendations(_: &mut State, _: &Request) -> ResponseTemplate {
    let page = "<html><h1>502 Bad Gateway</h1></html>";
    ResponseTemplate::new(502).set_body_raw(page, "text/html")
}

/// JSON, gzipped if the client accepts that.
fn json_or_gzip(request: &Request, body: &Value) -> ResponseTemplate {
    let accepted = header(request, "accept-encoding").unwrap_or_default();
    if !accepted.contains("gzip") {
        return ResponseTemplate::new(200).set_body_json(body);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let zipped = encoder
        .write_all(body.to_string().as_bytes())
        .and_then(|()| encoder.finish())
        .expect("writing to memory doesn't fail");
    ResponseTemplate::new(200)
        .insert_header("content-encoding", "gzip")
        .set_body_raw(zipped, "application/json")
}
