//! The pages of the library.

use std::collections::BTreeSet;

use mock_server::{Fault, FaultError, Site, page as filler};

/// The host of the site.
pub const HOST: &str = "library.example";

/// A broken link: the page it's on, its target, and its error as the report
/// prints it.
pub type ExpectedLink = (String, String, String);

const SHELVES: [&str; 12] = [
    "fiction", "science", "history", "poems", "travel", "music", "maps", "law",
    "cooking", "gardens", "children", "letters",
];
const BOOKS: usize = 150;
const AUTHORS: usize = 25;

/// The site while it's being built, and what's broken on it so far.
pub struct Library {
    pub site: Site,
    pub expected: BTreeSet<ExpectedLink>,
    /// The path of the page that's being written.
    path: String,
    /// The HTML of that page so far.
    body: String,
}

impl Library {
    /// A library without pages.
    pub fn new() -> Library {
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
    pub fn shelves(&mut self) {
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
    pub fn help(&mut self) {
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

    pub fn redirects(&mut self) {
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
    pub fn outside(&mut self) {
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
    pub fn worn(&mut self) -> Result<(), FaultError> {
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
pub const WORN: [(&str, &str); 41] = [
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
    ("endless?chunk=1000000&pause=0", ""),
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
    ("interim?of=103&n=2", ""),
    ("trailers", ""),
    ("length?as=none", ""),
    ("length?as=twice", "the response is not HTTP"),
    ("head?as=folded", ""),
    ("head?as=many", "the head of the response is too large"),
    ("in-turn?of=503,reset,ok", ""),
    ("at-most?n=1", ""),
    ("encoding?as=unknown", ""),
];

const LOST: &str = "the connection was lost before a response";
const CUT_OFF: &str = "the response was cut off";
const NOT_FOUND: &str = "the server returned 404 Not Found";
const DOWN: &str = "the server returned 503 Service Unavailable";

fn head(title: &str) -> String {
    format!("<!doctype html><html><title>{title}</title>\n")
}

/// The page from which every other page can be reached.
pub fn home() -> String {
    let rooms = ["help", "old", "links", "worn", "files", "based/here"];
    let shelves = SHELVES.map(|shelf| format!("shelves/{shelf}"));
    let links = rooms.map(str::to_owned).into_iter().chain(shelves);
    let link = |href| format!("<a href=\"{href}\">{href}</a>\n");
    head("The library") + &links.map(link).collect::<String>()
}
