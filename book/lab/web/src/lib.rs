//! A model of the web: sites that respond on the page's clock.
//!
//! A site sends its response as soon as it's due, whether or not the client's future is polled, as a real site does.
//! So a response is a list of moments, made when the request arrives. The client waits for these moments, and the
//! record of the site is made from them, too.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use event_log::{Event, Exchange, Outcome, milliseconds};
use tokio::time::Instant;

/// The longest delay of a login and of a logout, as in the lessons' mock web.
const SESSION: Duration = Duration::from_millis(100);

/// Where the client's connections run. It makes a difference only for code that blocks its thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connections {
    /// Nowhere: nothing blocks, so connecting takes no turn, and a run has fewer events.
    #[default]
    Simple,
    /// On the runtime's other threads. A new connection takes a turn of the future that needs it. After that, a request
    /// is sent and its response arrives even while this thread is blocked.
    OtherThreads,
    /// On the program's only thread. While it's blocked, nothing is sent and nothing arrives.
    ThisThread,
}

/// How a site misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It refuses the connection.
    Refused,
    /// It never completes a connection.
    Unreachable,
    /// It never responds.
    Silent,
    /// It sends its page in pieces.
    Dribble {
        /// How many.
        pieces: u32,
        /// The time from the first one to the last one.
        over: Duration,
    },
    /// It breaks the connection instead of sending a response.
    Reset,
    /// It breaks the connection after this many bytes of its page.
    Cut {
        /// The number of bytes.
        after: usize,
    },
    /// It responds with this status, and without a page.
    Status {
        /// The status.
        code: u16,
        /// The response's `Retry-After`, in seconds.
        retry_after: Option<u64>,
    },
    /// It takes this long instead of its delay.
    Slow {
        /// The delay.
        delay: Duration,
    },
}

/// A site.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its name. Its URL is `http://NAME/`.
    pub name: String,
    /// From the arrival of a request to the response.
    pub delay: Duration,
    /// The size of its page.
    pub bytes: usize,
    /// How many words the page has.
    pub words: usize,
    /// How it misbehaves.
    pub fault: Option<Fault>,
    /// How many requests the fault is for; `None` for all of them.
    pub times: Option<usize>,
}

impl Site {
    /// A site that responds after a delay.
    pub fn new(name: &str, delay: Duration, bytes: usize, words: usize) -> Site {
        Site { name: name.to_owned(), delay, bytes, words, fault: None, times: None }
    }

    /// The same site with a fault.
    pub fn fault(self, fault: Fault) -> Site {
        Site { fault: Some(fault), ..self }
    }

    /// The same site, whose fault is only for its first requests.
    pub fn first(self, times: usize) -> Site {
        Site { times: Some(times), ..self }
    }
}

/// What happens to a request that arrives, with the moments at which it happens.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The response's `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
    /// When the response begins.
    pub head: Instant,
    /// When each piece of the page arrives, and its bytes.
    pub pieces: Vec<(Instant, usize)>,
    /// How many words the page has.
    pub words: usize,
    /// Whether the connection breaks after the last piece.
    pub is_cut: bool,
}

/// What a client gets from a site.
#[derive(Debug)]
pub enum Reply {
    /// The connection is refused.
    Refused,
    /// There's never a connection.
    Unreachable,
    /// There's no site of that name.
    NoSuchSite,
    /// There's never a response.
    Silence(Open),
    /// The connection breaks at that moment instead of a response.
    Reset(Open, Instant),
    /// A response.
    Response(Open, Response),
}

/// A request that has arrived at a site. Dropping it closes the connection.
#[derive(Debug)]
pub struct Open {
    request: usize,
}

/// What a site does with a request, as far as that's known.
struct Progress {
    exchange: Exchange,
    /// When each piece is sent, and its bytes.
    schedule: Vec<(u64, usize)>,
    /// Whether the site breaks the connection at the end of the schedule.
    is_cut: bool,
    /// Whether the response has an end.
    has_end: bool,
    is_logged: bool,
}

#[derive(Default)]
struct Web {
    sites: BTreeMap<String, Site>,
    connections: Connections,
    /// How many connections to each site are open and unused.
    unused: BTreeMap<String, usize>,
    /// How many requests each site has got.
    requests: BTreeMap<String, usize>,
    progress: Vec<Progress>,
}

thread_local! {
    static WEB: RefCell<Web> = RefCell::default();
}

/// Starts a web with these sites.
pub fn start(sites: impl IntoIterator<Item = Site>) {
    let sites = sites.into_iter().map(|site| (site.name.clone(), site)).collect();
    WEB.set(Web { sites, ..Web::default() });
}

/// Says where the connections of the web that was started run.
pub fn run_connections(connections: Connections) {
    WEB.with_borrow_mut(|web| web.connections = connections);
}

/// Where the connections run.
pub fn connections() -> Connections {
    WEB.with_borrow(|web| web.connections)
}

/// Takes an unused connection to a site. If there's none, the client has to make one.
pub fn take_connection(host: &str) -> bool {
    WEB.with_borrow_mut(|web| match web.unused.get_mut(host) {
        Some(unused) if *unused > 0 => {
            *unused -= 1;
            true
        }
        _ => false,
    })
}

/// Ends the web: logs the exchanges whose end no client waited for.
pub fn stop() {
    WEB.with_borrow_mut(|web| {
        let now = event_log::now();
        for progress in &mut web.progress {
            progress.log(now, Outcome::InFlight);
        }
    });
}

