//! What a request asks for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::http::request;
use hyper::{Method, Response, StatusCode, Uri};
use url::form_urlencoded;

use crate::fault::{Fault, FaultError};
use crate::front::{Front, html, text};
use crate::gate::Gate;
use crate::index::index;
use crate::site::Site;
use crate::timeline::{self, Panel};

/// The longest delay of a login and of a logout: beside a page they take no time to speak of.
const SESSION: Duration = Duration::from_millis(100);

/// A request understood: what is to be done for it.
pub(crate) struct Order {
    /// The site it is for, or nothing.
    pub site: String,
    /// The path it is recorded with.
    pub path: String,
    pub gate: Option<Arc<Gate>>,
    pub delay: Duration,
    pub fault: Option<Fault>,
    pub source: Source,
}

/// Where the answer comes from.
pub(crate) enum Source {
    /// The front itself, in bounded memory.
    Text(String),
    /// The front itself, a site's page.
    Page(Bytes),
    /// wiremock, asked for this path of this host.
    Wiremock { host: String, path: String },
}

/// What one port serves.
pub(crate) enum Routes {
    /// One site, as a real site has an origin of its own.
    Site { site: Site, gate: Option<Arc<Gate>> },
    /// The whole web, for any client.
    Program(Program),
}

/// All sites and faults by path.
pub(crate) struct Program {
    sites: Vec<Site>,
    gate: Option<Arc<Gate>>,
    gates: Mutex<HashMap<(u64, u64), Arc<Gate>>>,
}

/// What is to be done for a request.
pub(crate) enum Asked {
    /// It is for the web, and goes into the record.
    Web(Order),
    /// It is about the web (an index, a timeline, a word on what was wrong): here is the answer.
    Direct(Response<Bytes>),
}

/// The front's own word on why a request does not get what it asks for.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    words: String,
}

impl Refusal {
    pub fn new(status: StatusCode, words: impl Into<String>) -> Refusal {
        Refusal { status, words: words.into() }
    }

    pub fn into_response(self) -> Response<Bytes> {
        text(self.status, self.words + "\n")
    }
}

impl Routes {
    pub fn ask(&self, head: &request::Parts, front: &Front) -> Asked {
        let uri = &head.uri;
        if head.method == Method::CONNECT {
            let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "this is a site, not a proxy");
            return Asked::Direct(refusal.into_response());
        }
        match self {
            Routes::Site { site, gate } => Asked::Web(of_site(site, path_and_query(uri), gate.clone())),
            Routes::Program(program) => match program.order(uri) {
                Ok(Some(order)) => Asked::Web(order),
                Ok(None) => Asked::Direct(program.direct(head, front)),
                Err(refusal) => Asked::Direct(refusal.into_response()),
            },
        }
    }
}

fn of_site(site: &Site, path: String, gate: Option<Arc<Gate>>) -> Order {
    let source = if site.by_front {
        Source::Page(site.page.clone())
    } else {
        Source::Wiremock { host: site.name.clone(), path: path.clone() }
    };
    let without_query = path.split('?').next().unwrap_or_default();
    let other = site.others.iter().find(|other| other.path == without_query);
    let own = other.and_then(|other| other.fault.clone());
    let fault = own.or_else(|| site.fault.clone());
    let delay = match without_query {
        "/login" | "/logout" => site.delay.min(SESSION),
        _ => site.delay,
    };
    Order { site: site.name.clone(), source, path, gate, delay, fault }
}

fn path_and_query(uri: &Uri) -> String {
    // `OPTIONS *` asks for no path.
    uri.path_and_query()
        .map(|path| path.as_str())
        .filter(|path| path.starts_with('/'))
        .unwrap_or("/")
        .to_owned()
}

impl Program {
    pub fn new(sites: Vec<Site>, gate: Option<Arc<Gate>>) -> Program {
        Program { sites, gate, gates: Mutex::default() }
    }

    /// What is asked of the web; `None` where the request is about it.
    pub fn order(&self, uri: &Uri) -> Result<Option<Order>, Refusal> {
        let path = uri.path();
        let query = uri.query().unwrap_or_default();
        let order = if let Some(rest) = path.strip_prefix("/site/") {
            self.site(rest, query)?
        } else if let Some(name) = path.strip_prefix("/fault/") {
            self.fault(name, path_and_query(uri), query)?
        } else if let Some(text) = path.strip_prefix("/delay/") {
            if !query.is_empty() {
                let words = format!("a delay has no parameter, so not `{query}`; for example /delay/500");
                return Err(Refusal::new(StatusCode::BAD_REQUEST, words));
            }
            let milliseconds = number(text, 0, 600_000, "a delay", "ms", "/delay/500")?;
            let mut order = of_front(path_and_query(uri), format!("after {milliseconds} ms\n"));
            order.delay = Duration::from_millis(milliseconds);
            order
        } else if let Some(text) = path.strip_prefix("/gate/") {
            let gate = self.gate(text, query)?;
            let mut order = of_front(path_and_query(uri), format!("{} at once\n", gate.size()));
            order.gate = Some(gate);
            order
        } else {
            return Ok(None);
        };
        Ok(Some(order))
    }

