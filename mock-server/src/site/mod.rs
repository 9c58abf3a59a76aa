//! The sites of a web, which clients fetch.

pub(crate) mod filler;
pub mod presets;

use std::time::Duration;

use hyper::body::Bytes;

use self::filler::page;
use crate::fault::Fault;
use crate::response::HTML;
#[cfg(feature = "tls")]
use crate::tls::Tls;

/// A site has a name, and a page at `/` that comes after a delay. [`also`](Site::also) adds other paths. `POST /login` and `POST /logout`
/// get a 204, after the site's delay but at most 100 ms. Everything else gets a 404, unless you mount a mock on the
/// [wiremock server](crate::MockWeb::wiremock).
#[derive(Clone, Debug)]
pub struct Site {
    /// The name. A timeline shows it, and wiremock sees it in the `Host` header.
    pub name: String,
    /// The time from a request to its response.
    pub delay: Duration,
    /// The page at `/`: HTML in UTF-8.
    pub page: Bytes,
    /// The resources at other paths.
    pub others: Vec<Other>,
    /// How it misbehaves; `None` means not at all.
    pub fault: Option<Fault>,
    /// Whether the server responds by itself, without wiremock. See the method [`by_front`](Site::by_front).
    pub by_front: bool,
    /// Whether it has the endpoints. See the method [`endpoints`](Site::endpoints).
    pub has_endpoints: bool,
    /// What its port does if it speaks https.
    #[cfg(feature = "tls")]
    pub(crate) https: Option<Tls>,
}

/// A resource at a path of a site other than `/`. It comes after the delay of the site.
#[derive(Clone, Debug)]
pub struct Other {
    /// The path, with its first slash.
    pub path: String,
    /// The value of the `Content-Type` header.
    pub content_type: &'static str,
    /// The body.
    pub body: Bytes,
    /// How it misbehaves; `None` means that it has the fault of the site, if there is one.
    pub fault: Option<Fault>,
}

impl Site {
    /// A site with a small page (1,000 bytes, 100 words, its name as the title), without delay and without fault. The name has to be
    /// valid as the name of a host, because it goes into the `Host` header.
    ///
    /// # Panics
    ///
    /// If the name is longer than 237 bytes, because the page contains it twice.
    pub fn new(name: &str) -> Site {
        let page = page(name, 1_000, 100).into();
        Site {
            name: name.to_owned(),
            delay: Duration::ZERO,
            page,
            others: Vec::new(),
            fault: None,
            by_front: false,
            has_endpoints: false,
            #[cfg(feature = "tls")]
            https: None,
        }
    }

    /// The same site with a response that begins after `delay`.
    pub fn delay(self, delay: Duration) -> Site {
        Site { delay, ..self }
    }

    /// The same site with another page.
    pub fn page(self, page: impl Into<Bytes>) -> Site {
        Site { page: page.into(), ..self }
    }

    /// The same site with a resource at another path, such as `/robots.txt`.
    pub fn also(self, path: &str, content_type: &'static str, body: impl Into<Bytes>) -> Site {
        self.with(Other { path: path.to_owned(), content_type, body: body.into(), fault: None })
    }

    /// The same site with a page (HTML) at another path that has a fault of its own. The fault can't be `refused` or `connect-hang`,
    /// because they concern the site's port. With these, the web doesn't start.
    pub fn also_failing(self, path: &str, body: impl Into<Bytes>, fault: Fault) -> Site {
        self.with(Other { path: path.to_owned(), content_type: HTML, body: body.into(), fault: Some(fault) })
    }

    fn with(mut self, other: Other) -> Site {
        self.others.push(other);
        self
    }

    /// The same site with a fault. It also affects all other paths without a fault of their own.
    pub fn fault(self, fault: Fault) -> Site {
        Site { fault: Some(fault), ..self }
    }

    /// The same site without wiremock behind it. The server itself sends the page, at every path. That's faster and takes bounded
    /// memory, but the site has no other resources, and it ignores the mocks that you mount. It's meant for benchmarks and for
    /// very many requests.
    pub fn by_front(self) -> Site {
        Site { by_front: true, ..self }
    }

    /// The same site with the endpoints that the program `mock-server` has, such as `/json`, `/upload` and `/events`. The
    /// [crate's documentation](crate#endpoints) lists them. They come after the delay of the site, have its faults, and come before
    /// mocks that you mount. The server answers them itself, so wiremock doesn't see their requests.
    pub fn endpoints(self) -> Site {
        Site { has_endpoints: true, ..self }
    }

    /// The same site on a port that speaks https, with a certificate that's right or wrong. Its URL begins with `https://`. This needs
    /// the feature `tls`, and a port of its own for each site.
    ///
    /// ```
    /// # use std::error::Error;
    /// use mock_server::{MockWeb, Site, Tls};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn Error>> {
    /// let sites = [
    ///     Site::new("good.example").https(Tls::Good),
    ///     Site::new("old.example").https(Tls::Expired),
    /// ];
    /// let web = MockWeb::builder().sites(sites).start()?;
    /// let ca = reqwest::Certificate::from_der(web.ca_der())?;
    /// // This needs reqwest's feature `rustls`.
    /// let client = reqwest::Client::builder().tls_certs_only([ca]).build()?;
    ///
    /// assert_eq!(client.get(web.url("good.example")).send().await?.status(), 200);
    /// let error = client.get(web.url("old.example")).send().await.expect_err("it has expired");
    /// assert!(error.is_connect());
    ///
    /// web.wait_until(|record| record.failed_handshakes() == 1).await;
    /// assert_eq!(web.record().exchanges().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "tls")]
    pub fn https(self, case: Tls) -> Site {
        Site { https: Some(case), ..self }
    }
}
