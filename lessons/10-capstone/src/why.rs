//! Why a link is broken: what went wrong as a type, so that the fetcher can
//! tell what is worth another try (lesson 06).

use std::error::Error;
use std::io;
use std::iter::successors;
use std::time::Duration;

use reqwest::StatusCode;
use url::{ParseError, Url};

/// Why a link is broken.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Why {
    /// Nobody listens there.
    #[error("the connection was refused")]
    Refused,
    /// The name leads nowhere.
    #[error("there is no such host")]
    NoSuchHost,
    /// Whatever else keeps a connection from being made.
    #[error("the host cannot be reached")]
    Unreachable,
    /// It took too long.
    #[error("timed out")]
    TimedOut,
    /// The connection ended before an answer.
    #[error("the connection was lost before an answer")]
    Lost,
    /// What came is not HTTP.
    #[error("the answer is not HTTP")]
    Malformed,
    /// It came in a form that nobody had asked for.
    #[error("it came compressed")]
    Compressed,
    /// It is a URL, and cannot be sent.
    #[error("the request cannot be made")]
    Request,
    /// The host answered so, and wishes to be left alone for so long.
    #[error("the site answered {0}")]
    Status(StatusCode, Option<Duration>),
    /// The answer began well.
    #[error("the page broke off")]
    BrokenBody,
    /// A redirect led back to where one came from.
    #[error("redirected in a circle")]
    Circle,
    /// Redirects, and no end of them.
    #[error("redirected too often")]
    Redirects,
    /// The page is there, and the anchor in it is not.
    #[error("the page has no anchor called #{0}")]
    Fragment(String),
    /// It is not a URL at all.
    #[error("not a URL: {0}")]
    NotUrl(ParseError),
    /// The start is of another site, so there is nothing to crawl.
    #[error("it leads to another site: start at {0}")]
    Elsewhere(Url),
    /// Of a site that cannot say what is allowed, nothing is asked.
    #[error("its robots.txt cannot be read: {0}")]
    NoRobots(Box<Why>),
    /// The start itself is not for programs.
    #[error("its robots.txt asks programs to keep out")]
    KeepOut,
}
impl Why {
    /// Whether the same request may succeed a little later.
    pub fn may_pass(&self) -> bool {
        use Why::{BrokenBody, Lost, Refused, Status, TimedOut, Unreachable};
        match self {
            Refused | Unreachable | TimedOut | Lost | BrokenBody => true,
            Status(status, _) => {
                matches!(status.as_u16(), 429 | 502 | 503 | 504)
            }
            _ => false,
        }
    }
}

impl From<reqwest::Error> for Why {
    fn from(error: reqwest::Error) -> Why {
        if error.is_timeout() && !error.is_connect() {
            Why::TimedOut
        } else if error.is_redirect() {
            Why::Redirects
        } else if error.is_builder() {
            Why::Request
        } else if error.is_dns() {
            Why::NoSuchHost
        } else if error.is_connect() {
            let refused = causes(&error)
                .filter_map(|cause| cause.downcast_ref::<io::Error>())
                .any(|cause| cause.kind() == io::ErrorKind::ConnectionRefused);
            if refused { Why::Refused } else { Why::Unreachable }
        } else if error.is_body() || error.is_decode() {
            Why::BrokenBody
        } else if causes(&error)
            .filter_map(|cause| cause.downcast_ref())
            .any(hyper::Error::is_parse)
        {
            Why::Malformed
        } else {
            Why::Lost
        }
    }
}

/// The errors that caused an error, one behind the other.
fn causes(
    error: &reqwest::Error,
) -> impl Iterator<Item = &(dyn Error + 'static)> {
    successors(error.source(), |&cause| cause.source())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn why(url: &str) -> Why {
        let client = reqwest::Client::builder().no_proxy().build();
        let client = client.expect("a client");
        Why::from(client.get(url).send().await.expect_err("nobody is there"))
    }

    #[tokio::test]
    async fn what_cannot_be_sent_is_not_taken_for_a_connection_that_was_lost() {
        assert!(matches!(why("mailto:a@b.example").await, Why::Request));
    }

    #[tokio::test]
    async fn a_name_that_leads_nowhere_is_told_as_such() {
        // A longer name than there can be, so no server of names is asked.
        let url = format!("http://{}.invalid", "x".repeat(64));
        assert!(matches!(why(&url).await, Why::NoSuchHost));
    }
}