    fn site(&self, rest: &str, query: &str) -> Result<Order, Refusal> {
        let (name, path) = rest.split_once('/').unwrap_or((rest, ""));
        let site = self.find(name)?;
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        Ok(of_site(site, format!("/{path}{query}"), self.gate.clone()))
    }

    fn find(&self, name: &str) -> Result<&Site, Refusal> {
        self.sites.iter().find(|site| site.name == name).ok_or_else(|| {
            let names: Vec<_> = self.sites.iter().map(|site| site.name.as_str()).collect();
            Refusal::new(
                StatusCode::NOT_FOUND,
                format!("no site is called `{name}`; there are: {}", names.join(", ")),
            )
        })
    }

    fn fault(&self, name: &str, path: String, query: &str) -> Result<Order, Refusal> {
        // `site` chooses the page, `hop` is where a redirect has sent the client; all others are the fault's.
        let (mut site, mut rest) = (None, form_urlencoded::Serializer::new(String::new()));
        for (parameter, value) in form_urlencoded::parse(query.as_bytes()) {
            if parameter == "site" {
                site = Some(self.find(&value)?);
            } else if parameter != "hop" {
                rest.append_pair(&parameter, &value);
            }
        }
        let fault: Fault = format!("{name}?{}", rest.finish())
            .parse()
            .map_err(|error: FaultError| Refusal::new(StatusCode::BAD_REQUEST, error.to_string()))?;
        if fault.needs_own_port() {
            return Err(Refusal::new(
                StatusCode::BAD_REQUEST,
                format!(
                    "`{name}` is a matter of the port, so it cannot be a page of this one; \
                     it needs the library, where each site has a port of its own"
                ),
            ));
        }
        let host = site.or(self.sites.first()).map(|site| site.name.clone()).unwrap_or_default();
        let source = Source::Wiremock { host, path: "/".to_owned() };
        Ok(Order { site: String::new(), path, gate: None, delay: Duration::ZERO, fault: Some(fault), source })
    }

    fn gate(&self, size: &str, query: &str) -> Result<Arc<Gate>, Refusal> {
        const EXAMPLE: &str = "/gate/4?wait=2000";
        let size = number(size, 1, 100_000, "a gate", "requests", EXAMPLE)?;
        let mut wait = 2000;
        for (parameter, value) in form_urlencoded::parse(query.as_bytes()) {
            if parameter != "wait" {
                let words =
                    format!("a gate has no parameter `{parameter}`; it takes wait, for example {EXAMPLE}");
                return Err(Refusal::new(StatusCode::BAD_REQUEST, words));
            }
            wait = number(&value, 1, 600_000, "`wait`", "ms", EXAMPLE)?;
        }
        let mut gates = self.gates.lock().expect("no code that holds this lock panics");
        let gate = gates
            .entry((size, wait))
            .or_insert_with(|| Arc::new(Gate::new(size as usize, Duration::from_millis(wait))));
        Ok(Arc::clone(gate))
    }

    fn direct(&self, head: &request::Parts, front: &Front) -> Response<Bytes> {
        let (method, path) = (&head.method, head.uri.path());
        // As the client knows it; what is no name of a host is not repeated.
        let is_host =
            |host: &&str| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
        let host =
            head.headers.get(HOST).and_then(|host| host.to_str().ok()).filter(is_host).unwrap_or("127.0.0.1");
        let panel = || Panel::new("so far", front.recorder.snapshot());
        match (method, path) {
            (_, "/") => html(index(&self.sites, host).into()),
            (_, "/timeline") => {
                text(StatusCode::OK, timeline::text(&panel(), timeline::WIDTH, Duration::ZERO))
            }
            (_, "/timeline.svg") => typed("image/svg+xml", timeline::svg(&[panel()])),
            (_, "/timeline.json") => typed("application/json", timeline::json(&front.recorder.snapshot())),
            (&Method::POST, "/reset-record") => {
                front.recorder.reset();
                front.counts.reset();
                self.gates.lock().expect("no code that holds this lock panics").clear();
                text(StatusCode::OK, "the record is empty and the gates are shut\n".to_owned())
            }
            (_, "/reset-record") => {
                let words = format!(
                    "this changes the record, so it wants POST: curl -X POST http://{host}/reset-record\n"
                );
                text(StatusCode::METHOD_NOT_ALLOWED, words)
            }
            _ => text(
                StatusCode::NOT_FOUND,
                format!("nothing is at `{path}`; http://{host}/ lists what there is\n"),
            ),
        }
    }
}

fn typed(content_type: &'static str, words: String) -> Response<Bytes> {
    let mut answer = text(StatusCode::OK, words);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

fn of_front(path: String, answer: String) -> Order {
    Order {
        site: String::new(),
        path,
        gate: None,
        delay: Duration::ZERO,
        fault: None,
        source: Source::Text(answer),
    }
}

/// A whole number within bounds, or a refusal that says what would be right.
fn number(value: &str, least: u64, most: u64, what: &str, unit: &str, example: &str) -> Result<u64, Refusal> {
    value.parse().ok().filter(|number| (least..=most).contains(number)).ok_or_else(|| {
        let words = format!(
            "{what} is a whole number from {least} to {most} ({unit}), not `{value}`, for example {example}"
        );
        Refusal::new(StatusCode::BAD_REQUEST, words)
    })
}
