//! A request on its way, and its body.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use event_log::Operation;
use tokio::task::yield_now;
use tokio::time::{Instant, Sleep, sleep_until};
use web::{Connections, Open, Reply};

use crate::{Error, Response, Result};

/// A client's timeouts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timeouts {
    pub total: Option<Duration>,
    pub read: Option<Duration>,
    pub connect: Option<Duration>,
}

/// The timeouts of one request.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    total: Option<Instant>,
    read: Option<Duration>,
    connect: Option<Duration>,
}

impl Timeouts {
    /// The timeouts of a request that starts now.
    pub fn start(self) -> Deadlines {
        let total = self.total.map(|timeout| Instant::now() + timeout);
        Deadlines { total, read: self.read, connect: self.connect }
    }
}

/// What a request waits for, in the log's words.
const RESPONSE: &str = "the response of";
/// The same, from a site that breaks the connection instead.
const RESET: &str = "a reset by";

impl Deadlines {
    /// Whether the total timeout has expired. Then the request isn't sent any more.
    fn is_over(&self) -> bool {
        self.total.is_some_and(|deadline| deadline <= Instant::now())
    }
}

/// How long everything that a site sends is on its way. So a timeout that's as long as a site's delay expires first, as it
/// does on a real network. Tokio's timers have no shorter step.
pub const LATENCY: Duration = Duration::from_millis(1);

/// Sends a request and waits for the beginning of the response.
pub async fn send(url: String, deadlines: Deadlines) -> Result<Response> {
    let Some((host, path)) = parts(&url) else { return Err(Error::builder(&url)) };
    if deadlines.is_over() {
        return Err(Error::timeout(&url));
    }
    connect(host).await;
    if deadlines.is_over() {
        return Err(Error::timeout(&url));
    }
    let until_read = deadlines.read.map(|timeout| Instant::now() + timeout);
    let deadline = earlier(deadlines.total, until_read);
    match web::request(host, path) {
        Reply::Refused => Err(Error::refused(&url)),
        Reply::NoSuchSite => Err(Error::no_such_site(&url)),
        Reply::Unreachable => {
            let connect = deadlines.connect.map(|timeout| Instant::now() + timeout);
            let is_connect = connect.is_some() && earlier(connect, deadline) == connect;
            wait("a connection to", host, None, earlier(connect, deadline)).await;
            Err(if is_connect { Error::connect_timeout(&url) } else { Error::timeout(&url) })
        }
        Reply::Silence(_open) => {
            wait(RESPONSE, host, None, deadline).await;
            Err(Error::timeout(&url))
        }
        Reply::Reset(_open, time) => match wait(RESET, host, Some(time + LATENCY), deadline).await {
            Waited::Arrived => Err(Error::reset(&url)),
            Waited::TimedOut => Err(Error::timeout(&url)),
        },
        Reply::Response(open, response) => {
            match wait(RESPONSE, host, Some(response.head + LATENCY), deadline).await {
                Waited::Arrived => {
                    let body = Body {
                        host: host.to_owned(),
                        url: url.clone(),
                        pieces: response.pieces.into(),
                        words: Words::new(response.words),
                        is_cut: response.is_cut,
                        deadlines,
                        last_read: response.head + LATENCY,
                        open: Some(open),
                    };
                    Ok(Response::new(response.status, response.retry_after, url, body))
                }
                Waited::TimedOut => Err(Error::timeout(&url)),
            }
        }
    }
}

/// Waits until the runtime has had a turn, if a new connection needs one.
async fn connect(host: &str) {
    let is_unused = web::take_connection(host);
    let is_ready = match web::connections() {
        Connections::Simple => true,
        Connections::OtherThreads => is_unused,
        Connections::ThisThread => false,
    };
    if is_ready {
        return;
    }
    let operation = Operation::new(format!("a connection to {host}"));
    let mut turn = pin!(yield_now());
    poll_fn(|context| {
        let poll = event_log::quietly(|| turn.as_mut().poll(context));
        operation.polled(poll.is_ready());
        poll
    })
    .await;
}

/// The host and the path of a URL.
fn parts(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("http://")?;
    Some(rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash)))
}

fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

enum Waited {
    Arrived,
    TimedOut,
}

