//! Requests that the shop allows only so often.

// ANCHOR: use
use serde::Deserialize;

use crate::{ShopClient, ShopError, receive};
// ANCHOR_END: use

/// How many pieces of a product there are.
#[derive(Deserialize)]
struct Stock {
    pieces: u32,
}

// ANCHOR: stock
impl ShopClient {
    /// How many pieces of a product the shop has. It waits for its turn,
    /// because the shop refuses more than a few of these requests at a time.
    ///
    /// # Errors
    ///
    /// When there's no such product, or no answer.
    pub async fn stock(&self, product: u32) -> Result<u32, ShopError> {
        self.rate.turn().await;
        let request = self.http.get(self.url("/stock"));
        let Stock { pieces } =
            receive(request.query(&[("product", product)])).await?;
        Ok(pieces)
    }
}
// ANCHOR_END: stock
