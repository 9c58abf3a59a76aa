//! Asks for URLs, so many at a time, each with limits and retries.
//!
//! From lesson 04, a `JoinSet` of tasks; from lesson 05, the bound on them and
//! the time limits; from lesson 06, retries; from lesson 07, one client for
//! all, and tasks that are gone at the end; from lesson 08, robots.txt and
//! bodies that are too large.

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

use crate::parser::LONGEST_URL;
use crate::{Job, Options, Outcome, Reason, Why, without_login};

/// The name that robots.txt knows this program by.
pub const NAME: &str = "lesson10";
/// What it says of itself: its name, and where to complain.
pub const AGENT: &str = "lesson10/0.1 (+http://lesson10.example/why)";
/// Of a page no more bytes are read.
pub const LARGEST: usize = 2_000_000;
/// A robots.txt counts up to here: 500 KiB, as RFC 9309 wants at least.
const ROBOTS: usize = 512_000;
/// The longest pause between two requests that a robots.txt gets.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What is common to all requests.
#[derive(Debug)]
pub struct Fetcher {
    client: Client,
    /// Its connections are never used again.
    fresh: Client,
    for_robots: Client,
    timeout: Duration,
    login: Option<(String, String)>,
    site: OnceCell<Result<Site, Why>>,
}

/// What the site asks of programs.
#[derive(Debug)]
struct Site {
    robots: Robots,
    pace: Option<Mutex<Interval>>,
}

/// A job that was asked.
#[derive(Debug)]
pub struct Fetched {
    /// The job.
    pub job: Job,
    /// What became of it.
    pub outcome: Outcome,
    /// The page, where there is one to be searched.
    pub body: Option<Body>,
}

/// A page as it came.
#[derive(Debug)]
pub struct Body {
    /// Its bytes, or the first of them.
    pub bytes: Vec<u8>,
    /// How they are to be read, if the header says.
    pub charset: Option<&'static Encoding>,
}

impl Fetcher {
    /// A fetcher with clients of its own.
    ///
    /// # Errors
    ///
    /// When the system refuses what a client needs.
    pub fn new(options: &Options) -> reqwest::Result<Fetcher> {
        // Redirects go through the frontier, but for those of a robots.txt.
        let client = |redirects| client(options).redirect(redirects);
        let fresh = client(Policy::none()).pool_max_idle_per_host(0);
        Ok(Fetcher {
            client: client(Policy::none()).build()?,
            fresh: fresh.build()?,
            for_robots: client(Policy::limited(5)).build()?,
            timeout: options.timeout,
            login: options.login.clone(),
            site: OnceCell::new(),
        })
    }

    // ANCHOR: run
    /// Asks for what comes in and passes on what became of it, until nothing
    /// comes any more or all is over.
    pub async fn run(
        self,
        at_once: usize,
        mut jobs: Receiver<Job>,
        pages: Sender<Fetched>,
        over: &CancellationToken,
    ) {
        let fetcher = Arc::new(self);
        let mut fetching = JoinSet::new();
        loop {
            tokio::select! {
                job = jobs.recv(), if fetching.len() < at_once => {
                    let Some(job) = job else { break };
                    let (fetcher, pages) = (fetcher.clone(), pages.clone());
                    fetching.spawn(async move {
                        let fetched = fetcher.fetch(job).await;
                        // An error is a crawl that is over.
                        let _ = pages.send(fetched).await;
                    });
                }
                Some(ended) = fetching.join_next() => {
                    // A task that panicked sends nothing, so the crawl would
                    // wait for it for ever.
                    if let Err(error) = ended && error.is_panic() {
                        resume_unwind(error.into_panic());
                    }
                }
                () = over.cancelled() => break,
            }
        }
        fetching.shutdown().await;
    }
    // ANCHOR_END: run

    async fn fetch(&self, job: Job) -> Fetched {
        let (outcome, body) = match self.ask(&job).await {
            Ok(answer) => answer,
            Err(why) => (Outcome::Broken(why), None),
        };
        Fetched { job, outcome, body }
    }

