//! An order that may be sent again, and is taken once.

// ANCHOR: use
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use lesson_kit::println;
use serde::{Deserialize, Serialize};

use crate::{ShopClient, ShopError};
// ANCHOR_END: use

// ANCHOR: order
/// What to order.
#[derive(Serialize)]
struct NewOrder {
    product: u32,
    quantity: u32,
}

/// An order that the shop has taken.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Order {
    /// The number that the shop gave it.
    pub number: u32,
    /// The number of the product.
    pub product: u32,
    /// How many of it.
    pub quantity: u32,
}

impl ShopClient {
    /// Orders a product. If the answer is lost, the order is sent again, with
    /// the same key, so that the shop knows that it's the same one.
    ///
    /// # Errors
    ///
    /// When the shop refuses, or doesn't answer any of the tries.
    pub async fn order(
        &self,
        product: u32,
        quantity: u32,
    ) -> Result<Order, ShopError> {
        let key = format!("{:032x}", fastrand::u128(..));
        let order = NewOrder { product, quantity };
        let one_try = || {
            self.send(|| {
                let request = self.http.post(self.url("/orders"));
                request.header("idempotency-key", &key).json(&order)
            })
        };
        one_try
            .retry(pauses())
            .when(ShopError::is_temporary)
            .notify(|error, _| {
                println!("{error}, so it's sent again with the same key");
            })
            .await
    }
}
// ANCHOR_END: order

/// Three more tries, each after a pause that's up to twice as long.
pub(crate) fn pauses() -> ExponentialBuilder {
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(100))
        .with_jitter()
        .with_max_times(3)
}

/// The orders of a user.
#[derive(Deserialize)]
struct Orders {
    orders: Vec<Order>,
}

impl ShopClient {
    /// The orders that the shop has taken in this session.
    ///
    /// # Errors
    ///
    /// When the list doesn't arrive.
    pub async fn orders(&self) -> Result<Vec<Order>, ShopError> {
        let request = || self.http.get(self.url("/order-list"));
        let Orders { orders } = self.send(request).await?;
        Ok(orders)
    }
}
