//! The front: takes the connections, asks wiremock, and sends the answer as the site's fault has it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::TryStreamExt;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, TRANSFER_ENCODING};
use hyper::http::request;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, watch};

use crate::fault::{Circumstances, Fault, whole};
use crate::gate::{Gate, Verdict};
use crate::record::{Recorder, RequestHead};
use crate::routes::{Asked, Order, Refusal, Routes, Source};
use crate::script::{self, Ending, Finish, Plan, Script, Steps, play};
use crate::upstream::Upstream;
use crate::wire::{Connection, Wire};

/// The body of an answer: whole, or a script played.
type Payload = UnsyncBoxBody<Bytes, Stopped>;

/// How long the front waits for descriptors to come free when there are none left.
const OUT_OF_DESCRIPTORS: Duration = Duration::from_millis(50);

/// Why hyper is to let go of a connection: its plan has the rest.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stopped {
    #[error("the script ends the connection: {0:?}")]
    Ended(Ending),
    #[error("the script takes over the connection")]
    TakenOver,
    #[error("the request's body broke off")]
    RequestBrokeOff,
}

/// How long a connection may be idle while another waits for room.
const IDLE_WHILE_CROWDED: Duration = Duration::from_millis(200);

/// What all connections share.
pub(crate) struct Front {
    pub recorder: Recorder,
    pub upstream: Arc<Upstream>,
    pub counts: Arc<Counts>,
    /// True once no more connections are to be taken.
    pub closing: watch::Receiver<bool>,
    /// A permit for each connection there may be at once.
    pub connections: Arc<Semaphore>,
    /// How many ports have a connection for which there is no permit.
    pub crowded: watch::Sender<usize>,
    pub seed: u64,
}

impl Front {
    /// Waits until there may be one more connection. Meanwhile those that are idle make room.
    async fn room(&self) -> Result<OwnedSemaphorePermit, AcquireError> {
        let permit = Arc::clone(&self.connections).try_acquire_owned();
        if let Ok(permit) = permit {
            return Ok(permit);
        }
        let _waiting = Waiting::at(&self.crowded);
        Arc::clone(&self.connections).acquire_owned().await
    }

    /// Waits until this connection has been idle for a while after its answers, while another waits for room.
    async fn has_to_make_room(&self, connection: &Connection) {
        let mut crowded = self.crowded.subscribe();
        loop {
            // The sender lives in `self`, so the channel cannot be closed while this waits.
            let _ = crowded.wait_for(|waiting| *waiting > 0).await;
            connection.idle().await;
            let asked = connection.count_asked();
            tokio::time::sleep(IDLE_WHILE_CROWDED).await;
            if asked > 0 && connection.count_asked() == asked && *crowded.borrow() > 0 {
                return;
            }
        }
    }
}

/// A port that waits for room.
struct Waiting<'front>(&'front watch::Sender<usize>);

impl Waiting<'_> {
    fn at(crowded: &watch::Sender<usize>) -> Waiting<'_> {
        crowded.send_modify(|waiting| *waiting += 1);
        Waiting(crowded)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
}

/// How many requests met each fault that counts them.
#[derive(Debug, Default)]
pub(crate) struct Counts(Mutex<HashMap<String, u64>>);

impl Counts {
    /// Keys remembered. A client that makes up more of them has all forgotten, which is better than no memory left.
    const MOST: usize = 10_000;

    /// How many there were of this key; and there is one more now.
    fn count(&self, key: String) -> u64 {
        let mut counts = self.0.lock().expect("no code that holds this lock panics");
        if counts.len() >= Counts::MOST && !counts.contains_key(&key) {
            counts.clear();
        }
        let count = counts.entry(key).or_insert(0);
        *count += 1;
        *count - 1
    }

    pub fn reset(&self) {
        self.0.lock().expect("no code that holds this lock panics").clear();
    }
}

