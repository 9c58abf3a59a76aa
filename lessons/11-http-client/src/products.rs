//! A list in pages, typed, and details of any shape.

// ANCHOR: use
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ShopClient, ShopError};
// ANCHOR_END: use

/// How many products a page has.
const PAGE: u32 = 4;

// ANCHOR: types
/// A product of the list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Product {
    /// Its number.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Its price.
    pub price_cents: u32,
}

/// The parameters of the URL: `?limit=4&cursor=after-4`. `None` is left out.
#[derive(Serialize)]
struct Query {
    limit: u32,
    cursor: Option<String>,
}

/// A part of the list.
#[derive(Deserialize)]
struct Page {
    products: Vec<Product>,
    /// Where the next part begins. On the last page it's `null`.
    next: Option<String>,
}

/// A product, seen alone.
#[derive(Debug, Deserialize)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// What there is to say about it, in any shape.
    pub details: Value,
}
// ANCHOR_END: types

impl ShopClient {
    // ANCHOR: products
    /// All products, page by page.
    ///
    /// # Errors
    ///
    /// When a page doesn't arrive.
    pub async fn products(&self) -> Result<Vec<Product>, ShopError> {
        let mut products = Vec::new();
        let mut query = Query { limit: PAGE, cursor: None };
        loop {
            let request = || self.http.get(self.url("/products")).query(&query);
            let page: Page = self.send(request).await?;
            products.extend(page.products);
            if page.next.is_none() {
                return Ok(products);
            }
            query.cursor = page.next;
        }
    }
    // ANCHOR_END: products

    // ANCHOR: describe
    /// One product with its details.
    ///
    /// # Errors
    ///
    /// When there's no such product, or no answer.
    pub async fn describe(&self, id: u32) -> Result<Described, ShopError> {
        let path = format!("/products/{id}");
        self.send(|| self.http.get(self.url(&path))).await
    }

    /// What the shop recommends.
    ///
    /// # Errors
    ///
    /// When the part of the shop that recommends is down.
    pub async fn recommendations(&self) -> Result<Vec<Product>, ShopError> {
        self.send(|| self.http.get(self.url("/recommendations"))).await
    }
    // ANCHOR_END: describe
}

// ANCHOR: author
impl Described {
    /// The name of its author, if the details have one.
    pub fn author(&self) -> Option<&str> {
        self.details.pointer("/author/name")?.as_str()
    }
}
// ANCHOR_END: author
