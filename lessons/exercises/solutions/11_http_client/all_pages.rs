// A shop lists its products page by page. Each page names the product after
// which the next page begins, and the client asks for `/products?after=NAME`.
// This client gets the first page, and then the shop responds with 400.
//
// Run the program, look at the path that the server received, and repair
// `products`. The tests check that all products arrive, and what the shop
// received.

use exercises::{show, sites};
use mock_server::MockWeb;
use reqwest::Client;
use serde::{Deserialize, Serialize};
use wiremock::matchers::{query_param, query_param_is_missing};
use wiremock::{Mock, ResponseTemplate};

#[derive(Debug, Deserialize, Serialize)]
struct Page {
    products: Vec<String>,
    next: Option<String>,
}

// `query` encodes each name and each value. In a query `&` begins the next
// parameter, `+` is a space, `#` ends the URL, and `%` begins a code.
//
// The common wrong answer is to replace the spaces by `%20`, which the URL's
// parser does anyway. The next name has an `&` in it, or a `+`.
async fn products(client: &Client, shop: &str) -> reqwest::Result<Vec<String>> {
    let mut products = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let request = client.get(format!("{shop}products"));
        let request = match &after {
            Some(name) => request.query(&[("after", name)]),
            None => request,
        };
        let response = request.send().await?.error_for_status()?;
        let page: Page = response.json().await?;
        products.extend(page.products);
        match page.next {
            Some(name) => after = Some(name),
            None => return Ok(products),
        }
    }
}

const PAGES: [&[&str]; 4] = [
    &["bread", "salt & pepper"],
    &["100 % juice", "milk+honey"],
    &["soap", "crème #2"],
    &["tea"],
];

// Opens a shop with these pages, and a 400 for every other page.
async fn open(web: &MockWeb) -> &str {
    let mut after = None;
    for (index, names) in PAGES.iter().enumerate() {
        let is_last = index + 1 == PAGES.len();
        let last = names.last().map(|name| (*name).to_owned());
        let page = Page {
            products: names.iter().map(|name| (*name).to_owned()).collect(),
            next: last.clone().filter(|_| !is_last),
        };
        let mock = match &after {
            Some(name) => Mock::given(query_param("after", name)),
            None => Mock::given(query_param_is_missing("after")),
        };
        mock.respond_with(ResponseTemplate::new(200).set_body_json(page))
            .mount(web.wiremock())
            .await;
        after = last;
    }
    Mock::given(wiremock::matchers::any())
        .respond_with(ResponseTemplate::new(400))
        .with_priority(9)
        .mount(web.wiremock())
        .await;
    web.url("shop.example")
}

fn main() {
    show(sites(["shop.example"]), async |web, client| {
        match products(client, open(web).await).await {
            Ok(products) => println!("{}", products.join(", ")),
            Err(error) => println!("failed: {error}"),
        }
        for exchange in web.record().exchanges() {
            println!("the server received {}", exchange.path);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::check;

    #[test]
    fn all_products_arrive_in_four_requests() {
        check(sites(["shop.example"]), async |web, client| {
            let products = products(client, open(web).await).await;
            let products = products.unwrap_or_else(|error| {
                panic!("the shop doesn't know the page: {error}")
            });
            assert_eq!(products, PAGES.concat());
            assert_eq!(web.record().exchanges().len(), PAGES.len());
        });
    }

    #[test]
    fn the_first_page_is_requested_without_a_name() {
        check(sites(["shop.example"]), async |web, client| {
            let _all = products(client, open(web).await).await;
            let record = web.record();
            let first = record.exchanges().next().expect("it was requested");
            assert_eq!(first.path, "/products");
        });
    }
}