    // ANCHOR: ask
    async fn ask(&self, job: &Job) -> Result<(Outcome, Option<Body>), Why> {
        if job.url.scheme() == "https" && !cfg!(feature = "live") {
            return Ok((Outcome::NotAsked(Reason::Tls), None));
        }
        if !job.inside {
            return self.with_retries(|| self.look(&job.url)).await;
        }
        // The first job of the site fetches its robots.txt, and others wait.
        let site = self.site.get_or_init(|| self.site(&job.url)).await;
        let site = match site {
            Ok(site) => site,
            Err(why) => return Err(Why::NoRobots(Box::new(why.clone()))),
        };
        if !site.robots.is_url_allowed(&job.url) {
            return Ok((Outcome::NotAsked(Reason::Robots), None));
        }
        self.with_retries(|| self.page(&job.url, site)).await
    }
    // ANCHOR_END: ask
    /// Once, and up to three times more where it is worth it, as long as two
    /// time limits have not passed since the first try failed.
    ///
    /// What a host asks for with Retry-After binds this job. Others ask the
    /// host meanwhile: it gets no more than its bound of them.
    async fn with_retries<T, F>(
        &self,
        once: impl FnMut() -> F,
    ) -> Result<T, Why>
    where
        F: Future<Output = Result<T, Why>>,
    {
        let mut deadline = None;
        once.retry(full_jitter())
            .when(Why::may_pass)
            .adjust(|why, wait| {
                let asked = match why {
                    Why::Status(_, Some(asked)) => *asked,
                    _ => Duration::ZERO,
                };
                // A site may ask for more time than a clock can hold.
                let wait = wait?.checked_add(asked)?;
                let now = Instant::now();
                let deadline = *deadline.get_or_insert(now + 2 * self.timeout);
                (now.checked_add(wait)? < deadline).then_some(wait)
            })
            .await
    }

    /// A page of the site.
    async fn page(
        &self,
        url: &Url,
        site: &Site,
    ) -> Result<(Outcome, Option<Body>), Why> {
        let response = self.send(Method::GET, url, Some(site)).await?;
        if let Some(to) = redirect_of(url, &response) {
            return Ok((Outcome::Redirect(to), None));
        }
        let headers = response.headers();
        let content_type = content_type(headers);
        if !is_html(&content_type) {
            return Ok((Outcome::Fine(None), None));
        }
        if is_compressed(headers) {
            let word = "it came compressed, which nobody had asked for";
            return Ok((Outcome::Fine(Some(word)), None));
        }
        let charset = charset_in(&content_type);
        let (bytes, is_whole) = body(response, LARGEST).await?;
        let word = (!is_whole).then_some("it has more than 2 MB");
        Ok((Outcome::Fine(word), Some(Body { bytes, charset })))
    }

