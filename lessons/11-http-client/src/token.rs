//! A token that expires, and is renewed once for all tasks.

// ANCHOR: use
use lesson_kit::println;
use reqwest::RequestBuilder;
use serde::de::DeserializeOwned;

use crate::client::Login;
use crate::{ShopClient, ShopError, receive};
// ANCHOR_END: use

impl ShopClient {
    // ANCHOR: send
    /// Sends a request with the token. If the token has expired, it's renewed,
    /// and the request is made and sent again.
    ///
    /// # Errors
    ///
    /// The same as [`receive`].
    pub async fn send<T: DeserializeOwned>(
        &self,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<T, ShopError> {
        let token = self.token.lock().await.clone();
        match receive(request().bearer_auth(&token)).await {
            Err(error) if error.has_code("token-expired") => {
                let token = self.renewed(&token).await?;
                receive(request().bearer_auth(&token)).await
            }
            result => result,
        }
    }
    // ANCHOR_END: send

    // ANCHOR: renewed
    /// A token that's newer than this one.
    async fn renewed(&self, expired: &str) -> Result<String, ShopError> {
        // The first task renews it, and the others wait here.
        let mut token = self.token.lock().await;
        if *token == expired {
            println!("the token has expired, so it's renewed");
            let request = self.http.post(self.url("/token"));
            let Login { token: new } = receive(request).await?;
            *token = new;
        }
        Ok(token.clone())
    }
    // ANCHOR_END: renewed
}
