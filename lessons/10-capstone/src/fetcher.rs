//! Sends the requests, with a concurrency limit, timeouts and retries.
//!
//! From lesson 04 it has a `JoinSet` of tasks; from lesson 05 the limit on them
//! and the timeouts; from lesson 06 the retries; from lesson 07 one client for
//! all tasks, and tasks that are aborted at the end; from lesson 08 robots.txt
//! and the limit on the size of a body.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use backon::{Backoff, BackoffBuilder, ExponentialBuilder, Retryable};
use encoding_rs::Encoding;
use mime::Mime;
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION,
    RETRY_AFTER,
};
use reqwest::redirect::Policy;
use reqwest::{
    Client, ClientBuilder, Method, RequestBuilder, Response, StatusCode,
};
use robotxt::{AccessResult, Robots};
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::{Mutex, OnceCell};
use tokio::task::JoinSet;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::parser::MAX_URL_BYTES;
use crate::{Job, LinkError, Options, Outcome, SkipReason, without_login};

/// The name that a robots.txt has rules for.
pub const NAME: &str = "lesson10";
/// The `User-Agent` header: the name, and a page that explains the program.
pub const USER_AGENT: &str = "lesson10/0.1 (+http://lesson10.example/bot)";
/// How many bytes of a page are read.
pub const MAX_PAGE_BYTES: usize = 2_000_000;
/// How many bytes of a robots.txt count: 500 KiB, the least that RFC 9309
/// allows.
const MAX_ROBOTS_BYTES: usize = 512_000;
/// How many redirects of a robots.txt are followed: the least that RFC 9309
/// recommends.
const MAX_ROBOTS_REDIRECTS: usize = 5;
/// The longest pause between two requests that a robots.txt can ask for.
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// What all requests share.
#[derive(Debug)]
pub struct Fetcher {
    client: Client,
    /// Opens a new connection for every request.
    fresh_client: Client,
    robots_client: Client,
    timeout: Duration,
    login: Option<(String, String)>,
    rules: OnceCell<Result<Rules, LinkError>>,
}

/// What the site's robots.txt asks of crawlers.
#[derive(Debug)]
struct Rules {
    robots: Robots,
    pace: Option<Mutex<Interval>>,
}

/// A job that was requested.
#[derive(Debug)]
pub struct Fetched {
    /// The job.
    pub job: Job,
    /// Its result.
    pub outcome: Outcome,
    /// The page, if there is one to search for links.
    pub body: Option<Body>,
}

/// A page as it was sent.
#[derive(Debug)]
pub struct Body {
    /// Its bytes, up to [`MAX_PAGE_BYTES`].
    pub bytes: Vec<u8>,
    /// Its encoding, if a header says so.
    pub charset: Option<&'static Encoding>,
}

impl Fetcher {
    /// A fetcher with clients of its own.
    ///
    /// # Errors
    ///
    /// When the system refuses what a client needs.
    pub fn new(options: &Options) -> reqwest::Result<Fetcher> {
        // Redirects of pages go through the frontier, so no client follows
        // them.
        let client = |redirects| client(options).redirect(redirects);
        let fresh_client = client(Policy::none()).pool_max_idle_per_host(0);
        Ok(Fetcher {
            client: client(Policy::none()).build()?,
            fresh_client: fresh_client.build()?,
            robots_client: client(robots_redirects()).build()?,
            timeout: options.timeout,
            login: options.login.clone(),
            rules: OnceCell::new(),
        })
    }

