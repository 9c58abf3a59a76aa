//! Asking wiremock.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONNECTION, EXPECT, HOST, HeaderValue};
use hyper::http::request;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::front::text;

/// A client of the wiremock server that has no more connections than permits. wiremock stops accepting for good at the
/// first connection for which no descriptor is left, and a pooled client opens more than it has requests: it connects
/// while it waits for a connection to come free.
pub(crate) struct Upstream {
    address: SocketAddr,
    permits: Semaphore,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
}

type Answer = Result<Response<Bytes>, Box<dyn Error + Send + Sync>>;

impl Upstream {
    pub fn new(address: SocketAddr, connections: usize) -> Upstream {
        Upstream { address, permits: Semaphore::new(connections), idle: Mutex::default() }
    }

    /// What wiremock answers when `path` is asked of `host`. Where it does not answer, a 502 that says why.
    pub async fn ask(
        self: Arc<Self>,
        host: &str,
        path: &str,
        head: request::Parts,
        body: Bytes,
    ) -> Response<Bytes> {
        let request = match request(host, path, head, body) {
            Ok(request) => request,
            Err(error) => {
                return text(StatusCode::BAD_REQUEST, format!("not a request for wiremock: {error}\n"));
            }
        };
        // In a task, so that it keeps its permit to the end even where the client leaves.
        let answer = tokio::spawn(async move { self.answer(request).await }).await;
        answer.map_err(Into::into).flatten().unwrap_or_else(|error| {
            text(StatusCode::BAD_GATEWAY, format!("the wiremock server did not answer: {error}\n"))
        })
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Answer {
        let _permit = self.permits.acquire().await?;
        let mut connection = self.connection().await?;
        let (head, body) = connection.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        if connection.ready().await.is_ok() {
            self.idle().push(connection);
        }
        Ok(Response::from_parts(head, body))
    }

    /// One that is idle, or a new one where none is: whoever asks has a permit for it.
    async fn connection(&self) -> Result<SendRequest<Full<Bytes>>, Box<dyn Error + Send + Sync>> {
        loop {
            let Some(mut idle) = self.idle().pop() else { break };
            if idle.ready().await.is_ok() {
                return Ok(idle);
            }
        }
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (connection, driver) = handshake(TokioIo::new(stream)).await?;
        // It ends when `connection` is dropped; what goes wrong on the way is told to who asks.
        tokio::spawn(driver);
        Ok(connection)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<SendRequest<Full<Bytes>>>> {
        self.idle.lock().expect("no code that holds this lock panics")
    }
}

fn request(
    host: &str,
    path: &str,
    head: request::Parts,
    body: Bytes,
) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let mut request = Request::builder().method(head.method).uri(path).body(Full::new(body))?;
    *request.headers_mut() = head.headers;
    // These two are between the client and the front alone.
    request.headers_mut().remove(CONNECTION);
    request.headers_mut().remove(EXPECT);
    request.headers_mut().insert(HOST, HeaderValue::from_str(host)?);
    Ok(request)
}