/// Waits until something arrives, or for the deadline. reqwest checks its timeout first, so a future times out if it
/// isn't polled until both times have passed.
async fn wait(what: &str, host: &str, arrival: Option<Instant>, deadline: Option<Instant>) -> Waited {
    let mut timer = Timer::default();
    let operation = Operation::new(format!("{} {host}", if what == RESET { RESPONSE } else { what }));
    // A response takes a turn of the runtime, even if the site needs no time. The beginning of the body comes with it.
    let mut needs_turn = matches!(what, RESPONSE | RESET);
    // If connections run on the program's only thread, nothing at all arrives before the runtime has had a turn. Timers
    // fire only then, too.
    let is_on_this_thread = web::connections() == Connections::ThisThread;
    let mut turn = pin!(yield_now());
    poll_fn(|context| {
        let next = earlier(arrival, deadline);
        if is_on_this_thread {
            let is_early =
                next.is_none_or(|next| event_log::quietly(|| timer.poll(next, context)).is_pending());
            if is_early || (needs_turn && event_log::quietly(|| turn.as_mut().poll(context)).is_pending()) {
                needs_turn = false;
                operation.polled(false);
                return Poll::Pending;
            }
        }
        let now = Instant::now();
        if deadline.is_some_and(|deadline| deadline <= now) {
            Operation::new(format!("the timeout for {host}")).polled(true);
            return Poll::Ready(Waited::TimedOut);
        }
        if arrival.is_some_and(|arrival| arrival <= now) {
            if needs_turn && event_log::quietly(|| turn.as_mut().poll(context)).is_pending() {
                needs_turn = false;
                operation.polled(false);
                return Poll::Pending;
            }
            // A reset is no response. The site logs it.
            if what != RESET {
                operation.polled(true);
            }
            return Poll::Ready(Waited::Arrived);
        }
        needs_turn = false;
        operation.polled(false);
        if let Some(next) = next {
            // The timer's own poll isn't shown, because the timer is part of this model.
            ready!(event_log::quietly(|| timer.poll(next, context)));
            context.waker().wake_by_ref();
        }
        Poll::Pending
    })
    .await
}

/// A timer that's created when it's needed.
#[derive(Default)]
struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    fn poll(&mut self, time: Instant, context: &mut Context<'_>) -> Poll<()> {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(time)));
        sleep.as_mut().poll(context)
    }
}

/// The body of a response, which arrives piece by piece.
#[derive(Debug)]
pub struct Body {
    host: String,
    url: String,
    /// When each piece arrives, and its bytes.
    pieces: VecDeque<(Instant, usize)>,
    words: Words,
    is_cut: bool,
    deadlines: Deadlines,
    /// When the last piece was read, for the read timeout.
    last_read: Instant,
    /// `None` after the last piece: the client keeps the connection, so dropping the body isn't leaving.
    open: Option<Open>,
}

impl Body {
    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        let Some(&(arrival, bytes)) = self.pieces.front() else {
            self.open = None;
            return if self.is_cut { Err(Error::cut(&self.url)) } else { Ok(None) };
        };
        let until_read = self.deadlines.read.map(|timeout| self.last_read + timeout);
        let deadline = earlier(self.deadlines.total, until_read);
        match wait("the body from", &self.host, Some(arrival + LATENCY), deadline).await {
            Waited::TimedOut => {
                self.pieces.clear();
                self.open = None;
                Err(Error::body_timeout(&self.url))
            }
            Waited::Arrived => {
                self.last_read = Instant::now();
                self.pieces.pop_front();
                Ok(Some(self.words.take(bytes)))
            }
        }
    }

    /// Everything that's left.
    pub async fn all(&mut self) -> Result<Bytes> {
        let mut all = BytesMut::new();
        while let Some(piece) = self.next().await? {
            all.extend_from_slice(&piece);
        }
        Ok(all.freeze())
    }
}

/// The text of a page: this many words, with a last one that fills the rest of the page.
#[derive(Debug)]
struct Words {
    left: usize,
    after_letter: bool,
}

impl Words {
    fn new(words: usize) -> Words {
        Words { left: words, after_letter: false }
    }

    /// The next bytes of the text.
    fn take(&mut self, bytes: usize) -> Bytes {
        let letters = (0..bytes).map(|_| {
            let is_space = self.after_letter && self.left > 1;
            if is_space {
                self.left -= 1;
            }
            self.after_letter = !is_space;
            if is_space { b' ' } else { b'a' }
        });
        letters.collect()
    }
}
