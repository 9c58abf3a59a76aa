//! One request and its response: route, gate, delay, page, fault, and the way onto the wire.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::future::Either;
use futures::{StreamExt, TryStreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderValue, TRANSFER_ENCODING};
use hyper::http::{request, response};
use hyper::{Method, Request, Response, StatusCode, Version};
use tokio::sync::{Notify, mpsc};

use super::counts::{Admission, Counter};
use super::direct::Direct;
use super::endpoints::{Answer, Streamed};
use super::gate::{Gate, Verdict};
use super::intake::Intake;
use super::refusal::Refusal;
use super::routes::{Matched, Route, Routes, Source};
use super::shared::Shared;
use super::work::{IDEMPOTENCY_KEY, Order};
use crate::fault::Fault;
use crate::fault::effect::{Context, Early, Effect, Reading};
use crate::recorder::RequestHead;
use crate::response::{html, text};
use crate::watch::feed::frames;
use crate::wire::connection::{Connection, Phase};
use crate::wire::script::{Ending, Script, Step, Steps, without_body};
use crate::wire::takeover::{Handover, Takeover, play};

/// The body of a response: complete, or a script being played.
pub(super) type Payload = UnsyncBoxBody<Bytes, LetGo>;

/// The largest body of a request that's handed to wiremock, in bytes.
const LARGEST_BODY: usize = 10_000_000;

/// Why hyper has to let go of a connection: the handover has the rest.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LetGo {
    #[error("the script ends the connection: {0:?}")]
    Ended(Ending),
    #[error("the script takes over the connection")]
    TakenOver,
    #[error("the request's body broke off")]
    RequestBrokeOff,
}

/// One request and everything needed to answer it.
pub(super) struct Exchange {
    pub shared: Arc<Shared>,
    pub routes: Arc<Routes>,
    pub connection: Arc<Connection>,
    pub handover: Arc<Handover>,
}

