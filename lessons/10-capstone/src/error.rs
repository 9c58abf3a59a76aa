//! What's wrong with a link, as a type. The fetcher decides by it whether to
//! retry (lesson 06), and the report prints it.

mod from_reqwest;

use std::time::Duration;

use reqwest::StatusCode;
use url::{ParseError, Url};

/// Why a link is broken.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// The host refuses connections to this port.
    #[error("the connection was refused")]
    Refused,
    /// The resolver returned no address. Either the name doesn't exist, or the
    /// resolver can't answer at the moment. The standard library reports both
    /// as the same kind of error.
    #[error("the name could not be looked up")]
    NameLookup,
    /// The network found no way to the host, or the host didn't respond.
    #[error("the host cannot be reached")]
    Unreachable,
    /// This machine couldn't make a connection, for example because it has too
    /// many open files. That says nothing about the host.
    #[error("no connection could be made: {0}")]
    NoConnection(String),
    /// The host was reached, but it has no certificate that this program
    /// trusts, or it doesn't speak TLS.
    #[error("the TLS handshake failed: {0}")]
    Tls(String),
    /// The response didn't arrive before the timeout.
    #[error("timed out")]
    TimedOut,
    /// The connection was closed before a response began.
    #[error("the connection was lost before a response")]
    ConnectionLost,
    /// The response isn't HTTP.
    #[error("the response is not HTTP")]
    NotHttp,
    /// The head of the response has more lines than
    /// [`MAX_HEADERS`](crate::http::client::MAX_HEADERS), or hundreds of kilobytes.
    #[error("the head of the response is too large")]
    HeadTooLarge,
    /// The body is compressed in a way that this program doesn't know, or
    /// wrongly.
    #[error("its compression cannot be decoded")]
    Compression,
    /// reqwest can't make a request of this URL.
    #[error("the request cannot be made")]
    InvalidRequest,
    /// A status that is neither a success nor a redirect, and how long
    /// `Retry-After` asks to wait, if it's there.
    #[error("the server returned {0}")]
    Status(StatusCode, Option<Duration>),
    /// The body ended early.
    #[error("the response was cut off")]
    IncompleteBody,
    /// The redirects lead back to a URL that they came from.
    #[error("redirect loop")]
    RedirectLoop,
    /// There are more redirects than the checker follows.
    #[error("too many redirects")]
    TooManyRedirects,
    /// A redirect's `Location` isn't one valid URL.
    #[error("it redirects to {0}")]
    BadRedirect(String),
    /// A redirect leads to https, and this build has no TLS.
    #[error("it redirects to https, which needs --features live")]
    NeedsTls,
    /// The page exists, but it has no such anchor.
    #[error("the page has no anchor #{0}")]
    MissingAnchor(String),
    /// The link isn't a valid URL.
    #[error("not a URL: {0}")]
    NotUrl(ParseError),
    /// The start URL redirects to a different site, so there's nothing to
    /// crawl on this one.
    #[error("it redirects to a different site; start at {0}")]
    DifferentSite(Url),
    /// The site's robots.txt couldn't be fetched, so the checker doesn't know
    /// which pages it may request, and requests none.
    #[error("robots.txt could not be fetched: {0}")]
    RobotsUnavailable(Box<LinkError>),
    /// The site's robots.txt disallows the start URL.
    #[error("robots.txt disallows it")]
    Disallowed,
    /// It wasn't requested, because several URLs of its host in a row got no
    /// useful response. The last error is in here.
    #[error("not requested, because other URLs of its host failed: {0}")]
    HostGivenUp(Box<LinkError>),
}

impl LinkError {
    /// Whether the host couldn't be reached, so no request was sent.
    pub fn is_connect(&self) -> bool {
        matches!(
            self,
            LinkError::Refused
                | LinkError::NameLookup
                | LinkError::Unreachable
                | LinkError::Tls(_)
        )
    }

    /// Whether the host gave no sign that it handles requests.
    pub fn is_no_response(&self) -> bool {
        self.is_connect()
            || matches!(self, LinkError::TimedOut | LinkError::ConnectionLost)
    }

    /// Whether a GET may succeed although a HEAD has failed like this. A
    /// temporary error doesn't count, because there's a retry.
    pub fn may_be_fine_for_get(&self) -> bool {
        match self {
            LinkError::Status(..) => !self.is_temporary(),
            LinkError::NotHttp | LinkError::HeadTooLarge => true,
            _ => false,
        }
    }

    /// How long the host asks to wait before the next request. It's zero for a
    /// 429 that doesn't say how long.
    pub fn asks_to_wait(&self) -> Option<Duration> {
        match self {
            LinkError::Status(StatusCode::TOO_MANY_REQUESTS, retry_after) => {
                Some(retry_after.unwrap_or_default())
            }
            LinkError::Status(StatusCode::SERVICE_UNAVAILABLE, retry_after) => {
                *retry_after
            }
            _ => None,
        }
    }

    /// Whether the same request may succeed a little later.
    pub fn is_temporary(&self) -> bool {
        match self {
            LinkError::Refused
            | LinkError::NameLookup
            | LinkError::Unreachable
            | LinkError::NoConnection(_)
            | LinkError::TimedOut
            | LinkError::ConnectionLost
            | LinkError::IncompleteBody => true,
            LinkError::Status(status, _) => {
                matches!(status.as_u16(), 408 | 425 | 429 | 502 | 503 | 504)
            }
            LinkError::Tls(_)
            | LinkError::NotHttp
            | LinkError::HeadTooLarge
            | LinkError::Compression
            | LinkError::InvalidRequest
            | LinkError::RedirectLoop
            | LinkError::TooManyRedirects
            | LinkError::BadRedirect(_)
            | LinkError::NeedsTls
            | LinkError::MissingAnchor(_)
            | LinkError::NotUrl(_)
            | LinkError::DifferentSite(_)
            | LinkError::RobotsUnavailable(_)
            | LinkError::Disallowed
            | LinkError::HostGivenUp(_) => false,
        }
    }
}
