// ANCHOR: program
use std::time::Duration;

use futures::future::join_all;
use reqwest::Client;

/// Fetches a page and returns the size of its body in bytes.
async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let client = Client::builder().timeout(Duration::from_secs(5)).build()?;
    let urls: Vec<String> = std::env::args().skip(1).collect();
    let pages = urls.iter().map(|url| page_size(&client, url));
    for (url, size) in urls.iter().zip(join_all(pages).await) {
        match size {
            Ok(size) => println!("{url}: {size} bytes"),
            Err(error) => println!("{:#}", anyhow::Error::from(error)),
        }
    }
    Ok(())
}
// ANCHOR_END: program

// ANCHOR: tests
#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use wiremock::matchers::path;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    #[tokio::test]
    async fn a_page_has_the_size_of_its_body() -> anyhow::Result<()> {
        let server = MockServer::start().await;
        let hello = ResponseTemplate::new(200).set_body_string("hello");
        Mock::given(path("/hello")).respond_with(hello).mount(&server).await;
        let url = format!("{}/hello", server.uri());
        let size = page_size(&Client::new(), &url).await?;

        assert_eq!(size, 5);
        Ok(())
    }

    #[tokio::test]
    async fn a_missing_page_is_an_error() {
        // It has no pages at all, so it responds with 404 to everything.
        let server = MockServer::start().await;
        let size = page_size(&Client::new(), &server.uri()).await;
        let error = size.expect_err("the server has no pages");
        assert_eq!(error.status(), Some(StatusCode::NOT_FOUND));
    }
}
// ANCHOR_END: tests
