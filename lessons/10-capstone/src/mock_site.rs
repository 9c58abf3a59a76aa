//! A library of about two hundred pages with every kind of broken link, and the
//! list of what's broken, and why. The program shows on it what it can do, and
//! the tests compare its report with the list.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use mock_server::{
    Fault, FaultError, MockWeb, Site, StartError, page as filler,
};
use url::{ParseError, Url};
use wiremock::matchers::{header, method, path, path_regex};
use wiremock::{Mock, Request, ResponseTemplate};

use crate::options::Options;

/// The host of the site.
pub const HOST: &str = "library.example";

/// A broken link: the page it's on, its target, and its error as the report
/// prints it.
pub type ExpectedLink = (String, String, String);

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

const SHELVES: [&str; 12] = [
    "fiction", "science", "history", "poems", "travel", "music", "maps", "law",
    "cooking", "gardens", "children", "letters",
];
const BOOKS: usize = 150;
const AUTHORS: usize = 25;

/// The site while it's being built, and what's broken on it so far.
struct Library {
    site: Site,
    expected: BTreeSet<ExpectedLink>,
    /// The path of the page that's being written.
    path: String,
    /// The HTML of that page so far.
    body: String,
}

impl Library {
    fn new() -> Library {
        let robots = "User-agent: *\nDisallow: /private/\n";
        let site = Site::new(HOST)
            .also("/robots.txt", "text/plain", robots)
            .also("/style.css", "text/css", "body { margin: 2em }")
            .also("/files/catalogue.pdf", "application/pdf", "%PDF-1.4")
            .also("/covers/1.png", "image/png", "a picture");
        Library {
            site,
            expected: BTreeSet::new(),
            path: String::new(),
            body: String::new(),
        }
    }

    /// Begins a page.
    fn page(&mut self, path: &str, title: &str) {
        self.path = path.to_owned();
        self.body = head(title);
    }

    fn html(&mut self, html: &str) {
        self.body += html;
    }

    /// A link that works, or that isn't HTTP.
    fn link(&mut self, href: &str) {
        self.body += &format!("<p><a href=\"{href}\">{href}</a></p>\n");
    }

    /// A broken link: its `href`, its target, and the error.
    fn broken(&mut self, href: &str, link: &str, error: &str) {
        self.link(href);
        self.expect_broken(link, error);
    }

    /// The page being written has a link to this target, which is broken.
    fn expect_broken(&mut self, link: &str, error: &str) {
        let absolute = |path: &str| {
            if path.starts_with('/') && !path.starts_with("//") {
                format!("http://{HOST}{path}")
            } else {
                path.to_owned()
            }
        };
        let page = absolute(&self.path);
        self.expected.insert((page, absolute(link), error.to_owned()));
    }

    /// Ends a page.
    fn done(&mut self) {
        let body = std::mem::take(&mut self.body);
        self.site = self.site.clone().also(
            &self.path,
            "text/html; charset=utf-8",
            body,
        );
    }

    /// Pages that work. Some of their links don't.
    fn shelves(&mut self) {
        for (number, shelf) in SHELVES.into_iter().enumerate() {
            self.page(&format!("/shelves/{shelf}"), shelf);
            for book in (1..=BOOKS).filter(|book| book % 12 == number) {
                self.html(&format!("<h2 id=\"book-{book}\">{book}</h2>"));
                self.link(&format!("../books/{book}"));
            }
            self.done();
        }
        for author in 0..AUTHORS {
            self.page(&format!("/authors/{author}"), "An author");
            self.html("<img src=\"/covers/1.png\" alt=\"a portrait\">");
            self.link("/");
            self.done();
        }
        for book in 1..=BOOKS {
            self.book(book);
        }
    }

