//! A request is refused, and the body of the response says why. Who reads it?
//!
//! ```sh
//! cargo run -p lesson11 --example error_body
//! ```
//!
//! An API answers an error status with a reason in JSON. In the wrong run,
//! `error_for_status` turns the response into an error, which has the status
//! and the URL. The body is dropped, and with it the reason. The right run
//! looks at the status itself and then reads the body. Between you and the API
//! there may be a proxy, and its errors aren't in JSON, so the second error
//! shows how the body begins. Look at what the program can say about each
//! refusal.

// ANCHOR: use
use lesson_kit::{println, with_causes};
use mock_server::Site;
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde_json::Value;
// ANCHOR_END: use

/// What the program requests: something that works, something that the API
/// refuses, and something that a proxy in front of it refuses.
pub const PATHS: [&str; 3] = ["json", "json?error=409", "json?as=html"];

/// The API.
pub fn sites() -> Vec<Site> {
    vec![Site::new("api.example").endpoints()]
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example error_body",
        "the body of a refusal",
        sites,
    );
    let [site] = lesson.exact_sites();
    let client = Client::new();

    println!("--- wrong: error_for_status() ---");
    for path in PATHS {
        let url = format!("{}{path}", site.url);
        match fetch_document(&client, &url).await {
            Ok(document) => println!("{path}: {}", document["name"]),
            Err(error) => println!("{path}: {}", error.without_url()),
        }
    }

    println!("\n--- right: the status, and then the body ---");
    for path in PATHS {
        let url = format!("{}{path}", site.url);
        match fetch_or_reason(&client, &url).await {
            Ok(document) => println!("{path}: {}", document["name"]),
            Err(RequestError::Refused { code, .. }) if code == "conflict" => {
                println!("{path}: somebody else was faster");
            }
            Err(error) => println!("{path}: {}", with_causes(&error)),
        }
    }
    Ok(())
}

// ANCHOR: wrong
/// Version A.
pub async fn fetch_document(
    client: &Client,
    url: &str,
) -> reqwest::Result<Value> {
    let response = client.get(url).send().await?;
    response.error_for_status()?.json().await
}
// ANCHOR_END: wrong

// ANCHOR: error
/// How a request to the API can fail.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The API refuses, and says why.
    #[error("{status}: {message} ({code})")]
    Refused {
        /// The status.
        status: StatusCode,
        /// The reason, for programs.
        code: String,
        /// The reason, for people.
        message: String,
    },
    /// An error status that isn't the API's.
    #[error("{status}, and the body begins {start:?}")]
    Foreign {
        /// The status.
        status: StatusCode,
        /// The first characters of the body.
        start: String,
    },
    /// No complete response came back, or the document isn't JSON.
    #[error("the request failed")]
    Failed(#[from] reqwest::Error),
}
// ANCHOR_END: error

// ANCHOR: right
/// Version B.
pub async fn fetch_or_reason(
    client: &Client,
    url: &str,
) -> Result<Value, RequestError> {
    let response = client.get(url).send().await?;
    let status = response.status();
    if !status.is_success() {
        return Err(refusal(status, &response.text().await?));
    }
    Ok(response.json().await?)
}
// ANCHOR_END: right

// ANCHOR: refusal
/// The error for a body of this kind: `{"error": {"code": …, "message": …}}`.
fn refusal(status: StatusCode, body: &str) -> RequestError {
    #[derive(Deserialize)]
    struct Body {
        error: Reason,
    }
    #[derive(Deserialize)]
    struct Reason {
        code: String,
        message: String,
    }
    match serde_json::from_str(body) {
        Ok(Body { error: Reason { code, message } }) => {
            RequestError::Refused { status, code, message }
        }
        Err(_) => {
            let start = body.chars().take(30).collect();
            RequestError::Foreign { status, start }
        }
    }
}
// ANCHOR_END: refusal