impl Exchange {
    pub async fn answer(self, request: Request<Incoming>) -> Result<Response<Payload>, LetGo> {
        let number = self.connection.asked();
        let (mut head, body) = request.into_parts();
        let is_head = head.method == Method::HEAD;
        let version = head.version;
        let matched = check_host(&head).and_then(|()| self.routes.find(&head));
        let Route { site, path, address, gate, delay, fault, source } = match matched {
            Ok(Matched::Web(route)) => route,
            Ok(Matched::Direct(direct)) => return self.answer_directly(direct, body, number, is_head).await,
            Ok(Matched::Events(events)) => return Ok(self.stream(events, number)),
            Err(refusal) => {
                let direct = Direct::Ready(refusal.into_response());
                return self.answer_directly(direct, body, number, is_head).await;
            }
        };
        let request = RequestHead { site: site.clone(), method: head.method.to_string(), path };
        self.connection.begin(number, request);
        let effect = self.effect(fault.as_ref(), &address, &head, number);
        if let Effect::Early(early) = effect {
            if let Early::Keep(_) = early {
                // This ends with the body or with the connection. hyper closes a connection whose body isn't read; it doesn't ask a
                // client to continue once the response has begun.
                tokio::spawn(drain(body));
            }
            return self.answer_early(early, number, is_head);
        }
        // Read before the response is decided: closing a socket with unread bytes would turn FIN into RST.
        let reset = Arc::new(Notify::new());
        let intake = Intake::new(
            body,
            reading(&effect, &head),
            Arc::clone(&self.connection),
            number,
            Arc::clone(&reset),
        );
        let received = tokio::select! {
            biased;
            () = reset.notified() => {
                self.handover.set(Takeover::End(Ending::Reset));
                return Err(LetGo::Ended(Ending::Reset));
            }
            received = self.receive(source, &site, &head, intake) => received?,
        };
        let delay = if let Effect::Delay(time) = effect { time } else { delay };
        let waits = delay > Duration::ZERO || gate.is_some();
        self.connection.set_phase(number, phase(&effect, waits));
        // A fault that changes the page has to see it to know how long the result is, even if a HEAD request asks.
        if is_head && matches!(effect, Effect::Alter(_) | Effect::Travel(_)) {
            head.method = Method::GET;
        }
        let page = match received {
            Ok(received) => {
                let work_key = fault.as_ref().and_then(Fault::counted_as);
                let order = work_key.map(|key| order(key, address, &head));
                if let Some(order) = &order {
                    self.shared.counts.work.asked(order);
                }
                // A site that refuses an order doesn't do its work.
                let order = order.filter(|_| !matches!(effect, Effect::Answer(_)));
                self.page(gate.as_deref(), delay, head, received, order).await
            }
            Err(refusal) => Err(refusal),
        };
        let page = match page {
            Ok(Answer::Whole(page)) => Ok(page),
            Ok(Answer::Streamed(page)) => match effect {
                Effect::Alter(_) | Effect::Travel(_) => page.collect(),
                Effect::None | Effect::Delay(_) | Effect::Read(_) => {
                    return Ok(self.streamed(page, number, is_head, version));
                }
                Effect::CloseWhenIdle(limit) => {
                    self.connection.close_when_idle_for(limit);
                    return Ok(self.streamed(page, number, is_head, version));
                }
                // They don't look at it.
                Effect::Answer(_) | Effect::Early(_) | Effect::Raw(_) | Effect::Hang => {
                    Ok(Response::default())
                }
            },
            Err(refusal) => Err(refusal),
        };
        let page = match page {
            Ok(page) => page,
            Err(refusal) => return Ok(self.whole(refusal.into_response(), number, is_head)),
        };
        match effect {
            Effect::None | Effect::Delay(_) | Effect::Read(_) => Ok(self.whole(page, number, is_head)),
            Effect::CloseWhenIdle(limit) => {
                self.connection.close_when_idle_for(limit);
                Ok(self.whole(page, number, is_head))
            }
            Effect::Answer(answer) => Ok(self.whole(answer, number, is_head)),
            Effect::Early(early) => self.answer_early(early, number, is_head),
            Effect::Alter(change) => Ok(self.whole(change(page), number, is_head)),
            Effect::Travel(script) => match script(&page) {
                Script::Body { length, steps } => Ok(self.scripted(page, length, steps, number, is_head)),
                Script::Written { length, steps } => self.written(length, steps, number, is_head),
            },
            Effect::Raw(steps) => {
                self.connection.promise_raw(number);
                self.take_over(steps, number)
            }
            Effect::Hang => std::future::pending().await,
        }
    }

    /// A response that doesn't wait for the request's body.
    fn answer_early(self, early: Early, number: u64, is_head: bool) -> Result<Response<Payload>, LetGo> {
        match early {
            Early::Keep(answer) => Ok(self.whole(answer, number, is_head)),
            Early::End { length, steps } => self.written(Some(length), steps, number, is_head),
        }
    }

    /// A response that isn't in the record.
    async fn answer_directly(
        self,
        direct: Direct,
        body: Incoming,
        number: u64,
        is_head: bool,
    ) -> Result<Response<Payload>, LetGo> {
        if let Err(broken) = drain(body).await {
            return broken.into_refusal().map(|refusal| self.whole(refusal.into_response(), number, is_head));
        }
        self.connection.set_phase(number, Phase::Preparing);
        let (answer, permit) = direct.respond(&self.shared).await;
        if let Some(permit) = permit {
            self.connection.keep(number, permit);
        }
        Ok(self.whole(answer, number, is_head))
    }

    /// Events for a live page. The response isn't in the record, and nothing waits for its end.
    fn stream(self, events: Response<mpsc::Receiver<Bytes>>, number: u64) -> Response<Payload> {
        self.connection.stream(number);
        events.map(|events| StreamBody::new(frames(events).map(Ok)).boxed_unsync())
    }

