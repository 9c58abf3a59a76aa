//! A model of reqwest 0.13: the types and methods that the lessons use, with the same signatures and the same error
//! messages. It fetches from the [model of the web](web).

pub mod blocking;
mod error;
mod exchange;

use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue, RETRY_AFTER};
pub use http::{StatusCode, header};

use exchange::{Body, Timeouts};

pub use error::{Error, Result};

/// A client.
#[derive(Clone, Debug, Default)]
pub struct Client {
    timeouts: Timeouts,
}

/// A client that is being set up.
#[derive(Debug, Default)]
pub struct ClientBuilder {
    timeouts: Timeouts,
}

impl Client {
    /// A client without timeouts.
    pub fn new() -> Client {
        Client::default()
    }

    /// Starts to set up a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A GET request.
    pub fn get(&self, url: impl AsRef<str>) -> RequestBuilder {
        RequestBuilder { url: url.as_ref().to_owned(), timeouts: self.timeouts }
    }

    /// A POST request.
    pub fn post(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.get(url)
    }
}

impl ClientBuilder {
    /// Limits the time from the start of a request to the last byte of its response.
    pub fn timeout(mut self, timeout: Duration) -> ClientBuilder {
        self.timeouts.total = Some(timeout);
        self
    }

    /// Limits the time until the response begins, and then each pause between pieces of the body.
    pub fn read_timeout(mut self, timeout: Duration) -> ClientBuilder {
        self.timeouts.read = Some(timeout);
        self
    }

    /// Limits the time for connecting.
    pub fn connect_timeout(mut self, timeout: Duration) -> ClientBuilder {
        self.timeouts.connect = Some(timeout);
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// None in this model.
    pub fn build(self) -> Result<Client> {
        Ok(Client { timeouts: self.timeouts })
    }
}

/// A request.
#[derive(Debug)]
pub struct RequestBuilder {
    url: String,
    timeouts: Timeouts,
}

impl RequestBuilder {
    /// Sends the request and waits for the beginning of the response. The clock of the total timeout starts with this
    /// call, and the request is sent with the first poll, as in reqwest.
    pub fn send(self) -> impl Future<Output = Result<Response>> {
        exchange::send(self.url, self.timeouts.start())
    }
}

/// A response whose body may still be on its way.
#[derive(Debug)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    url: String,
    body: Body,
}

impl Response {
    fn new(status: u16, retry_after: Option<u64>, url: String, body: Body) -> Response {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut headers = HeaderMap::new();
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        Response { status, headers, url, body }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The response, or an error if its status says that the request failed.
    ///
    /// # Errors
    ///
    /// For a status of 400 or more.
    pub fn error_for_status(self) -> Result<Response> {
        if self.status.is_client_error() || self.status.is_server_error() {
            Err(Error::status_error(self.status, self.url))
        } else {
            Ok(self)
        }
    }

    /// The whole body as text.
    ///
    /// # Errors
    ///
    /// If the body doesn't arrive as a whole.
    pub async fn text(self) -> Result<String> {
        let bytes = self.bytes().await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The whole body.
    ///
    /// # Errors
    ///
    /// If the body doesn't arrive as a whole.
    pub async fn bytes(mut self) -> Result<Bytes> {
        self.body.all().await
    }

    /// The next piece of the body; `None` at its end.
    ///
    /// # Errors
    ///
    /// If the body ends too early.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        self.body.next().await
    }
}
