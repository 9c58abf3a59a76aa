//! What's wrong with a link, as a type. The fetcher decides by it whether to
//! retry (lesson 06), and the report prints it.

use std::error::Error;
use std::io;
use std::iter::successors;
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
    /// [`MAX_HEADERS`](crate::client::MAX_HEADERS), or hundreds of kilobytes.
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

impl From<reqwest::Error> for LinkError {
    fn from(error: reqwest::Error) -> LinkError {
        if error.is_timeout() && !error.is_connect() {
            LinkError::TimedOut
        } else if error.is_redirect() {
            redirect_error(&error)
        } else if error.is_builder() {
            LinkError::InvalidRequest
        } else if error.is_dns() {
            LinkError::NameLookup
        } else if error.is_connect() {
            connect_error(&error)
        } else if error.is_body() || error.is_decode() {
            LinkError::IncompleteBody
        } else {
            head_error(&error)
        }
    }
}

/// A policy for redirects can refuse one with an error of its own.
fn redirect_error(error: &reqwest::Error) -> LinkError {
    causes(error)
        .find_map(|cause| cause.downcast_ref::<LinkError>())
        .cloned()
        .unwrap_or(LinkError::TooManyRedirects)
}

/// There's a connection, and no head that could be read.
fn head_error(error: &reqwest::Error) -> LinkError {
    let is = |what: fn(&hyper::Error) -> bool| {
        causes(error).filter_map(|cause| cause.downcast_ref()).any(what)
    };
    if is(hyper::Error::is_parse_too_large) {
        LinkError::HeadTooLarge
    } else if is(hyper::Error::is_parse) {
        LinkError::NotHttp
    } else {
        LinkError::ConnectionLost
    }
}

/// There is no connection. reqwest calls a failed TLS handshake a connect
/// error, too.
fn connect_error(error: &reqwest::Error) -> LinkError {
    let mut io_errors = causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .flat_map(with_wrapped);
    let decisive = io_errors.find_map(|error| match error.kind() {
        io::ErrorKind::ConnectionRefused => Some(LinkError::Refused),
        // rustls wraps its errors in this kind, and TCP has no use for it.
        io::ErrorKind::InvalidData => Some(LinkError::Tls(error.to_string())),
        io::ErrorKind::TimedOut
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted => Some(LinkError::Unreachable),
        _ if error.raw_os_error().is_some() => {
            Some(LinkError::NoConnection(error.to_string()))
        }
        _ => None,
    });
    decisive.unwrap_or(LinkError::Unreachable)
}

/// The errors that caused an error, one after the other.
fn causes(
    error: &reqwest::Error,
) -> impl Iterator<Item = &(dyn Error + 'static)> {
    successors(error.source(), |&cause| cause.source())
}

/// An I/O error and the I/O errors that it wraps. `source` skips those, because
/// the outer error already prints their text.
fn with_wrapped(error: &io::Error) -> impl Iterator<Item = &io::Error> {
    successors(Some(error), |error| error.get_ref()?.downcast_ref())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use reqwest::Client;
    use reqwest::dns::{Name, Resolve, Resolving};

    use super::*;

    /// A resolver that can't answer at the moment.
    struct Busy;

    impl Resolve for Busy {
        fn resolve(&self, _name: Name) -> Resolving {
            // The words of `getaddrinfo` for EAI_AGAIN.
            let error = "Temporary failure in name resolution";
            Box::pin(async move { Err(error.into()) })
        }
    }

    async fn get(client: reqwest::ClientBuilder, url: &str) -> reqwest::Error {
        let client = client.no_proxy().build().expect("a client");
        let response = client.get(url).send().await;
        response.expect_err("the request fails")
    }

    #[tokio::test]
    async fn a_url_that_cannot_be_requested_is_not_a_lost_connection() {
        let error = get(Client::builder(), "mailto:a@b.example").await;
        let error = LinkError::from(error);
        assert!(matches!(error, LinkError::InvalidRequest), "{error}");
    }

    #[tokio::test]
    async fn an_error_of_this_machine_is_not_blamed_on_the_host() {
        // A link-local address needs to say which network it's on.
        let error = get(Client::builder(), "http://[fe80::1]:9/").await;
        let error = LinkError::from(error);
        assert!(matches!(error, LinkError::NoConnection(_)), "{error}");
        assert!(error.is_temporary());
    }

    #[tokio::test]
    async fn a_name_without_an_address_and_a_busy_resolver_are_both_retried() {
        // Longer than a label may be, so no name server is involved.
        let url = format!("http://{}.invalid", "x".repeat(64));
        let busy = Client::builder().dns_resolver(Arc::new(Busy));
        for error in [
            get(Client::builder(), &url).await,
            get(busy, "http://a.example").await,
        ] {
            // Neither of these says which of the two it was.
            assert!(error.is_connect() && error.is_dns(), "{error:?}");
            let error = LinkError::from(error);
            assert!(matches!(error, LinkError::NameLookup), "{error}");
            assert!(error.is_temporary());
        }
    }
}