    /// Reads the request's body: for wiremock, which gets it, for an endpoint, which answers, or for nothing.
    async fn receive(
        &self,
        source: Source,
        site: &str,
        head: &request::Parts,
        mut body: Intake,
    ) -> Result<Result<Received, Refusal>, LetGo> {
        let received = match source {
            Source::Text(answer) => Received::Answer(Answer::Whole(text(StatusCode::OK, answer))),
            Source::Page(page) => Received::Answer(Answer::Whole(html(page))),
            Source::Endpoint(endpoint) => {
                match endpoint.answer(site, head, &mut body, &self.shared.tokens).await {
                    Ok(answer) => Received::Answer(answer),
                    Err(broken) => return BrokenBody(broken).into_refusal().map(Err),
                }
            }
            Source::Wiremock { host, path } if self.shared.keeps_request_bodies => {
                match Limited::new(&mut body, LARGEST_BODY).collect().await {
                    Ok(body) => Received::ForWiremock { host, path, body: body.to_bytes() },
                    Err(error) => match error.downcast::<hyper::Error>() {
                        Ok(error) => return BrokenBody(*error).into_refusal().map(Err),
                        // The limit is the only other error.
                        Err(_) => match drain(body).await {
                            Ok(()) => return Ok(Err(too_large())),
                            Err(broken) => return broken.into_refusal().map(Err),
                        },
                    },
                }
            }
            Source::Wiremock { host, path } => Received::ForWiremock { host, path, body: Bytes::new() },
        };
        match drain(body).await {
            Ok(()) => Ok(Ok(received)),
            Err(broken) => broken.into_refusal().map(Err),
        }
    }

    /// A response whose steps write everything.
    fn written(
        self,
        length: Option<usize>,
        steps: Steps,
        number: u64,
        is_head: bool,
    ) -> Result<Response<Payload>, LetGo> {
        if is_head {
            self.connection.promise(number, 0);
            return self.take_over(without_body(steps), number);
        }
        self.connection.promise(number, length.map_or(u64::MAX, |length| length as u64));
        self.take_over(steps, number)
    }

    /// Leaves the connection to the task that owns it. For hyper it ends in an error.
    fn take_over(self, steps: Steps, number: u64) -> Result<Response<Payload>, LetGo> {
        self.handover.set(Takeover::Play { steps, number });
        Err(LetGo::TakenOver)
    }

    /// `address` is where a fault that counts requests counts this one.
    fn effect(&self, fault: Option<&Fault>, address: &str, head: &request::Parts, number: u64) -> Effect {
        let Some(fault) = fault else { return Effect::None };
        let counts = &self.shared.counts;
        let counter = || Counter { address: address.to_owned(), fault: format!("{fault:?}") };
        let before = if fault.counts_requests() { counts.count(counter()) } else { 0 };
        let admission = match fault {
            Fault::AtMost { count, per: None, .. } => counts.admit_in_flight(counter(), *count),
            Fault::AtMost { count, per: Some(per), .. } => counts.admit_per(counter(), *count, *per),
            _ => Admission::Admitted(None),
        };
        let is_refused = match admission {
            Admission::Refused => true,
            Admission::Admitted(permit) => {
                if let Some(permit) = permit {
                    self.connection.keep(number, permit);
                }
                false
            }
        };
        fault.effect(&Context {
            seed: self.shared.seed,
            before,
            before_on_connection: self.connection.count_begun() - 1,
            is_refused,
            target: head.uri.path_and_query().map_or("/", |target| target.as_str()),
        })
    }

