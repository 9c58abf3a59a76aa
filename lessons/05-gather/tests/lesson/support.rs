//! Kinds of failure, three requests to one site, and the number of live tasks.

use lesson_kit::Site;
use tokio::runtime::Handle;

/// The bytes of python.org's page.
pub const BYTES: usize = 50_321;

/// Why a page didn't come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    Timeout,
    Connect,
    Status(u16),
    Redirect,
    /// The response ended before it was complete.
    BrokenOff,
    /// There was no response, or it wasn't HTTP.
    NoResponse,
}

impl Failure {
    pub fn of(error: &reqwest::Error) -> Failure {
        // A timeout can end the connecting too, so it comes first.
        if error.is_timeout() {
            Failure::Timeout
        } else if error.is_connect() {
            Failure::Connect
        } else if let Some(status) = error.status() {
            Failure::Status(status.as_u16())
        } else if error.is_redirect() {
            Failure::Redirect
        } else if error.is_body() || error.is_decode() {
            Failure::BrokenOff
        } else {
            Failure::NoResponse
        }
    }
}

/// Three pages, one after another. Whatever else has something to send or to
/// close does it in the meantime.
pub async fn three_requests(client: &reqwest::Client, site: &Site) {
    for _ in 0..3 {
        client.get(&site.url).send().await.expect("a page");
    }
}

/// How many tasks of this runtime haven't ended.
pub fn alive() -> usize {
    Handle::current().metrics().num_alive_tasks()
}