    // ANCHOR: look
    /// Whether something outside is there. HEAD is enough where it succeeds; as
    /// many servers do not have it, GET decides where they refuse.
    async fn look(&self, url: &Url) -> Result<(Outcome, Option<Body>), Why> {
        let response = match self.send(Method::HEAD, url, None).await {
            // What has no answer, or none now, has none to GET either.
            Err(why @ Why::Status(..)) if !why.may_pass() => {
                self.send(Method::GET, url, None).await?
            }
            response => response?,
        };
        let to = redirect_of(url, &response);
        Ok((to.map_or(Outcome::Fine(None), Outcome::Redirect), None))
    }
    // ANCHOR_END: look
    /// What the site asks of programs: nothing where it has no robots.txt.
    async fn site(&self, url: &Url) -> Result<Site, Why> {
        let url = url.join("/robots.txt").map_err(Why::NotUrl)?;
        let fetch = || async {
            let request = self.with_login(self.for_robots.get(url.clone()));
            let response = success(request.send().await?)?;
            if is_compressed(response.headers()) {
                return Err(Why::Compressed);
            }
            Ok(body(response, ROBOTS).await?.0)
        };
        let access = self.with_retries(fetch).await;
        let access = match &access {
            Ok(text) => AccessResult::Successful(text),
            Err(Why::Status(status, _))
                if status.is_client_error()
                    && *status != StatusCode::TOO_MANY_REQUESTS =>
            {
                AccessResult::Unavailable
            }
            Err(why) => return Err(why.clone()),
        };
        let robots = Robots::from_access(access, NAME);
        let pause = robots.crawl_delay().filter(|pause| !pause.is_zero());
        let pace = pause.map(|pause| {
            let mut pace = interval(pause.min(LONGEST_PAUSE));
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            Mutex::new(pace)
        });
        Ok(Site { robots, pace })
    }
    /// An answer that is a success or a redirect. The site is asked as often as
    /// it wants, and it alone gets the login; `None` is any other host.
    async fn send(
        &self,
        method: Method,
        url: &Url,
        site: Option<&Site>,
    ) -> Result<Response, Why> {
        let send = async |client: &Client| {
            let mut request = client.request(method.clone(), url.clone());
            if let Some(site) = site {
                request = self.with_login(request);
                if let Some(pace) = &site.pace {
                    pace.lock().await.tick().await;
                }
            }
            request.send().await.map_err(Why::from)
        };
        let response = match send(&self.client).await {
            // Perhaps the host closed a connection just as it was used again.
            Err(Why::Lost) => send(&self.fresh).await?,
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
    // Who takes half the time to be reached at all counts as unreachable.
    let client = Client::builder()
        .user_agent(AGENT)
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

fn success(response: Response) -> Result<Response, Why> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    Err(Why::Status(status, retry_after(response.headers())))
}

/// A random part of 100 ms, 200 ms, 400 ms.
fn full_jitter() -> impl Backoff {
    let longest = ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(100))
        .with_max_times(3)
        .build();
    longest.map(|longest| longest.mul_f64(fastrand::f64()))
}

/// For how long a site asks to be left alone: so many seconds, or until a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let asked = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(asked).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

/// Where a redirect leads, if an answer is one.
fn redirect_of(url: &Url, response: &Response) -> Option<Url> {
    let is_one =
        matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let to = response.headers().get(LOCATION).filter(|_| is_one)?;
    // Some write it as it is read, without percent signs.
    let to = url.join(str::from_utf8(to.as_bytes()).ok()?).ok()?;
    let is_short = to.as_str().len() <= LONGEST_URL;
    let is_link = is_short && matches!(to.scheme(), "http" | "https");
    is_link.then(|| without_login(to))
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    String::from_utf8_lossy(value.unwrap_or_default()).into_owned()
}

/// By what stands before a `;`. What does not say what it is gets the benefit
/// of the doubt.
fn is_html(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    ["", "text/html", "application/xhtml+xml"]
        .iter()
        .any(|html| essence.eq_ignore_ascii_case(html))
}

/// The encoding that a content type gives, if it does.
pub fn charset_in(content_type: &str) -> Option<&'static Encoding> {
    let mime: Mime = content_type.parse().ok()?;
    Encoding::for_label(mime.get_param(mime::CHARSET)?.as_str().as_bytes())
}

fn is_compressed(headers: &HeaderMap) -> bool {
    let is_identity = |value: &HeaderValue| {
        value.as_bytes().eq_ignore_ascii_case(b"identity")
    };
    !headers.get_all(CONTENT_ENCODING).iter().all(is_identity)
}
/// A body, or the first so many bytes of it, and whether that is all.
async fn body(
    mut response: Response,
    most: usize,
) -> Result<(Vec<u8>, bool), Why> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = most - bytes.len();
        if chunk.len() > room {
            bytes.extend_from_slice(&chunk[..room]);
            return Ok((bytes, false));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes, true))
}
