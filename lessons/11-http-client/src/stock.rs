//! Requests that the shop allows only so often.

// ANCHOR: use
use backon::Retryable;
use serde::Deserialize;

use crate::orders::pauses;
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
    /// because the shop refuses requests that come too often. If they arrive
    /// too close together all the same, it tries again.
    ///
    /// # Errors
    ///
    /// When there's no such product, or no answer.
    pub async fn stock(&self, product: u32) -> Result<u32, ShopError> {
        let one_try = async || {
            self.rate.turn().await;
            let request = self.http.get(self.url("/stock"));
            receive(request.query(&[("product", product)])).await
        };
        let tries = one_try.retry(pauses()).when(ShopError::is_temporary);
        let Stock { pieces } = tries.await?;
        Ok(pieces)
    }
}
// ANCHOR_END: stock