    fn book(&mut self, book: usize) {
        let shelf = SHELVES[book % 12];
        self.page(&format!("/books/{book}"), &format!("Book {book}"));
        self.link(&format!("../shelves/{shelf}#book-{book}"));
        self.link(&format!("/authors/{}", book % AUTHORS));
        if book < BOOKS {
            self.link(&format!("{}", book + 1));
        }
        if book % 25 == 7 {
            let sequel = format!("/books/{book}/sequel");
            self.broken(&format!("{book}/sequel"), &sequel, NOT_FOUND);
        }
        if book % 40 == 3 {
            let href = format!("../shelves/{shelf}#book-0");
            let link = format!("/shelves/{shelf}#book-0");
            self.broken(&href, &link, "the page has no anchor #book-0");
        }
        self.broken("/newsletter", "/newsletter", NOT_FOUND);
        self.done();
    }

    /// Anchors, and URLs spelt in every way.
    fn help(&mut self) {
        self.page("/faq", "Questions");
        self.html("<h2 id=\"opening\">When?</h2><a name=\"where\">Where?</a>");
        self.html("<h2 id=\"café\">And coffee?</h2>");
        self.done();

        self.page("/help", "Help");
        self.html("<h2 id=\"here\">Here</h2>");
        for href in ["opening", "where", "caf%C3%A9", "", "TOP"] {
            self.link(&format!("/faq#{href}"));
        }
        self.link("/faq#:~:text=coffee");
        self.link("#here");
        self.link("");
        let no_anchor = |name| format!("the page has no anchor #{name}");
        self.broken("/faq#nowhere", "/faq#nowhere", &no_anchor("nowhere"));
        self.broken("#not-here", "/help#not-here", &no_anchor("not-here"));
        for href in ["HTTP://LIBRARY.example:80/faq", "/a/../faq", " ./faq "] {
            self.link(href);
        }
        for href in ["mailto:a@library.example", "tel:+1", "javascript:void(0)"]
        {
            self.link(href);
        }
        self.broken(
            "http://[half",
            "http://[half",
            "not a URL: invalid IPv6 address",
        );
        // A text that would change the colour and the direction of a terminal.
        self.html("<a href=\"/lost\">\x1b[31mred \u{202e}der</a>");
        self.expect_broken("/lost", NOT_FOUND);
        for private in ["pay", "keys"] {
            self.link(&format!("/private/{private}"));
        }
        self.done();

        self.page("/based/here", "A page with another base");
        self.html("<base href=\"/shelves/\"><base href=\"/nowhere/\">");
        self.link("maps");
        self.broken("lost", "/shelves/lost", NOT_FOUND);
        self.done();

        self.page("/files", "Files");
        self.html("<link rel=\"stylesheet\" href=\"/style.css\">");
        self.html("<link rel=\"preconnect\" href=\"http://nobody.example\">");
        self.link("/files/catalogue.pdf");
        self.broken("/files/lost.pdf", "/files/lost.pdf", NOT_FOUND);
        self.html("<img src=\"/covers/2.png\">");
        self.expect_broken("/covers/2.png", NOT_FOUND);
        self.done();
    }

    fn redirects(&mut self) {
        self.page("/old", "Old addresses");
        self.link("/moved");
        self.link("/moved#opening");
        self.link("/moved-twice");
        self.link("/out");
        let no_anchor = "the page has no anchor #nowhere";
        self.broken("/moved#nowhere", "/moved#nowhere", no_anchor);
        self.broken("/moved-lost", "/moved-lost", NOT_FOUND);
        self.broken("/out-lost", "/out-lost", NOT_FOUND);
        self.broken("/circle", "/circle", "redirect loop");
        self.broken("/loop", "/loop", "redirect loop");
        self.broken("/far/0", "/far/0", "too many redirects");
        self.done();
    }