    // ANCHOR: run
    /// Fetches the jobs that arrive and sends the results on, until `jobs` is
    /// closed or the crawl has ended.
    pub async fn run(
        self,
        at_once: usize,
        mut jobs: Receiver<Job>,
        pages: Sender<Fetched>,
        crawl_ended: &CancellationToken,
    ) {
        let fetcher = Arc::new(self);
        let mut tasks = JoinSet::new();
        loop {
            tokio::select! {
                job = jobs.recv(), if tasks.len() < at_once => {
                    let Some(job) = job else { break };
                    let fetcher = Arc::clone(&fetcher);
                    let pages = pages.clone();
                    tasks.spawn(async move {
                        let fetched = fetcher.fetch(job).await;
                        // This fails only when the crawl has ended.
                        let _ = pages.send(fetched).await;
                    });
                }
                Some(ended) = tasks.join_next() => {
                    // A task that panicked sends nothing, and the crawl would
                    // wait for its page forever.
                    if let Err(error) = ended && error.is_panic() {
                        resume_unwind(error.into_panic());
                    }
                }
                () = crawl_ended.cancelled() => break,
            }
        }
        tasks.shutdown().await;
    }
    // ANCHOR_END: run

    async fn fetch(&self, job: Job) -> Fetched {
        let (outcome, body) = match self.request(&job).await {
            Ok(response) => response,
            Err(error) => (Outcome::Broken(error), None),
        };
        Fetched { job, outcome, body }
    }

    // ANCHOR: request
    async fn request(
        &self,
        job: &Job,
    ) -> Result<(Outcome, Option<Body>), LinkError> {
        if job.url.scheme() == "https" && !cfg!(feature = "live") {
            return Ok((Outcome::Skipped(SkipReason::Tls), None));
        }
        if !job.inside {
            return self.with_retries(|| self.test_url(&job.url)).await;
        }
        // The site's first job fetches robots.txt, and the others wait for it.
        let rules = self.rules.get_or_init(|| self.fetch_rules(&job.url));
        let rules = match rules.await {
            Ok(rules) => rules,
            Err(error) => {
                let error = Box::new(error.clone());
                return Err(LinkError::RobotsUnavailable(error));
            }
        };
        if !rules.robots.is_url_allowed(&job.url) {
            return Ok((Outcome::Skipped(SkipReason::Robots), None));
        }
        self.with_retries(|| self.fetch_page(&job.url, rules)).await
    }
    // ANCHOR_END: request

    /// Makes one attempt, and up to three more while the error is temporary. No
    /// retry starts later than two timeouts after the first failure.
    ///
    /// `Retry-After` delays this job only. Other jobs may send requests to the
    /// same host in the meantime, within its limit.
    async fn with_retries<T, F>(
        &self,
        attempt: impl FnMut() -> F,
    ) -> Result<T, LinkError>
    where
        F: Future<Output = Result<T, LinkError>>,
    {
        let mut deadline = None;
        attempt
            .retry(full_jitter())
            .when(LinkError::is_temporary)
            .adjust(|error, backoff| {
                let retry_after = match error {
                    LinkError::Status(_, Some(retry_after)) => *retry_after,
                    _ => Duration::ZERO,
                };
                // A server may ask for more time than a clock can hold.
                let wait = backoff?.checked_add(retry_after)?;
                let now = Instant::now();
                let deadline = *deadline.get_or_insert(now + 2 * self.timeout);
                (now.checked_add(wait)? < deadline).then_some(wait)
            })
            .await
    }

    /// Fetches a page of the site.
    async fn fetch_page(
        &self,
        url: &Url,
        rules: &Rules,
    ) -> Result<(Outcome, Option<Body>), LinkError> {
        let response = self.send(Method::GET, url, Some(rules)).await?;
        if let Some(to) = redirect_of(url, &response) {
            return Ok((Outcome::Redirect(to), None));
        }
        let headers = response.headers();
        let content_type = content_type(headers);
        if !is_html(&content_type) {
            return Ok((Outcome::Fine(None), None));
        }
        if is_compressed(headers) {
            let reason = "it is compressed, which the request did not allow";
            return Ok((Outcome::Fine(Some(reason)), None));
        }
        let charset = charset_in(&content_type);
        let (bytes, is_whole) = body(response, MAX_PAGE_BYTES).await?;
        let reason = (!is_whole).then_some("it is larger than 2 MB");
        Ok((Outcome::Fine(reason), Some(Body { bytes, charset })))
    }