    /// The site's page, once its time has come; or a refusal, which no fault touches. If it's an order, its work is done and counted.
    async fn page(
        &self,
        gate: Option<&Gate>,
        delay: Duration,
        head: request::Parts,
        received: Received,
        order: Option<Order>,
    ) -> Result<Answer, Refusal> {
        let work = &self.shared.counts.work;
        if let Some(gate) = gate
            && gate.pass().await == Verdict::Failed
        {
            let words = format!("never {} at once within {} ms", gate.size(), gate.wait().as_millis());
            return Err(Refusal::new(StatusCode::TOO_EARLY, words));
        }
        // Even a sleep of no time waits for the clock's next millisecond.
        if delay > Duration::ZERO {
            tokio::time::sleep(delay).await;
        }
        let answer = match received {
            Received::Answer(Answer::Streamed(answer)) => {
                // There's nothing to keep for a later request.
                if let Some(order) = &order {
                    work.done(order);
                }
                return Ok(Answer::Streamed(answer));
            }
            Received::Answer(Answer::Whole(answer)) => Either::Left(std::future::ready(answer)),
            Received::ForWiremock { host, path, body } => {
                let upstream = Arc::clone(&self.shared.upstream);
                Either::Right(async move { upstream.ask(&host, &path, head, body).await })
            }
        };
        Ok(Answer::Whole(match order {
            Some(order) => Arc::clone(work).answer(order, answer).await,
            None => answer.await,
        }))
    }

    /// The page as it is.
    fn whole(self, page: Response<Bytes>, number: u64, is_head: bool) -> Response<Payload> {
        let (head, body) = page.into_parts();
        let head = self.head(head, Some(body.len()), number, is_head);
        let body = if is_head { Bytes::new() } else { body };
        Response::from_parts(head, Full::new(body).map_err(never).boxed_unsync())
    }

    /// The page in steps.
    fn scripted(
        self,
        page: Response<Bytes>,
        length: Option<usize>,
        steps: Steps,
        number: u64,
        is_head: bool,
    ) -> Response<Payload> {
        let head = self.head(page.into_parts().0, length, number, is_head);
        if is_head || length == Some(0) {
            return Response::from_parts(head, Full::default().map_err(never).boxed_unsync());
        }
        let handover = self.handover;
        let body = play(steps, self.connection, number, true).map_ok(Frame::data).map_err(move |ending| {
            handover.set(Takeover::End(ending));
            LetGo::Ended(ending)
        });
        Response::from_parts(head, StreamBody::new(body).boxed_unsync())
    }

    /// A response that an endpoint makes while it travels.
    fn streamed(self, page: Streamed, number: u64, is_head: bool, version: Version) -> Response<Payload> {
        // A `usize` that's too small for it is no machine of today.
        let length = page.length.map(|length| usize::try_from(length).unwrap_or(usize::MAX));
        let connection = Arc::clone(&self.connection);
        let is_chunked = length.is_none() && version >= Version::HTTP_11;
        let steps: Steps = match length {
            // HTTP/1.0 has no chunks: there, a body without a length ends with the connection.
            None if !is_chunked => Box::new(page.steps.chain([Step::Complete])),
            _ => page.steps,
        };
        let response = self.scripted(page.head.map(|()| Bytes::new()), length, steps, number, is_head);
        if is_chunked && !is_head {
            connection.ends_with_last_chunk(number);
        }
        response
    }

