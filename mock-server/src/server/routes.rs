//! What a request asks for.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::HOST;
use hyper::http::request;
use hyper::{Method, Response, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use tokio::sync::mpsc;
use url::form_urlencoded;

use super::direct::{Direct, Format};
use super::endpoints::Endpoint;
use super::gate::{Gate, Gates};
#[cfg(feature = "tls")]
use super::index_page::HttpsPorts;
use super::index_page::{Index, index_page};
use super::parameters::{Parameters, given_twice, number};
use super::port::{DOWN, OwnPort, Port};
use super::refusal::Refusal;
use super::wait::Wait;
use crate::fault::{Fault, FaultError};
use crate::response::html;
#[cfg(feature = "tls")]
use crate::response::typed;
use crate::site::Site;
use crate::watch::choices::Choices;
use crate::watch::hub::Hub;
use crate::watch::origin::check_origin;
use crate::watch::reply::{Reply, reply};

/// The longest delay of a login and of a logout: next to a page they take hardly any time.
const SESSION: Duration = Duration::from_millis(100);

/// What one port serves.
pub(crate) enum Routes {
    /// One site, as a real site has an origin of its own.
    Site { site: Site, gate: Option<Arc<Gate>>, choices: Arc<Choices> },
    /// The whole web, for any client.
    Program(Program),
}

/// All sites and faults by path.
#[derive(Clone, Default)]
pub(crate) struct Program {
    pub sites: Vec<Site>,
    pub gate: Option<Arc<Gate>>,
    pub gates: Arc<Gates>,
    pub choices: Arc<Choices>,
    /// The live page, if there's one.
    pub hub: Option<Arc<Hub>>,
    /// Whether the port has https.
    pub is_https: bool,
    /// The ports that have https.
    #[cfg(feature = "tls")]
    pub https: Option<HttpsPorts>,
    /// Ports of their own for what concerns a port.
    pub own_ports: Vec<OwnPort>,
    /// The one of these that can be taken down.
    pub down: Option<Arc<Port>>,
}

/// A request understood.
pub(super) enum Matched {
    /// It's for the web, and goes into the record.
    Web(Route),
    /// It's about the web: an index, a timeline.
    Direct(Direct),
    /// It's a live page's: events without end.
    Events(Response<mpsc::Receiver<Bytes>>),
}

/// How a request for the web is answered.
pub(crate) struct Route {
    /// The site it's for, or empty.
    pub site: String,
    /// The path it's recorded with.
    pub path: String,
    /// What a fault that counts requests takes for one address.
    pub address: String,
    pub gate: Option<Arc<Gate>>,
    pub delay: Duration,
    pub fault: Option<Fault>,
    pub source: Source,
}

/// Where a response comes from.
pub(crate) enum Source {
    /// The server itself: a few words.
    Text(String),
    /// The server itself: a site's page.
    Page(Bytes),
    /// The server itself: an endpoint.
    Endpoint(Endpoint),
    /// wiremock, asked for this path of this host.
    Wiremock { host: String, path: String },
}

impl Routes {
    pub(super) fn find(&self, head: &request::Parts) -> Result<Matched, Refusal> {
        let uri = &head.uri;
        if head.method == Method::CONNECT {
            return Err(Refusal::of_method("GET", "this is a site, not a proxy"));
        }
        match self {
            Routes::Site { site, gate, choices } => {
                Ok(Matched::Web(of_site(site, head, path_and_query(uri), gate.clone(), choices)?))
            }
            Routes::Program(program) => match program.route(head)? {
                Some(route) => Ok(Matched::Web(route)),
                None => match program.hub.as_ref().and_then(|hub| reply(hub, head)) {
                    Some(Reply::Whole(response)) => Ok(Matched::Direct(Direct::Ready(response))),
                    Some(Reply::Events(response)) => Ok(Matched::Events(response)),
                    None => program.direct(head).map(Matched::Direct),
                },
            },
        }
    }
}

fn of_site(
    site: &Site,
    head: &request::Parts,
    path: String,
    gate: Option<Arc<Gate>>,
    choices: &Choices,
) -> Result<Route, Refusal> {
    let without_query = path.split('?').next().unwrap_or_default();
    let endpoint = if site.has_endpoints { Endpoint::find(&decoded(without_query), head)? } else { None };
    let source = match endpoint {
        Some(endpoint) => Source::Endpoint(endpoint),
        None if site.by_front => Source::Page(site.page.clone()),
        None => Source::Wiremock { host: site.name.clone(), path: path.clone() },
    };
    let (fault, address) = choices.fault(site, without_query);
    let delay = match without_query {
        "/login" | "/logout" => site.delay.min(SESSION),
        _ => site.delay,
    };
    Ok(Route { site: site.name.clone(), source, path, address, gate, delay, fault })
}

fn path_and_query(uri: &Uri) -> String {
    // `OPTIONS *` asks for no path.
    uri.path_and_query()
        .map(|path| path.as_str())
        .filter(|path| path.starts_with('/'))
        .unwrap_or("/")
        .to_owned()
}

/// A part of a path as it's meant: `%66ault` is `fault`.
fn decoded(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

impl Program {
    /// How a request for the web is answered; `None` if the request is about the web.
    pub fn route(&self, head: &request::Parts) -> Result<Option<Route>, Refusal> {
        let uri = &head.uri;
        let path = uri.path();
        let query = uri.query().unwrap_or_default();
        if let Some(endpoint) = Endpoint::find(&decoded(path), head)? {
            return Ok(Some(of_server(path_and_query(uri), Source::Endpoint(endpoint))));
        }
        let Some((place, rest)) = path.strip_prefix('/').and_then(|path| path.split_once('/')) else {
            return Ok(None);
        };
        let route = match decoded(place).as_str() {
            "site" => self.site(head, rest, query)?,
            "fault" => self.fault(&decoded(rest), path_and_query(uri), query)?,
            "delay" => {
                Parameters::of("a delay", query, &[], "/delay/500")?;
                let milliseconds = number(&decoded(rest), 0, 600_000, "a delay", "ms", "/delay/500")?;
                let mut route =
                    of_server(path_and_query(uri), Source::Text(format!("after {milliseconds} ms\n")));
                route.delay = Duration::from_millis(milliseconds);
                route
            }
            "gate" => {
                let gate = self.gate(&decoded(rest), query)?;
                let mut route =
                    of_server(path_and_query(uri), Source::Text(format!("{} at once\n", gate.size())));
                route.gate = Some(gate);
                route
            }
            _ => return Ok(None),
        };
        Ok(Some(route))
    }

    fn site(&self, head: &request::Parts, rest: &str, query: &str) -> Result<Route, Refusal> {
        let (name, path) = rest.split_once('/').unwrap_or((rest, ""));
        let site = self.find(&decoded(name))?;
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        of_site(site, head, format!("/{path}{query}"), self.gate.clone(), &self.choices)
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

    fn fault(&self, name: &str, path: String, query: &str) -> Result<Route, Refusal> {
        // `site` chooses the page, and `hop` says where a redirect has sent the client; all others are the fault's.
        let (mut site, mut hop, mut rest) = (None, false, form_urlencoded::Serializer::new(String::new()));
        for (parameter, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*parameter {
                "site" if site.is_some() => return Err(given_twice("site", "/fault/hang?site=python.org")),
                "hop" if hop => return Err(given_twice("hop", "/fault/redirect?hops=3&hop=1")),
                "site" => site = Some(self.find(&value)?),
                "hop" => hop = true,
                _ => {
                    rest.append_pair(&parameter, &value);
                }
            }
        }
        // A `?` that was percent-encoded belongs to the name.
        let name = name.replace('?', "%3F");
        let fault: Fault = format!("{name}?{}", rest.finish())
            .parse()
            .map_err(|error: FaultError| Refusal::new(StatusCode::BAD_REQUEST, error.to_string()))?;
        if fault.needs_own_port() {
            let port = self.own_ports.iter().find(|port| port.name == name);
            return Err(match port.map(|port| port.url.as_str()) {
                Some(url) => Refusal::elsewhere(url, format!("`{name}` has a port of its own: {url}")),
                None => Refusal::new(
                    StatusCode::BAD_REQUEST,
                    format!("`{name}` concerns the port, so it can't be a page of this one"),
                ),
            });
        }
        let site = site.or(self.sites.first());
        let host = site.map(|site| site.name.clone()).unwrap_or_default();
        let address = format!("/fault {host}");
        let source = match site {
            Some(site) if site.by_front => Source::Page(site.page.clone()),
            _ => Source::Wiremock { host, path: "/".to_owned() },
        };
        Ok(Route {
            site: String::new(),
            path,
            address,
            gate: None,
            delay: Duration::ZERO,
            fault: Some(fault),
            source,
        })
    }

    fn gate(&self, size: &str, query: &str) -> Result<Arc<Gate>, Refusal> {
        const EXAMPLE: &str = "/gate/4?wait=2000";
        let size = number(size, 1, 100_000, "a gate", "requests", EXAMPLE)?;
        let parameters = Parameters::of("a gate", query, &["wait"], EXAMPLE)?;
        let wait = parameters.number("wait", 1, 600_000, "ms")?.unwrap_or(2000);
        self.gates.get(size as usize, Duration::from_millis(wait)).ok_or_else(|| {
            let words = "clients are waiting at too many gates; use fewer, or wait until some have opened";
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, words)
        })
    }

    fn direct(&self, head: &request::Parts) -> Result<Direct, Refusal> {
        let path = decoded(head.uri.path());
        // As the client knows it, without anything that isn't the name of a host.
        let is_host =
            |host: &&str| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
        let host = head.headers.get(HOST).and_then(|host| host.to_str().ok()).filter(|host| !host.is_empty());
        let host = host.filter(is_host).unwrap_or("127.0.0.1");
        let scheme = if self.is_https { "https" } else { "http" };
        match (&head.method, path.as_str()) {
            (_, "/") => {
                let index = Index {
                    sites: &self.sites,
                    own_ports: &self.own_ports,
                    scheme,
                    host,
                    has_live_page: self.hub.is_some(),
                    #[cfg(feature = "tls")]
                    https: self.https.as_ref(),
                };
                Ok(Direct::Ready(html(index_page(&index).into())))
            }
            #[cfg(feature = "tls")]
            (_, "/ca.pem") if let Some(https) = &self.https => {
                Ok(Direct::Ready(typed("application/x-pem-file", https.ca_pem.clone().into())))
            }
            (_, "/timeline") => Ok(Direct::Timeline(Format::Text)),
            (_, "/timeline.svg") => Ok(Direct::Timeline(Format::Svg)),
            (_, "/timeline.json") => Ok(Direct::Timeline(Format::Json)),
            (_, "/counted") => {
                const EXAMPLE: &str = "/counted?key=orders";
                let query = head.uri.query().unwrap_or_default();
                let parameters = Parameters::of("a count", query, &["key"], EXAMPLE)?;
                Ok(Direct::Counted(parameters.get("key").unwrap_or_default().to_owned()))
            }
            (_, "/wait") => Ok(Direct::Wait(Wait::read(head.uri.query().unwrap_or_default())?)),
            (&Method::POST, "/reset-record") => {
                check_origin(head).map_err(|words| Refusal::new(StatusCode::FORBIDDEN, words))?;
                self.gates.forget_all();
                Ok(Direct::ResetRecord)
            }
            (&Method::POST, "/down") => {
                check_origin(head).map_err(|words| Refusal::new(StatusCode::FORBIDDEN, words))?;
                let query = head.uri.query().unwrap_or_default();
                let parameters = Parameters::of("`/down`", query, &["for"], DOWN)?;
                let time = parameters.number("for", 1, 600_000, "ms")?.unwrap_or(1_000);
                let port = self.down.as_ref().ok_or_else(|| {
                    Refusal::new(StatusCode::NOT_FOUND, "this web has no port that can be taken down")
                })?;
                Ok(Direct::TakeDown { port: Arc::clone(port), time: Duration::from_millis(time) })
            }
            (_, "/down") => {
                let words = format!(
                    "this takes a site down, so it needs POST: curl -X POST '{scheme}://{host}{DOWN}'"
                );
                Err(Refusal::of_method("POST", words))
            }
            (_, "/reset-record") => {
                let words = format!(
                    "this changes the record, so it needs POST: curl -X POST {scheme}://{host}/reset-record"
                );
                Err(Refusal::of_method("POST", words))
            }
            _ => {
                let words = format!("nothing is at `{path}`; {scheme}://{host}/ lists what there is");
                Err(Refusal::new(StatusCode::NOT_FOUND, words))
            }
        }
    }
}

/// A route that the server answers itself, in bounded memory.
fn of_server(path: String, source: Source) -> Route {
    Route {
        site: String::new(),
        path,
        address: String::new(),
        gate: None,
        delay: Duration::ZERO,
        fault: None,
        source,
    }
}