    // ANCHOR: test_url
    /// Tests whether a URL outside works. A successful HEAD is enough. Many
    /// servers don't support HEAD, so when it's refused, GET decides.
    async fn test_url(
        &self,
        url: &Url,
    ) -> Result<(Outcome, Option<Body>), LinkError> {
        let response = match self.send(Method::HEAD, url, None).await {
            // A host that doesn't respond, or not now, won't respond to GET.
            Err(error @ LinkError::Status(..)) if !error.is_temporary() => {
                self.send(Method::GET, url, None).await?
            }
            response => response?,
        };
        let to = redirect_of(url, &response);
        Ok((to.map_or(Outcome::Fine(None), Outcome::Redirect), None))
    }
    // ANCHOR_END: test_url

    /// Fetches the site's robots.txt. A site that has none allows everything.
    async fn fetch_rules(&self, url: &Url) -> Result<Rules, LinkError> {
        let url = url.join("/robots.txt").map_err(LinkError::NotUrl)?;
        let fetch = || async {
            let request = self.robots_client.get(url.clone());
            let response = success(self.with_login(request).send().await?)?;
            if is_compressed(response.headers()) {
                return Err(LinkError::Compressed);
            }
            Ok(body(response, MAX_ROBOTS_BYTES).await?.0)
        };
        let access = self.with_retries(fetch).await;
        let access = match &access {
            Ok(text) => AccessResult::Successful(text),
            Err(LinkError::Status(status, _))
                if status.is_client_error()
                    && *status != StatusCode::TOO_MANY_REQUESTS =>
            {
                AccessResult::Unavailable
            }
            Err(error) => return Err(error.clone()),
        };
        let robots = Robots::from_access(access, NAME);
        let pause = robots.crawl_delay().filter(|pause| !pause.is_zero());
        let pace = pause.map(|pause| {
            let mut pace = interval(pause.min(MAX_PAUSE));
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            Mutex::new(pace)
        });
        Ok(Rules { robots, pace })
    }

    /// Returns a response that is a success or a redirect. With the site's
    /// `rules`, the request keeps its pace and carries the login. Without
    /// them, it goes to a different host.
    async fn send(
        &self,
        method: Method,
        url: &Url,
        rules: Option<&Rules>,
    ) -> Result<Response, LinkError> {
        let send = async |client: &Client| {
            let mut request = client.request(method.clone(), url.clone());
            if let Some(rules) = rules {
                request = self.with_login(request);
                if let Some(pace) = &rules.pace {
                    pace.lock().await.tick().await;
                }
            }
            request.send().await.map_err(LinkError::from)
        };
        let response = match send(&self.client).await {
            // The server may have closed an idle connection just when it was
            // used again. hyper repeats a request that was never written.
            // This one may have been, but HEAD and GET are safe to repeat.
            Err(LinkError::ConnectionLost) => send(&self.fresh_client).await?,
            response => response?,
        };
        match redirect_of(url, &response) {
            Some(_) => Ok(response),
            None => success(response),
        }
    }

    fn with_login(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.login {
            Some((name, password)) => request.basic_auth(name, Some(password)),
            None => request,
        }
    }
}

fn client(options: &Options) -> ClientBuilder {
    // A host that doesn't accept a connection within half the timeout counts as
    // unreachable.
    let client = Client::builder()
        .user_agent(USER_AGENT)
        .timeout(options.timeout)
        .connect_timeout(options.timeout / 2);
    if options.hosts.is_empty() {
        return client;
    }
    let hosts = options.hosts.iter();
    hosts.fold(client.no_proxy(), |client, (name, address)| {
        client.resolve(name, *address)
    })
}

