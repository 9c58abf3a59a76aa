//! A port of its own for the live page.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::feed::frames;
use super::hub::Hub;
use super::reply::{Reply, reply};
use crate::response::text;

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// The most connections at the same time. A browser has up to six for a page.
const CONNECTIONS: usize = 100;
/// How long to wait when the system has no descriptor left.
const OUT_OF_DESCRIPTORS: Duration = Duration::from_millis(50);

/// Serves the page until the runtime ends.
pub(crate) async fn serve(listener: TcpListener, hub: Arc<Hub>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // The others wait in the port's queue.
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let hub = Arc::clone(&hub);
                tokio::spawn(async move {
                    let _permit = permit;
                    serve_connection(stream, hub).await;
                });
            }
            Err(_) => tokio::time::sleep(OUT_OF_DESCRIPTORS).await,
        }
    }
}

async fn serve_connection(stream: TcpStream, hub: Arc<Hub>) {
    // An event leaves when it's written. It fails only on a socket that's dead already.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let response = answer(&hub, request);
        async { Ok::<_, Infallible>(response) }
    });
    let mut http = http1::Builder::new();
    let connection = http.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    // An error is the browser's doing: it has left.
    let _ = connection.await;
}

fn answer(hub: &Arc<Hub>, request: Request<Incoming>) -> Response<Body> {
    let (head, _) = request.into_parts();
    match reply(hub, &head) {
        Some(Reply::Whole(response)) => response.map(|body| Full::new(body).boxed_unsync()),
        Some(Reply::Events(response)) => {
            response.map(|events| StreamBody::new(frames(events).map(Ok)).boxed_unsync())
        }
        None => {
            let words = format!("nothing is at `{}`\n", head.uri.path());
            text(StatusCode::NOT_FOUND, words).map(|body| Full::new(body).boxed_unsync())
        }
    }
}
