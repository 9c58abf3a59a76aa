//! The programs: their names, and how each is started.

/// A program.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Its name in tables.
    pub name: &'static str,
    /// What to start.
    pub start: Start,
    /// The arguments before the number.
    pub arguments: &'static [&'static str],
}

/// What to start.
#[derive(Clone, Copy, Debug)]
pub enum Start {
    /// A binary of this package: `peer-` and this.
    Rust(&'static str),
    /// A file in the folder `python`, and the modules it imports.
    Python(&'static str, &'static [&'static str]),
}

const fn rust(name: &'static str, binary: &'static str) -> Program {
    Program { name, start: Start::Rust(binary), arguments: &[] }
}

const fn python(name: &'static str, script: &'static str, modules: &'static [&'static str]) -> Program {
    Program { name, start: Start::Python(script, modules), arguments: &[] }
}

impl Program {
    const fn with(self, arguments: &'static [&'static str]) -> Program {
        Program { arguments, ..self }
    }
}

// Clients in Rust.

/// The yardstick beside every client: the fastest client we know how to write for this server.
pub const RAW_SOCKETS: Program = rust("raw sockets", "raw-socket");
pub(crate) const JOIN_SET: Program = rust("reqwest, JoinSet", "join-set");
/// One thread for everything, as Python has it.
pub(crate) const JOIN_SET_ONE_THREAD: Program =
    rust("reqwest, JoinSet, one thread", "join-set").with(&["--one-thread"]);
pub(crate) const JOIN_ALL: Program = rust("reqwest, join_all", "join-all");
pub(crate) const BUFFER_UNORDERED: Program = rust("reqwest, buffer_unordered", "buffer-unordered");
pub(crate) const UREQ: Program = rust("ureq, threads", "ureq-threads");
/// ureq's two buffers have 128 KB each by default.
pub(crate) const UREQ_SMALL: Program =
    rust("ureq, threads, buffers of 4 KB", "ureq-threads").with(&["--buffers", "4096"]);
pub(crate) const HYPER: Program = rust("hyper", "hyper");
/// hyper's buffers for reading and for writing have 8 KB each by default.
pub(crate) const HYPER_SMALL: Program =
    rust("hyper, reading into 1 KB", "hyper").with(&["--buffers", "1024"]);
/// It fetches nothing, so its answers are zeros.
pub const BARE_TASK: Program = rust("a bare task", "bare-task");

// Clients in Python.

pub(crate) const AIOHTTP: Program = python("Python: aiohttp, gather", "fetch_aiohttp.py", &["aiohttp"]);
pub(crate) const AIOHTTP_UVLOOP: Program =
    python("Python: aiohttp, gather, uvloop", "fetch_aiohttp.py", &["aiohttp", "uvloop"]).with(&["uvloop"]);
pub(crate) const AIOHTTP_WORKERS: Program =
    python("Python: aiohttp, workers", "fetch_aiohttp_workers.py", &["aiohttp"]);
pub(crate) const AIOHTTP_WORKERS_UVLOOP: Program =
    python("Python: aiohttp, workers, uvloop", "fetch_aiohttp_workers.py", &["aiohttp", "uvloop"])
        .with(&["uvloop"]);
pub(crate) const REQUESTS_POOL: Program =
    python("Python: requests, thread pool", "fetch_requests_pool.py", &["requests"]);
pub(crate) const REQUESTS: Program =
    python("Python: requests, in turn", "fetch_requests_in_turn.py", &["requests"]);

// Parsers.

pub(crate) const SCRAPER: Program = rust("scraper", "titles-scraper");
pub(crate) const LOL_HTML: Program = rust("lol_html", "titles-lol-html");
pub(crate) const LOL_HTML_UP_TO_TITLE: Program = rust("lol_html up to the title", "titles-up-to-the-title");
pub(crate) const SOUP: Program =
    python("Python: BeautifulSoup, html.parser", "titles_soup.py", &["bs4"]).with(&["html.parser"]);
pub(crate) const SOUP_LXML: Program =
    python("Python: BeautifulSoup, lxml", "titles_soup.py", &["bs4", "lxml"]).with(&["lxml"]);
pub(crate) const LXML: Program = python("Python: lxml", "titles_lxml.py", &["lxml"]);
pub(crate) const LXML_UP_TO_TITLE: Program =
    python("Python: lxml up to the title", "titles_lxml_pull.py", &["lxml"]);
pub(crate) const SELECTOLAX: Program = python("Python: selectolax", "titles_selectolax.py", &["selectolax"]);
