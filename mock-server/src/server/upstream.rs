//! wiremock: its mocks for the sites, and asking it.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderValue, TRANSFER_ENCODING};
use hyper::http::request;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{RwLock, Semaphore};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

use crate::response::{HTML, text};
use crate::site::Site;

/// wiremock tries mocks with a lower number first. Mocks that a test mounts have 5 unless they say otherwise.
const PAGES: u8 = 100;
/// The number of idle connections kept. Each takes two descriptors.
const IDLE: usize = 100;

/// A client of the wiremock server that has no more connections than permits. wiremock stops accepting for good at the
/// first connection for which no descriptor is left, and a pooled client opens more than it has requests: it connects
/// while it waits for a connection to come free.
pub(crate) struct Upstream {
    address: SocketAddr,
    permits: Semaphore,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
    forgetting: Option<Forgetting>,
}

/// Makes wiremock forget the requests it answered. It keeps a copy of each request that a mock matched for as long as the mock is
/// mounted, so from time to time all mocks are mounted again.
pub(crate) struct Forgetting {
    wiremock: Arc<MockServer>,
    sites: Vec<Site>,
    /// Read while wiremock is asked, written while its mocks are mounted.
    mounted: RwLock<()>,
    /// About how much wiremock keeps, in bytes.
    kept: AtomicUsize,
}

impl Forgetting {
    /// How much wiremock may keep, in bytes.
    const MOST: usize = 8_000_000;
    /// What a request without headers takes, in bytes: measured with wiremock 0.6.5.
    const REQUEST: usize = 9_000;

    pub fn new(wiremock: Arc<MockServer>, sites: Vec<Site>) -> Forgetting {
        Forgetting { wiremock, sites, mounted: RwLock::default(), kept: AtomicUsize::new(0) }
    }

    /// Counts a request, and makes wiremock forget if it keeps too much.
    async fn count(&self, request: &Request<Full<Bytes>>) {
        let headers: usize =
            request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        let path = request.uri().path_and_query().map_or(0, |path| path.as_str().len());
        let size = Forgetting::REQUEST + headers + 3 * path;
        if self.kept.fetch_add(size, Ordering::Relaxed) + size > Forgetting::MOST {
            let _mounting = self.mounted.write().await;
            // Another request may have done it in the meantime.
            if self.kept.swap(0, Ordering::Relaxed) > Forgetting::MOST {
                self.wiremock.reset().await;
                mount_pages(&self.wiremock, &self.sites).await;
            }
        }
    }
}

/// Mounts the pages of the sites.
pub(crate) async fn mount_pages(server: &MockServer, sites: &[Site]) {
    for site in sites.iter().filter(|site| !site.by_front) {
        let others = site.others.iter().map(|other| (other.path.as_str(), other.content_type, &other.body));
        for (path, content_type, body) in [("/", HTML, &site.page)].into_iter().chain(others) {
            Mock::given(matchers::header("host", site.name.as_str()))
                .and(matchers::path(path))
                .respond_with(ResponseTemplate::new(200).set_body_raw(body.to_vec(), content_type))
                .with_priority(PAGES)
                .mount(server)
                .await;
        }
        Mock::given(matchers::header("host", site.name.as_str()))
            .and(matchers::method("POST"))
            .and(matchers::path_regex("^/log(in|out)$"))
            .respond_with(ResponseTemplate::new(204))
            .with_priority(PAGES)
            .mount(server)
            .await;
    }
}

type Answer = Result<Response<Bytes>, Box<dyn Error + Send + Sync>>;

impl Upstream {
    pub fn new(address: SocketAddr, connections: usize, forgetting: Option<Forgetting>) -> Upstream {
        Upstream { address, permits: Semaphore::new(connections), idle: Mutex::default(), forgetting }
    }

    /// wiremock's response for `path` of `host`. If it doesn't answer, the response is a 502 that says why.
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
        // In a task, so that it keeps its permit to the end even if the client leaves.
        let answer = tokio::spawn(async move { self.answer(request).await }).await;
        answer.map_err(Into::into).flatten().unwrap_or_else(|error| {
            text(StatusCode::BAD_GATEWAY, format!("the wiremock server didn't answer: {error}\n"))
        })
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Answer {
        let _permit = self.permits.acquire().await?;
        let _mounted = match &self.forgetting {
            Some(forgetting) => {
                forgetting.count(&request).await;
                Some(forgetting.mounted.read().await)
            }
            None => None,
        };
        let mut connection = self.connection().await?;
        let (head, body) = connection.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        if connection.ready().await.is_ok() && self.idle().len() < IDLE {
            self.idle().push(connection);
        }
        Ok(Response::from_parts(head, body))
    }

    /// An idle one, or a new one. The caller has a permit for it.
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
        // It ends when `connection` is dropped, and reports errors through it.
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
    // These are between the client and this server alone. hyper adds the length of the body that wiremock gets.
    for name in [CONNECTION, EXPECT, CONTENT_LENGTH, TRANSFER_ENCODING] {
        request.headers_mut().remove(name);
    }
    request.headers_mut().insert(HOST, HeaderValue::from_str(host)?);
    Ok(request)
}