    /// Links to other hosts.
    fn outside(&mut self) {
        self.page("/links", "Friends");
        for href in [
            "http://partner.example/",
            "http://partner.example/guide#any",
            "//partner.example/guide",
            "http://stern.example/",
            "http://busy.example/",
            "http://moved.example/",
        ] {
            self.link(href);
        }
        let mut broken = |href, error| self.broken(href, href, error);
        broken("http://partner.example/lost", NOT_FOUND);
        broken("http://stern.example/lost", NOT_FOUND);
        broken("http://refused.example/", "the connection was refused");
        broken("http://unreachable.example/", "the host cannot be reached");
        broken("http://silent.example/", "timed out");
        broken("http://down.example/", DOWN);
        broken("http://lost.example/", "the connection was refused");
        self.done();
    }

    /// Pages of the site with a fault each.
    fn worn(&mut self) -> Result<(), MockSiteError> {
        self.page("/worn", "The worn corner");
        for (number, (fault, error)) in WORN.into_iter().enumerate() {
            let name = fault.split('?').next().unwrap_or_default();
            let path = format!("/worn/{number}-{name}");
            if error.is_empty() {
                self.link(&path);
            } else {
                self.broken(&path, &path, error);
            }
            let fault: Fault = fault.parse()?;
            let body = filler(name, 2_000, 200);
            self.site = self.site.clone().also_failing(&path, body, fault);
        }
        self.done();
        Ok(())
    }
}

/// Faults of pages, and the error of a link there, or nothing if the link
/// works.
#[rustfmt::skip]
const WORN: [(&str, &str); 32] = [
    ("delay?ms=100", ""),
    ("random-delay?low=1&high=100", ""),
    ("fail-first?n=2&with=reset", ""),
    ("fail-first?n=1&with=429", ""),
    ("redirect?hops=3", ""),
    ("slow-head?pause=1", ""),
    ("dribble?chunks=10&over=300", ""),
    ("stall?after=500&for=100", ""),
    ("slow-close?delay=10", ""),
    ("idle-close?after=10", ""),
    ("close-on-reuse", ""),
    ("charset?as=latin1", ""),
    ("charset?as=unknown", ""),
    ("type?as=pdf", ""),
    ("type?as=none", ""),
    ("type?as=wrong", ""),
    ("title?as=escape", ""),
    ("title?as=huge", ""),
    ("gzip-bomb?size=2", ""),
    ("endless?chunk=100000&pause=0", ""),
    ("status?code=410", "the server returned 410 Gone"),
    ("status?code=503", DOWN),
    ("unstable?rate=1&with=empty", LOST),
    ("redirect-loop", "redirect loop"),
    ("empty", LOST),
    ("reset", LOST),
    ("garbage", "the response is not HTTP"),
    ("truncate?after=500", CUT_OFF),
    ("reset?after=500", CUT_OFF),
    ("bad-chunk", CUT_OFF),
    ("stall?after=500", "timed out"),
    ("hang", "timed out"),
];

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

const LOST: &str = "the connection was lost before a response";
const CUT_OFF: &str = "the response was cut off";
const NOT_FOUND: &str = "the server returned 404 Not Found";
const DOWN: &str = "the server returned 503 Service Unavailable";

fn head(title: &str) -> String {
    format!("<!doctype html><html><title>{title}</title>\n")
}

/// The page from which every other page can be reached.
fn home() -> String {
    let rooms = ["help", "old", "links", "worn", "files", "based/here"];
    let shelves = SHELVES.map(|shelf| format!("shelves/{shelf}"));
    let links = rooms.map(str::to_owned).into_iter().chain(shelves);
    let link = |href| format!("<a href=\"{href}\">{href}</a>\n");
    head("The library") + &links.map(link).collect::<String>()
}

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
    use super::*;

    #[test]
    fn every_fault_of_the_catalogue_occurs_on_the_site() {
        let faults = WORN.map(|(fault, _)| fault).into_iter();
        let faults = faults.chain(FAILING.map(|(_, fault)| fault));
        testkit::check_fault_table("WORN", file!(), faults);
    }
}
