//! The front: takes the connections, asks wiremock, and sends the answer as the site's fault has it.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, TRANSFER_ENCODING};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::fault::Fault;
use crate::gate::{Gate, Verdict};
use crate::record::{Recorder, RequestHead};
use crate::routes::{Asked, Order, Refusal, Routes, Source};
use crate::script::{self, Finish, Plan, Script, Step, Steps, Stopped, play};
use crate::upstream::Upstream;
use crate::wire::{Connection, Wire};

/// The body of an answer: whole, or a script played.
type Payload = UnsyncBoxBody<Bytes, Stopped>;

/// How long the front waits for descriptors to come free when there are none left.
const OUT_OF_DESCRIPTORS: Duration = Duration::from_millis(50);

/// What all connections share.
pub(crate) struct Front {
    pub recorder: Recorder,
    pub upstream: Upstream,
    pub seed: u64,
}

/// Accepts connections for ever.
pub(crate) async fn serve(listener: TcpListener, routes: Routes, front: Arc<Front>) {
    let routes = Arc::new(routes);
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(serve_connection(stream, Arc::clone(&routes), Arc::clone(&front)));
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
    // An error is the client's doing, or the plan's: both are in the record.
    let _ = pin!(&mut http).await;
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
        let order = match self.routes.ask(request.method(), request.uri(), &self.front.recorder) {
            Asked::Web(order) => order,
            Asked::Direct(answer) => {
                return Ok(answer.map(|body| Full::new(body).map_err(never).boxed_unsync()));
            }
        };
        let id = self.connection.begin(RequestHead {
            site: order.site.clone(),
            method: request.method().to_string(),
            path: order.path.clone(),
        });
        let is_head = request.method() == Method::HEAD;
        let (page, fault) = match self.page(&order, request).await {
            Ok(page) => (page, order.fault),
            Err(refusal) => (refusal.into_response(), None),
        };
        let script = match fault {
            Some(fault) => fault.script(page.body().clone(), self.front.seed),
            None => Script::body([Step::Send(page.body().clone())]),
        };
        match script {
            Script::Raw(steps) => {
                self.plan.set(Finish::Play { steps, exchange: id });
                Err(Stopped::TakenOver)
            }
            Script::Body(steps) => Ok(self.response(page, steps, id, is_head)),
        }
    }

    /// The answer whole, once its time has come; or a refusal, which no fault touches.
    async fn page(&self, order: &Order, request: Request<Incoming>) -> Result<Response<Bytes>, Refusal> {
        let (head, body) = request.into_parts();
        // Read before the answer is decided: closing a socket with unread bytes would turn FIN into RST.
        let body = match body.collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => {
                return Err(Refusal::new(StatusCode::BAD_REQUEST, format!("the request's body: {error}")));
            }
        };
        if let Some(gate) = &order.gate
            && gate.pass().await == Verdict::Failed
        {
            return Err(gate_failed(gate));
        }
        let delay = match order.fault {
            Some(Fault::Delay { ms }) => Duration::from_millis(ms),
            _ => order.delay,
        };
        tokio::time::sleep(delay).await;
        match &order.source {
            Source::Text(answer) => Ok(text(StatusCode::OK, answer.clone())),
            Source::Wiremock { host, path } => {
                let path =
                    order.fault.as_ref().and_then(Fault::upstream_path).unwrap_or_else(|| path.clone());
                Ok(self.front.upstream.ask(host, &path, head, body).await)
            }
        }
    }

    fn response(self, page: Response<Bytes>, steps: Steps, id: u64, is_head: bool) -> Response<Payload> {
        let (mut head, body) = page.into_parts();
        head.headers.remove(TRANSFER_ENCODING);
        self.connection.promise(id, if is_head { 0 } else { body.len() as u64 });
        // The answer to HEAD has the length of a body that does not come; a 204 or 304 has no length.
        if is_head || body.is_empty() {
            return Response::from_parts(head, Full::default().map_err(never).boxed_unsync());
        }
        head.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        let plan = self.plan;
        let body = play(steps, self.connection, id).map_ok(Frame::data).inspect_err(move |stopped| {
            if let Stopped::Ended(ending) = stopped {
                plan.set(Finish::End(*ending));
            }
        });
        Response::from_parts(head, StreamBody::new(body).boxed_unsync())
    }
}

fn gate_failed(gate: &Gate) -> Refusal {
    let words = format!("never {} at once within {} ms", gate.size(), gate.wait().as_millis());
    Refusal::new(StatusCode::TOO_EARLY, words)
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