/// Accepts connections until the web is closing.
pub(crate) async fn serve(listener: TcpListener, routes: Routes, front: Arc<Front>) {
    let routes = Arc::new(routes);
    let mut closing = front.closing.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = closing.wait_for(|closing| *closing) => return,
        };
        match accepted {
            Ok((stream, _)) => {
                // Those who wait meanwhile wait in the port's queue.
                let permit = tokio::select! {
                    permit = front.room() => permit,
                    _ = closing.wait_for(|closing| *closing) => return,
                };
                let connection = serve_connection(stream, Arc::clone(&routes), Arc::clone(&front));
                tokio::spawn(async move {
                    let _permit = permit;
                    connection.await;
                });
            }
            // The client left while it was queued, or this process has no descriptors left. The queue keeps
            // those who wait, and nothing tells when a descriptor comes free.
            Err(_) => tokio::time::sleep(OUT_OF_DESCRIPTORS).await,
        }
    }
}

async fn serve_connection(stream: TcpStream, routes: Arc<Routes>, front: Arc<Front>) {
    // Pieces of a body are to leave when they are written. It fails only on a socket that is dead already.
    let _ = stream.set_nodelay(true);
    let connection = Arc::new(Connection::new(front.recorder.clone()));
    let plan = Arc::new(Plan::default());
    let room = Arc::clone(&front);
    let service = {
        let (connection, plan) = (Arc::clone(&connection), Arc::clone(&plan));
        service_fn(move |request| {
            let exchange = Exchange {
                front: Arc::clone(&front),
                routes: Arc::clone(&routes),
                connection: Arc::clone(&connection),
                plan: Arc::clone(&plan),
            };
            exchange.answer(request)
        })
    };
    let io = TokioIo::new(Wire::new(stream, Arc::clone(&connection)));
    let mut http = http1::Builder::new().serve_connection(io, service);
    tokio::select! {
        // An error is the client's doing, or the plan's: both are in the record.
        _ = pin!(&mut http) => {}
        () = plan.idle_for_too_long(&connection) => plan.set(Finish::End(Ending::Close)),
        () = room.has_to_make_room(&connection) => plan.set(Finish::End(Ending::Close)),
    }
    if let Some(finish) = plan.take() {
        script::finish(finish, http.into_parts().io.into_inner(), connection).await;
    }
}

/// One request and all that answering it needs.
struct Exchange {
    front: Arc<Front>,
    routes: Arc<Routes>,
    connection: Arc<Connection>,
    plan: Arc<Plan>,
}

impl Exchange {
    async fn answer(self, request: Request<Incoming>) -> Result<Response<Payload>, Stopped> {
        self.connection.asked();
        let (head, body) = request.into_parts();
        let order = match self.routes.ask(&head, &self.front) {
            Asked::Web(order) => order,
            Asked::Direct(answer) => {
                return Ok(answer.map(|body| Full::new(body).map_err(never).boxed_unsync()));
            }
        };
        let id = self.connection.begin(RequestHead {
            site: order.site.clone(),
            method: head.method.to_string(),
            path: order.path.clone(),
        });
        let is_head = head.method == Method::HEAD;
        let fault = order.fault.clone().and_then(|fault| self.choose(fault, &order));
        // Read before the answer is decided: closing a socket with unread bytes would turn FIN into RST.
        let Ok(body) = body.collect().await else { return Err(Stopped::RequestBrokeOff) };
        let (page, script) = match self.page(&order, fault.as_ref(), head, body.to_bytes()).await {
            Ok(page) => {
                let script = fault.as_ref().map(|fault| fault.travel(&page, self.front.seed));
                (page, script)
            }
            Err(refusal) => (refusal.into_response(), None),
        };
        if let Some(Fault::IdleClose { after }) = fault {
            self.plan.close_when_idle_for(Duration::from_millis(after));
        }
        match script.unwrap_or_else(|| whole(page.body())) {
            Script::Body { length, steps } => Ok(self.response(page, length, steps, id, is_head)),
            // What is written by hand has a body, which the answer to HEAD has not.
            Script::Written { steps, .. } if is_head => {
                let length = page.body().len();
                Ok(self.response(page, Some(length), steps, id, is_head))
            }
            Script::Written { length, steps } => {
                self.connection.promise(id, length);
                self.take_over(steps)
            }
            Script::Raw(steps) => {
                self.connection.promise_raw(id);
                self.take_over(steps)
            }
        }
    }