    /// The head of a response whose body has this length, or no end.
    fn head(
        &self,
        mut head: response::Parts,
        length: Option<usize>,
        number: u64,
        is_head: bool,
    ) -> response::Parts {
        let promised = length.map_or(u64::MAX, |length| length as u64);
        self.connection.promise(number, if is_head { 0 } else { promised });
        head.headers.remove(TRANSFER_ENCODING);
        if self.shared.is_crowded() {
            // A client that's told doesn't ask again on a connection that's about to close.
            head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        match length {
            Some(0) if matches!(head.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) => {
                head.headers.remove(CONTENT_LENGTH);
            }
            // The length of a body that doesn't come is known to wiremock, unless a fault knows better.
            Some(0) if is_head && head.status != StatusCode::RESET_CONTENT => {}
            Some(length) => {
                head.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
            }
            None => {
                head.headers.remove(CONTENT_LENGTH);
            }
        }
        head
    }
}

/// A request that has been read.
enum Received {
    /// The server's own answer.
    Answer(Answer),
    /// A request that wiremock answers.
    ForWiremock { host: String, path: String, body: Bytes },
}

/// How the body of a request that meets this effect is read.
fn reading(effect: &Effect, head: &request::Parts) -> Reading {
    match effect {
        Effect::Read(Reading::Continue(_)) if !expects_continue(head) => Reading::Fast,
        Effect::Read(reading) => *reading,
        _ => Reading::Fast,
    }
}

/// Whether the client waits for an interim response before it sends the body.
fn expects_continue(head: &request::Parts) -> bool {
    let expect = head.headers.get(EXPECT);
    head.version >= Version::HTTP_11
        && expect.is_some_and(|expect| expect.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

/// The work that a request asks for.
fn order(key: &str, address: String, head: &request::Parts) -> Order {
    Order { key: key.to_owned(), address, idempotency_key: head.headers.get(IDEMPOTENCY_KEY).cloned() }
}

/// How far a response with this effect is, now that its request has been read. `waits` says whether it waits for something before
/// it begins.
fn phase(effect: &Effect, waits: bool) -> Phase {
    match effect {
        Effect::Hang => Phase::Silent,
        // Bytes that aren't HTTP have no beginning that could be sent early.
        Effect::Raw(_) if waits => Phase::Silent,
        Effect::Raw(_) => Phase::Flowing,
        _ => Phase::Preparing,
    }
}

/// Reads a body to its end and drops it.
async fn drain(mut body: impl Body<Error = hyper::Error> + Unpin) -> Result<(), BrokenBody> {
    while !body.is_end_stream()
        && let Some(frame) = body.frame().await
    {
        frame.map_err(BrokenBody)?;
    }
    Ok(())
}

/// The body of a request didn't come to its end.
struct BrokenBody(hyper::Error);

impl BrokenBody {
    /// A refusal for a client that's still there. If it isn't, there's no response.
    fn into_refusal(self) -> Result<Refusal, LetGo> {
        let mut cause: Option<&dyn Error> = Some(&self.0);
        while let Some(error) = cause {
            let kind = error.downcast_ref().map(io::Error::kind);
            if matches!(kind, Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)) {
                let words = format!("the body can't be read: {error}");
                return Ok(Refusal::new(StatusCode::BAD_REQUEST, words));
            }
            cause = error.source();
        }
        Err(LetGo::RequestBrokeOff)
    }
}

fn too_large() -> Refusal {
    let words = format!("the body is larger than {LARGEST_BODY} bytes, which is as much as wiremock gets");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, words)
}

/// A request of HTTP/1.1 has one `Host` header with a host, by section 3.2 of RFC 9112.
fn check_host(head: &request::Parts) -> Result<(), Refusal> {
    let mut hosts = head.headers.get_all(HOST).iter();
    let is_right = match (hosts.next(), hosts.next()) {
        (None, None) => head.version < Version::HTTP_11,
        (Some(host), None) => host.to_str().is_ok_and(is_host),
        _ => false,
    };
    if is_right {
        return Ok(());
    }
    let words =
        "a request of HTTP/1.1 needs one Host header with the name of a host, for example `Host: 127.0.0.1`";
    Err(Refusal::new(StatusCode::BAD_REQUEST, words))
}

/// Whether this is `host` or `host:port`, or nothing, which a client sends if its target has no host.
fn is_host(text: &str) -> bool {
    let authority = || text.parse::<hyper::http::uri::Authority>();
    text.is_empty()
        || (!text.contains('@') && authority().is_ok_and(|authority| !authority.host().is_empty()))
}

fn never(never: Infallible) -> LetGo {
    match never {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_perhaps_with_a_port() {
        for right in ["", "x", "python.org", "127.0.0.1:8080", "[::1]", "[::1]:80", "a_b.example", "x:"] {
            assert!(is_host(right), "{right}");
        }
        for wrong in ["a b", "a/b", "user@host", ":80", "[::1", "<script>"] {
            assert!(!is_host(wrong), "{wrong}");
        }
    }
}
