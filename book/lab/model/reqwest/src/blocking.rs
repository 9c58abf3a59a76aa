//! The blocking client: while it waits, its thread sleeps, and so does everything else in the run.

use std::thread;
use std::time::Duration;

use tokio::time::Instant;
use web::{Open, Reply};

use crate::exchange::LATENCY;
use crate::{Error, Result};

/// A blocking client. It has a timeout even if none is set.
#[derive(Clone, Debug)]
pub struct Client {
    timeout: Duration,
}

/// A client that is being set up.
#[derive(Debug)]
pub struct ClientBuilder {
    timeout: Duration,
}

impl Client {
    /// Starts to set up a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder { timeout: Duration::from_secs(30) }
    }

    /// A GET request.
    pub fn get(&self, url: impl AsRef<str>) -> RequestBuilder {
        RequestBuilder { url: url.as_ref().to_owned(), timeout: self.timeout }
    }
}

impl ClientBuilder {
    /// Limits the time until the response begins, and then the time for its body.
    pub fn timeout(self, timeout: Duration) -> ClientBuilder {
        ClientBuilder { timeout }
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// None in this model.
    pub fn build(self) -> Result<Client> {
        Ok(Client { timeout: self.timeout })
    }
}

/// A request.
#[derive(Debug)]
pub struct RequestBuilder {
    url: String,
    timeout: Duration,
}

impl RequestBuilder {
    /// Sends the request and sleeps until the response begins.
    ///
    /// # Errors
    ///
    /// If there's no response in time.
    pub fn send(self) -> Result<Response> {
        let RequestBuilder { url, timeout } = self;
        let rest = url.strip_prefix("http://").unwrap_or_default();
        let (host, path) = rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash));
        let deadline = Instant::now() + timeout;
        match web::request(host, path) {
            Reply::Response(open, response) if arrives(response.head, deadline) => {
                Ok(Response { url, timeout, response, _open: open })
            }
            Reply::Reset(_open, time) if arrives(time, deadline) => Err(Error::reset(&url)),
            Reply::Refused => Err(Error::refused(&url)),
            Reply::NoSuchSite => Err(Error::no_such_site(&url)),
            // The connection is open until the timeout.
            Reply::Response(..) | Reply::Reset(..) => Err(Error::timeout(&url)),
            Reply::Unreachable | Reply::Silence(_) => {
                sleep_until(deadline);
                Err(Error::timeout(&url))
            }
        }
    }
}

/// A response.
#[derive(Debug)]
pub struct Response {
    url: String,
    timeout: Duration,
    response: web::Response,
    _open: Open,
}

impl Response {
    /// The response, or an error if its status says that the request failed.
    ///
    /// # Errors
    ///
    /// For a status of 400 or more.
    pub fn error_for_status(self) -> Result<Response> {
        let status = http::StatusCode::from_u16(self.response.status).unwrap_or_default();
        if status.is_client_error() || status.is_server_error() {
            Err(Error::status_error(status, self.url))
        } else {
            Ok(self)
        }
    }

    /// The whole body as text.
    ///
    /// # Errors
    ///
    /// If the body doesn't arrive as a whole.
    pub fn text(self) -> Result<String> {
        let deadline = Instant::now() + self.timeout;
        let mut bytes = 0;
        for (time, size) in &self.response.pieces {
            if !arrives(*time, deadline) {
                return Err(Error::blocking_body_timeout(&self.url));
            }
            bytes += size;
        }
        if self.response.is_cut { Err(Error::cut(&self.url)) } else { Ok("a".repeat(bytes)) }
    }
}

/// Sleeps until something arrives, or until the deadline.
fn arrives(time: Instant, deadline: Instant) -> bool {
    let time = time + LATENCY;
    sleep_until(time.min(deadline));
    time <= deadline
}

fn sleep_until(time: Instant) {
    let left = time.saturating_duration_since(Instant::now());
    if left > Duration::ZERO {
        #[expect(clippy::disallowed_methods, reason = "it stands for a thread that blocks")]
        thread::sleep(left);
    }
}