    /// Leaves the connection to the task that owns it. For hyper it ends in an error.
    fn take_over(self, steps: Steps) -> Result<Response<Payload>, Stopped> {
        self.plan.set(Finish::Play(steps));
        Err(Stopped::TakenOver)
    }

    fn choose(&self, fault: Fault, order: &Order) -> Option<Fault> {
        let before = fault.counted_as(&order.site).map_or(0, |key| self.front.counts.count(key));
        let before_on_connection = self.connection.begun() - 1;
        fault.choose(Circumstances { seed: self.front.seed, before, before_on_connection })
    }

    /// The answer whole, once its time has come; or a refusal, which no fault touches.
    async fn page(
        &self,
        order: &Order,
        fault: Option<&Fault>,
        head: request::Parts,
        body: Bytes,
    ) -> Result<Response<Bytes>, Refusal> {
        if let Some(gate) = &order.gate
            && gate.pass().await == Verdict::Failed
        {
            return Err(gate_failed(gate));
        }
        let delay = match fault {
            Some(Fault::Delay { ms }) => Duration::from_millis(*ms),
            _ => order.delay,
        };
        // Even a sleep of no time waits for the clock's next millisecond.
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let target = head.uri.clone();
        let page = match &order.source {
            Source::Text(answer) => text(StatusCode::OK, answer.clone()),
            Source::Page(page) => html(page.clone()),
            Source::Wiremock { host, path } => {
                Arc::clone(&self.front.upstream).ask(host, path, head, body).await
            }
        };
        Ok(match fault {
            Some(fault) => fault.alter(page, target.path_and_query().map_or("/", |target| target.as_str())),
            None => page,
        })
    }

    fn response(
        self,
        page: Response<Bytes>,
        length: Option<usize>,
        steps: Steps,
        id: u64,
        is_head: bool,
    ) -> Response<Payload> {
        let (mut head, _) = page.into_parts();
        head.headers.remove(TRANSFER_ENCODING);
        if *self.front.crowded.borrow() > 0 {
            // A client that is told does not ask again on a connection that is about to close.
            head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let promised = length.map_or(u64::MAX, |length| length as u64);
        self.connection.promise(id, if is_head { 0 } else { promised });
        // The answer to HEAD has the length of a body that does not come; a 204 or 304 has no length.
        if is_head || length == Some(0) {
            if let Some(length) = length.filter(|length| *length > 0) {
                head.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
            }
            return Response::from_parts(head, Full::default().map_err(never).boxed_unsync());
        }
        match length {
            Some(length) => head.headers.insert(CONTENT_LENGTH, HeaderValue::from(length)),
            None => head.headers.remove(CONTENT_LENGTH),
        };
        let plan = self.plan;
        let body = play(steps, Some((self.connection, id))).map_ok(Frame::data).map_err(move |ending| {
            plan.set(Finish::End(ending));
            Stopped::Ended(ending)
        });
        Response::from_parts(head, StreamBody::new(body).boxed_unsync())
    }
}

fn gate_failed(gate: &Gate) -> Refusal {
    let words = format!("never {} at once within {} ms", gate.size(), gate.wait().as_millis());
    Refusal::new(StatusCode::TOO_EARLY, words)
}

/// The `Content-Type` of a page.
pub(crate) const HTML: &str = "text/html; charset=utf-8";

/// A page.
pub(crate) fn html(page: Bytes) -> Response<Bytes> {
    let mut response = Response::new(page);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(HTML));
    response
}

/// A short answer in words.
pub(crate) fn text(status: StatusCode, words: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(words));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

fn never(never: Infallible) -> Stopped {
    match never {}
}
