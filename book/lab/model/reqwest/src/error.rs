//! reqwest's error, with its messages and causes.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use http::StatusCode;

/// A result with reqwest's error.
pub type Result<T> = std::result::Result<T, Error>;

/// An error of a request.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    url: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The URL isn't valid.
    Builder,
    /// Nothing listens.
    Refused,
    /// There's no site of that name.
    NoSuchSite,
    /// There was no connection in time.
    ConnectTimeout,
    /// A timeout before the response.
    Timeout,
    /// The connection broke before a response.
    Reset,
    /// A timeout while the body was read.
    BodyTimeout,
    /// The connection broke in the body.
    Cut,
    /// The status is an error.
    Status(StatusCode),
}

/// A cause in words.
#[derive(Debug)]
struct Cause {
    words: &'static str,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.words)
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Causes in words, from the outermost one on, and the error at their end.
fn causes(words: &[&'static str], last: Option<io::Error>) -> Option<Box<dyn StdError + Send + Sync>> {
    let mut source: Option<Box<dyn StdError + Send + Sync>> = last.map(Into::into);
    for words in words.iter().rev() {
        source = Some(Box::new(Cause { words, source }));
    }
    source
}

impl Error {
    fn new(kind: Kind, url: &str, source: Option<Box<dyn StdError + Send + Sync>>) -> Error {
        Error { kind, url: Some(url.to_owned()), source }
    }

    pub(crate) fn builder(url: &str) -> Error {
        Error::new(Kind::Builder, url, causes(&["relative URL without a base"], None))
    }

    pub(crate) fn refused(url: &str) -> Error {
        // Linux's message.
        let words = "Connection refused (os error 111)";
        let refused = io::Error::new(io::ErrorKind::ConnectionRefused, words);
        let source = causes(&["client error (Connect)", "tcp connect error"], Some(refused));
        Error::new(Kind::Refused, url, source)
    }

    pub(crate) fn no_such_site(url: &str) -> Error {
        let words = "failed to lookup address information: Name or service not known";
        let unknown = io::Error::other(words);
        let source = causes(&["client error (Connect)", "dns error"], Some(unknown));
        Error::new(Kind::NoSuchSite, url, source)
    }

    pub(crate) fn connect_timeout(url: &str) -> Error {
        let elapsed = io::Error::new(io::ErrorKind::TimedOut, "deadline has elapsed");
        let source = causes(&["client error (Connect)", "tcp connect error"], Some(elapsed));
        Error::new(Kind::ConnectTimeout, url, source)
    }

    pub(crate) fn timeout(url: &str) -> Error {
        Error::new(Kind::Timeout, url, causes(&["operation timed out"], None))
    }

    pub(crate) fn reset(url: &str) -> Error {
        let words = "Connection reset by peer (os error 104)";
        let reset = io::Error::new(io::ErrorKind::ConnectionReset, words);
        let source = causes(&["client error (SendRequest)", "connection error"], Some(reset));
        Error::new(Kind::Reset, url, source)
    }

    pub(crate) fn body_timeout(url: &str) -> Error {
        let words = ["request or response body error", "operation timed out"];
        Error::new(Kind::BodyTimeout, url, causes(&words, None))
    }

    /// The blocking client measures this time itself.
    pub(crate) fn blocking_body_timeout(url: &str) -> Error {
        Error::new(Kind::BodyTimeout, url, causes(&["operation timed out"], None))
    }

    pub(crate) fn cut(url: &str) -> Error {
        let words = [
            "request or response body error",
            "error reading a body from connection",
            "end of file before message length reached",
        ];
        Error::new(Kind::Cut, url, causes(&words, None))
    }

    pub(crate) fn status_error(status: StatusCode, url: String) -> Error {
        Error { kind: Kind::Status(status), url: Some(url), source: None }
    }

    /// The same error, without the URL in its message.
    pub fn without_url(self) -> Error {
        Error { url: None, ..self }
    }

    /// Whether a timeout expired.
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind, Kind::ConnectTimeout | Kind::Timeout | Kind::BodyTimeout)
    }

    /// Whether there was no connection.
    pub fn is_connect(&self) -> bool {
        matches!(self.kind, Kind::Refused | Kind::NoSuchSite | Kind::ConnectTimeout)
    }

    /// Whether the name of the site couldn't be looked up.
    pub fn is_dns(&self) -> bool {
        self.kind == Kind::NoSuchSite
    }

    /// Whether there were too many redirects. The model has none.
    pub fn is_redirect(&self) -> bool {
        false
    }

    /// Whether the request couldn't be made.
    pub fn is_builder(&self) -> bool {
        self.kind == Kind::Builder
    }

    /// Whether the body couldn't be read.
    pub fn is_decode(&self) -> bool {
        matches!(self.kind, Kind::BodyTimeout | Kind::Cut)
    }

    /// Whether the status says that the request failed.
    pub fn is_status(&self) -> bool {
        matches!(self.kind, Kind::Status(_))
    }

    /// That status.
    pub fn status(&self) -> Option<StatusCode> {
        match self.kind {
            Kind::Status(status) => Some(status),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Builder => formatter.write_str("builder error")?,
            Kind::BodyTimeout | Kind::Cut => formatter.write_str("error decoding response body")?,
            Kind::Status(status) => {
                let side = if status.is_client_error() { "client" } else { "server" };
                write!(formatter, "HTTP status {side} error ({status})")?;
            }
            _ => formatter.write_str("error sending request")?,
        }
        match &self.url {
            Some(url) => write!(formatter, " for url ({url})"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
