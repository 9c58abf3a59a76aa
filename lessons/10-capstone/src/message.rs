//! What the stages send each other.
//!
//! ```text
//! crawl ── Job ──▶ fetcher ── Fetched ──▶ parser ── Visit ──▶ crawl
//! ```

use encoding_rs::Encoding;
use indicatif::HumanCount;
use url::{ParseError, Url};

use crate::error::LinkError;
pub use crate::page::anchors::Anchors;

/// How many redirects may lead from a link to its page, as in a browser.
pub const MAX_REDIRECTS: usize = 20;

/// One URL to request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Without a fragment, because a fragment is never sent.
    pub url: Url,
    /// Whether it belongs to the site. Then it's fetched and searched for
    /// links. Other URLs are only tested.
    pub inside: bool,
    /// How many links away from the start it is.
    pub depth: usize,
    /// How many redirects led here.
    pub hops: usize,
}

/// A job that was requested.
#[derive(Debug)]
pub struct Fetched {
    /// The job.
    pub job: Job,
    /// Its result.
    pub outcome: Outcome,
    /// The page, if there is one to search for links.
    pub body: Option<Body>,
}

/// The result of a job. The fetcher decides it, and no other stage changes it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The URL works.
    Fine,
    /// The URL redirects to this one.
    Redirect(Url),
    /// It wasn't requested.
    Skipped(SkipReason),
    /// It doesn't work.
    Broken(LinkError),
}

/// Why a link wasn't checked.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error,
)]
#[non_exhaustive]
pub enum SkipReason {
    /// The site's robots.txt disallows it.
    #[error("disallowed by robots.txt")]
    Robots,
    /// The options leave it out.
    #[error("left out by an option")]
    Filter,
    /// It needs https, and this build has no TLS.
    #[error("https needs --features live")]
    Tls,
    /// It redirects to a URL that isn't HTTP, `mailto:` for example.
    #[error("a redirect leads away from HTTP")]
    NotHttp,
    /// It redirects to a URL that's longer than
    /// [`MAX_URL_BYTES`](crate::address::MAX_URL_BYTES).
    #[error("a redirect leads to a URL that is too long")]
    LongUrl,
    /// The crawl ended before it got there, because of a limit or Ctrl-C.
    #[error("over a limit, or not reached before the crawl ended")]
    NotReached,
}

/// A page as it was sent.
#[derive(Debug)]
pub struct Body {
    /// Its bytes, decompressed.
    pub bytes: Vec<u8>,
    /// What the headers say it is.
    pub kind: PageKind,
    /// Its encoding, if a header says so.
    pub charset: Option<&'static Encoding>,
    /// Why these aren't all of its bytes, if that's the case.
    pub incomplete: Option<Incomplete>,
}

/// How a page is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// As HTML.
    Html,
    /// As XML.
    Xhtml,
    /// The headers don't say what it is, so its first bytes decide.
    Unknown,
}

/// Why links and anchors of a page may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Incomplete {
    /// The page has more bytes than this.
    #[error("it has more than {} bytes", HumanCount(*.0 as u64))]
    TooLarge(usize),
    /// It's compressed in a way that this program doesn't know, or wrongly.
    #[error("its compression cannot be decoded")]
    Compression,
    /// Its elements are nested too deeply.
    #[error("parsing it takes too much memory")]
    Memory,
    /// It's XHTML, and a browser stops where it finds an error.
    #[error("it is not well-formed XML")]
    Malformed,
    /// The crawl ended while it was parsed.
    #[error("the crawl ended while it was parsed")]
    Cancelled,
    /// The parser panicked.
    #[error("the parser failed")]
    Panic,
}

/// The result of a job, with what's on its page.
#[derive(Debug)]
pub struct Visit {
    /// The job.
    pub job: Job,
    /// Its result.
    pub outcome: Outcome,
    /// Its page, or an empty one if there's none.
    pub page: Page,
}

/// What's on a page.
#[derive(Debug, Default)]
pub struct Page {
    /// Its links.
    pub links: Vec<Link>,
    /// Its anchors; `None` if it isn't a page, or some of them may be missing.
    pub anchors: Option<Anchors>,
    /// How many of its links aren't HTTP: `mailto:`, `tel:` and so on.
    pub non_http: usize,
    /// How many of its links are too long, or too long together.
    pub over_limit: usize,
    /// Why only part of it was read, if that's the case.
    pub incomplete: Option<Incomplete>,
}

impl Page {
    /// How many bytes of memory it takes.
    pub fn bytes(&self) -> usize {
        let links: usize = self.links.iter().map(Link::bytes).sum();
        let anchors = self.anchors.as_ref().map_or(0, Anchors::bytes);
        size_of::<Page>() + links + anchors
    }
}

/// A link on a page.
#[derive(Debug)]
pub struct Link {
    /// Its text, in one line.
    pub text: String,
    /// Its target, or its `href` if that's no URL.
    pub to: Result<Url, NotUrl>,
}

impl Link {
    /// How many bytes of memory it takes.
    pub fn bytes(&self) -> usize {
        let to = match &self.to {
            Ok(url) => url.as_str().len(),
            Err(not_url) => not_url.href.capacity(),
        };
        size_of::<Link>() + self.text.capacity() + to
    }
}

/// An `href` that isn't a valid URL.
#[derive(Clone, Debug)]
pub struct NotUrl {
    /// The `href`.
    pub href: String,
    /// Why it isn't a URL.
    pub error: ParseError,
}
