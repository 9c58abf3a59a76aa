//! The sites of a web: what there is to fetch.

pub(crate) mod filler;
pub mod presets;

use std::time::Duration;

use hyper::body::Bytes;

use self::filler::page;
use crate::fault::Fault;
use crate::response::HTML;

/// A site: a name, and a page at `/` that comes after a delay. What is at other paths is [added](Site::also). `POST /login`
/// and `POST /logout` get a 204, after at most 100 ms. Everything else is a 404 until a test mounts more on the wiremock
/// server.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its name, as a timeline shows it and as wiremock sees it in the `Host` header.
    pub name: String,
    /// From the head of a request to the head of its answer.
    pub delay: Duration,
    /// The page, HTML in UTF-8.
    pub page: Bytes,
    /// What is at other paths.
    pub others: Vec<Other>,
    /// How it misbehaves; `None` means not at all.
    pub fault: Option<Fault>,
    /// Whether the server answers by itself, without wiremock.
    pub by_front: bool,
}

/// What is at a path of a site other than `/`. It comes after the delay of the site.
#[derive(Clone, Debug)]
pub struct Other {
    /// The path, with the slash.
    pub path: String,
    /// The value of the `Content-Type` header.
    pub content_type: &'static str,
    /// The body.
    pub body: Bytes,
    /// How it misbehaves; `None` means as the site does.
    pub fault: Option<Fault>,
}

impl Site {
    /// A site with a small page (1,000 bytes, 100 words, its name as the title), without a delay. The name is that of a
    /// host, so it has at most 253 characters.
    pub fn new(name: &str) -> Site {
        let page = page(name, 1_000, 100).into();
        Site {
            name: name.to_owned(),
            delay: Duration::ZERO,
            page,
            others: Vec::new(),
            fault: None,
            by_front: false,
        }
    }

    /// The same site with an answer that begins after `delay`.
    pub fn delay(self, delay: Duration) -> Site {
        Site { delay, ..self }
    }

    /// The same site with another page.
    pub fn page(self, page: impl Into<Bytes>) -> Site {
        Site { page: page.into(), ..self }
    }

    /// The same site with something at another path, such as `/robots.txt`.
    pub fn also(self, path: &str, content_type: &'static str, body: impl Into<Bytes>) -> Site {
        self.with(Other { path: path.to_owned(), content_type, body: body.into(), fault: None })
    }

    /// The same site with a page (HTML) at another path that misbehaves in its own way. It can't be `refused` or `connect-hang`, which
    /// are faults of a whole site: the web doesn't start then.
    pub fn also_failing(self, path: &str, body: impl Into<Bytes>, fault: Fault) -> Site {
        self.with(Other { path: path.to_owned(), content_type: HTML, body: body.into(), fault: Some(fault) })
    }

    fn with(mut self, other: Other) -> Site {
        self.others.push(other);
        self
    }

    /// The same site, misbehaving.
    pub fn fault(self, fault: Fault) -> Site {
        Site { fault: Some(fault), ..self }
    }

    /// The same site without wiremock behind it: the page comes from the server itself, on any path. That's faster and takes bounded
    /// memory, but it ignores the mocks that a test mounts. It's for benchmarks and for many requests.
    pub fn by_front(self) -> Site {
        Site { by_front: true, ..self }
    }
}
