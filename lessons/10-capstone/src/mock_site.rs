//! A library of about two hundred pages with every kind of broken link, and the
//! list of what's broken, and why. The program shows on it what it can do, and
//! the tests compare its report with the list.

mod library;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use mock_server::{FaultError, MockWeb, Site, StartError, page as filler};
use url::{ParseError, Url};
use wiremock::matchers::{header, method, path, path_regex};
use wiremock::{Mock, Request, ResponseTemplate};

use crate::options::Options;
pub use library::{ExpectedLink, HOST};
use library::{Library, home};

/// Why the mock site can't start or be checked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MockSiteError {
    /// The name of a fault is misspelt.
    #[error("a fault of the mock site is misspelt")]
    Fault(#[from] FaultError),
    /// The web doesn't start.
    #[error("the mock site doesn't start")]
    Start(#[from] StartError),
    /// An address of the web can't be parsed.
    #[error("the mock site has an address that is no URL")]
    Address(#[from] ParseError),
    /// An address of the web has no port.
    #[error("the mock site has an address without a port")]
    NoPort,
}

/// The mock site, running.
#[derive(Debug)]
pub struct MockSite {
    /// The mock web that serves it.
    pub web: MockWeb,
    /// Every broken link.
    pub expected: BTreeSet<ExpectedLink>,
}

impl MockSite {
    /// Starts the library and the hosts that it links to.
    ///
    /// # Errors
    ///
    /// When the name of a fault is misspelt, or the web doesn't start.
    pub async fn start() -> Result<MockSite, MockSiteError> {
        let mut library = Library::new();
        library.shelves();
        library.help();
        library.redirects();
        library.outside();
        library.worn()?;
        let Library { site, expected, .. } = library;
        let outside = outside_hosts()?;
        let sites = [site.page(home())].into_iter().chain(outside);
        let web = MockWeb::builder().sites(sites).start()?;
        mount(&web).await;
        Ok(MockSite { web, expected })
    }

    /// The options to check it, with this timeout for a request.
    ///
    /// # Errors
    ///
    /// When an address of the web can't be parsed.
    pub fn options(&self, timeout: Duration) -> Result<Options, MockSiteError> {
        options(&self.web, HOST, timeout)
    }
}

/// The options to check a host of a mock web under its own name.
///
/// # Errors
///
/// When an address of the web can't be parsed.
pub fn options(
    web: &MockWeb,
    host: &str,
    timeout: Duration,
) -> Result<Options, MockSiteError> {
    let address = |(name, url): (&str, &str)| {
        let url = Url::parse(url)?;
        let port = url.port_or_known_default();
        let port = port.ok_or(MockSiteError::NoPort)?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        Ok::<_, MockSiteError>((name.to_owned(), address))
    };
    let start = Url::parse(&format!("http://{host}/"))?;
    let hosts = web.sites().map(address).collect::<Result<_, _>>()?;
    Ok(Options { hosts, ..Options::new(start, timeout) })
}

/// Hosts outside, with a fault each.
const FAILING: [(&str, &str); 5] = [
    ("refused.example", "refused"),
    ("unreachable.example", "connect-hang"),
    ("silent.example", "hang"),
    ("down.example", "status?code=503"),
    (
        "busy.example",
        "fail-first?n=1&with=status%3Fcode%3D503%26retry-after%3D1",
    ),
];

/// The hosts that the library links to.
fn outside_hosts() -> Result<Vec<Site>, MockSiteError> {
    let working =
        ["partner.example", "stern.example", "moved.example", "lost.example"];
    let mut sites: Vec<_> = working.map(Site::new).into();
    let partner = sites.remove(0);
    let guide = filler("A guide", 1_000, 100);
    sites.push(partner.also("/guide", "text/html", guide));
    for (name, fault) in FAILING {
        sites.push(Site::new(name).fault(fault.parse()?));
    }
    Ok(sites)
}

/// Redirects, and a host that refuses HEAD.
async fn mount(web: &MockWeb) {
    let server = web.wiremock();
    let to =
        |to: &str| ResponseTemplate::new(301).insert_header("location", to);
    for (from, target) in [
        ("/moved", "/faq"),
        ("/moved-twice", "/moved"),
        ("/moved-lost", "lost"),
        ("/out", "http://partner.example/guide"),
        ("/out-lost", "http://partner.example/lost"),
        ("/circle", "/circle/2"),
        ("/circle/2", "/circle"),
        ("/loop", "/loop"),
    ] {
        let request = Mock::given(header("host", HOST)).and(path(from));
        request.respond_with(to(target)).mount(server).await;
    }
    Mock::given(header("host", HOST))
        .and(path_regex("^/far/[0-9]+$"))
        .respond_with(|request: &Request| {
            let number = request.url.path().trim_start_matches("/far/");
            let next = number.parse::<u32>().unwrap_or_default() + 1;
            let next = format!("/far/{next}");
            ResponseTemplate::new(301).insert_header("location", next)
        })
        .mount(server)
        .await;
    for (host, target) in [
        ("moved.example", "http://partner.example/"),
        ("lost.example", "http://refused.example/"),
    ] {
        let request = Mock::given(header("host", host));
        request.respond_with(to(target)).mount(server).await;
    }
    Mock::given(header("host", "stern.example"))
        .and(method("HEAD"))
        .respond_with(ResponseTemplate::new(405))
        .mount(server)
        .await;
}

#[cfg(test)]
mod tests {
    use super::library::WORN;
    use super::*;

    #[test]
    fn every_fault_of_the_catalogue_occurs_on_the_site() {
        let faults = WORN.map(|(fault, _)| fault).into_iter();
        let faults = faults.chain(FAILING.map(|(_, fault)| fault));
        testkit::check_fault_table("WORN", file!(), faults);
    }
}