/// Sends a request to a site.
pub fn request(host: &str, path: &str) -> Reply {
    WEB.with_borrow_mut(|web| web.request(host, path))
}

impl Web {
    fn request(&mut self, host: &str, path: &str) -> Reply {
        let Some(site) = self.sites.get(host) else { return Reply::NoSuchSite };
        let earlier = self.requests.entry(host.to_owned()).or_default();
        let fault = site.fault.filter(|_| site.times.is_none_or(|times| *earlier < times));
        match fault {
            Some(Fault::Refused) => return Reply::Refused,
            Some(Fault::Unreachable) => return Reply::Unreachable,
            _ => *earlier += 1,
        }
        let fault =
            if path == "/missing" { Some(Fault::Status { code: 404, retry_after: None }) } else { fault };
        let delay = match (fault, path) {
            (Some(Fault::Slow { delay }), _) => delay,
            (_, "/login" | "/logout") => site.delay.min(SESSION),
            _ => site.delay,
        };
        let head = Instant::now() + delay;
        let mut response = Response {
            status: 200,
            retry_after: None,
            head,
            pieces: vec![(head, site.bytes)],
            words: site.words,
            is_cut: false,
        };
        match fault {
            Some(Fault::Dribble { pieces, over }) => {
                let pieces = pieces.max(1);
                let size = site.bytes / pieces as usize;
                let pauses = (pieces - 1).max(1);
                response.pieces = (0..pieces).map(|piece| (head + over * piece / pauses, size)).collect();
                // The last piece has the rest.
                if let Some((_, last)) = response.pieces.last_mut() {
                    *last = site.bytes - size * (pieces as usize - 1);
                }
            }
            Some(Fault::Cut { after }) => {
                response.pieces = vec![(head, after.min(site.bytes))];
                response.is_cut = true;
            }
            Some(Fault::Status { code, retry_after }) => {
                (response.status, response.retry_after) = (code, retry_after);
                response.pieces = vec![(head, 0)];
            }
            _ => {}
        }
        // A path that takes a POST has no page.
        if matches!(path, "/login" | "/logout") {
            response.pieces = vec![(head, 0)];
        }
        let open = self.open(host, path, fault, &response);
        match fault {
            Some(Fault::Silent) => Reply::Silence(open),
            Some(Fault::Reset) => Reply::Reset(open, head),
            _ => Reply::Response(open, response),
        }
    }

    fn open(&mut self, host: &str, path: &str, fault: Option<Fault>, response: &Response) -> Open {
        let request = self.progress.len();
        let site = if path == "/" { host.to_owned() } else { format!("{host}{path}") };
        let (start, now) = (event_log::now(), Instant::now());
        let at = |time: Instant| start + milliseconds(time.duration_since(now));
        let schedule = match fault {
            Some(Fault::Silent) => Vec::new(),
            _ => response.pieces.iter().map(|&(time, bytes)| (at(time), bytes)).collect(),
        };
        let is_reset = fault == Some(Fault::Reset);
        event_log::push(Event::Request { request, site: site.clone() });
        self.progress.push(Progress {
            exchange: Exchange {
                request,
                site,
                start,
                pieces: Vec::new(),
                end: start,
                outcome: Outcome::InFlight,
                status: if is_reset { 0 } else { response.status },
                bytes: 0,
            },
            schedule,
            is_cut: response.is_cut || is_reset,
            has_end: fault != Some(Fault::Silent),
            is_logged: false,
        });
        Open { request }
    }
}

impl Progress {
    /// The site, without the path.
    fn host(&self) -> &str {
        self.exchange.site.split('/').next().unwrap_or_default()
    }

    /// Logs what the site has sent by now. `outcome` is for a response that isn't complete.
    fn log(&mut self, now: u64, outcome: Outcome) {
        if self.is_logged {
            return;
        }
        self.is_logged = true;
        let is_reset = self.is_cut && self.exchange.status == 0;
        let sent: Vec<_> = self.schedule.iter().filter(|(time, _)| *time <= now).collect();
        let is_over = self.has_end && sent.len() == self.schedule.len();
        let exchange = &mut self.exchange;
        exchange.end = now;
        exchange.outcome = outcome;
        if is_over {
            exchange.end = sent.last().map_or(now, |(time, _)| *time);
            exchange.outcome = if is_reset {
                Outcome::Reset
            } else if self.is_cut {
                Outcome::Cut
            } else {
                Outcome::Complete
            };
        }
        if is_reset {
            exchange.pieces = Vec::new();
        } else {
            exchange.pieces = sent.iter().map(|(time, _)| *time).collect();
            exchange.bytes = sent.iter().map(|(_, bytes)| bytes).sum();
        }
        if sent.is_empty() || is_reset {
            exchange.status = 0;
        }
        event_log::push(Event::Exchange(exchange.clone()));
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // When a thread ends, its web may be dropped before the last client.
        let _ = WEB.try_with(|web| {
            let mut web = web.borrow_mut();
            let Some(progress) = web.progress.get_mut(self.request) else { return };
            progress.log(event_log::now(), Outcome::ClientLeft);
            if progress.exchange.outcome == Outcome::Complete {
                let host = progress.host().to_owned();
                *web.unused.entry(host).or_default() += 1;
            }
        });
    }
}