/// A site's robots.txt often moves to https or to `www.` with the whole site.
fn robots_redirects() -> Policy {
    let limited = Policy::limited(MAX_ROBOTS_REDIRECTS);
    Policy::custom(move |attempt| {
        if attempt.url().scheme() == "https" && !cfg!(feature = "live") {
            return attempt.error(LinkError::NeedsTls);
        }
        limited.redirect(attempt)
    })
}

fn success(response: Response) -> Result<Response, LinkError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    Err(LinkError::Status(status, retry_after(response.headers())))
}

/// A random part of 100 ms, then of 200 ms, then of 400 ms.
fn full_jitter() -> impl Backoff {
    let longest = ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(100))
        .with_max_times(3)
        .build();
    longest.map(|longest| longest.mul_f64(fastrand::f64()))
}

/// How long `Retry-After` asks to wait: a number of seconds, or until a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

/// The target of a redirect, if the response is one.
fn redirect_of(url: &Url, response: &Response) -> Option<Url> {
    let is_redirect =
        matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let to = response.headers().get(LOCATION).filter(|_| is_redirect)?;
    // Some servers send it as UTF-8, without percent signs.
    let to = url.join(str::from_utf8(to.as_bytes()).ok()?).ok()?;
    let is_short = to.as_str().len() <= MAX_URL_BYTES;
    let is_link = is_short && matches!(to.scheme(), "http" | "https");
    is_link.then(|| without_login(to))
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    String::from_utf8_lossy(value.unwrap_or_default()).into_owned()
}

/// Whether this type, up to a `;`, is HTML. A page without a type may be.
fn is_html(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    ["", "text/html", "application/xhtml+xml"]
        .iter()
        .any(|html| essence.eq_ignore_ascii_case(html))
}

/// The encoding that a content type names, if it does.
fn charset_in(content_type: &str) -> Option<&'static Encoding> {
    let mime: Mime = content_type.parse().ok()?;
    Encoding::for_label(mime.get_param(mime::CHARSET)?.as_str().as_bytes())
}

fn is_compressed(headers: &HeaderMap) -> bool {
    let is_identity = |value: &HeaderValue| {
        value.as_bytes().eq_ignore_ascii_case(b"identity")
    };
    !headers.get_all(CONTENT_ENCODING).iter().all(is_identity)
}

/// A body up to `limit` bytes, and whether that's all of it.
async fn body(
    mut response: Response,
    limit: usize,
) -> Result<(Vec<u8>, bool), LinkError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = limit - bytes.len();
        if chunk.len() > room {
            bytes.extend_from_slice(&chunk[..room]);
            return Ok((bytes, false));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes, true))
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(10);

    /// How many attempts are made, and how long all of them take, when each
    /// fails after so long.
    async fn attempts(duration: Duration) -> (usize, Duration) {
        let start = Url::parse("http://a.example").expect("a URL");
        let fetcher = Fetcher::new(&Options::new(start, TIMEOUT));
        let fetcher = fetcher.expect("the clients");
        let begin = Instant::now();
        let mut attempts = 0;
        let result: Result<(), _> = fetcher
            .with_retries(|| {
                attempts += 1;
                async move {
                    sleep(duration).await;
                    Err(LinkError::TimedOut)
                }
            })
            .await;
        assert!(matches!(result, Err(LinkError::TimedOut)));
        (attempts, begin.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_hangs_gets_three_attempts_and_a_quick_one_gets_four() {
        let (hanging, duration) = attempts(TIMEOUT).await;
        assert_eq!(hanging, 3);
        // Three timeouts, and up to 100 and 200 ms before the retries.
        assert!(
            (3 * TIMEOUT..3 * TIMEOUT + Duration::from_millis(310))
                .contains(&duration)
        );
        let (quick, duration) = attempts(Duration::ZERO).await;
        assert_eq!(quick, 4);
        assert!(duration < Duration::from_millis(710));
    }
}
