//! Asking wiremock.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{CONNECTION, EXPECT, HOST, HeaderValue};
use hyper::http::request;
use hyper::{Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::Semaphore;

use crate::front::text;

/// A client of the wiremock server that asks no more at once than it is allowed to: wiremock stops accepting for good at the
/// first connection for which no descriptor is left.
pub(crate) struct Upstream {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
    connections: Semaphore,
}

impl Upstream {
    pub fn new(address: SocketAddr, connections: usize) -> Upstream {
        Upstream {
            client: Client::builder(TokioExecutor::new()).build_http(),
            address,
            connections: Semaphore::new(connections),
        }
    }

    /// What wiremock answers when `path` is asked of `host`. Where it does not answer, a 502 that says why.
    pub async fn ask(
        self: Arc<Self>,
        host: &str,
        path: &str,
        head: request::Parts,
        body: Bytes,
    ) -> Response<Bytes> {
        let request = match self.request(host, path, head, body) {
            Ok(request) => request,
            Err(error) => {
                return text(StatusCode::BAD_REQUEST, format!("not a request for wiremock: {error}\n"));
            }
        };
        // In a task, so that it keeps its permit to the end even where the client leaves.
        let answer = tokio::spawn(async move {
            let _permit = self.connections.acquire().await?;
            let (head, body) = self.client.request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, Box<dyn Error + Send + Sync>>(Response::from_parts(head, body))
        });
        answer.await.map_err(Into::into).flatten().unwrap_or_else(|error| {
            text(StatusCode::BAD_GATEWAY, format!("the wiremock server did not answer: {error}\n"))
        })
    }

    fn request(
        &self,
        host: &str,
        path: &str,
        head: request::Parts,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let mut request = Request::builder()
            .method(head.method)
            .uri(format!("http://{}{path}", self.address))
            .body(Full::new(body))?;
        *request.headers_mut() = head.headers;
        // These two are between the client and the front alone.
        request.headers_mut().remove(CONNECTION);
        request.headers_mut().remove(EXPECT);
        request.headers_mut().insert(HOST, HeaderValue::from_str(host)?);
        Ok(request)
    }
}
