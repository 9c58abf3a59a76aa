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
use encoding_rs::{Encoding, UTF_8};
use mime::Mime;
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER,
};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Method, Response, StatusCode};
use robotxt::{AccessResult, Robots};
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::{Mutex, OnceCell};
use tokio::task::JoinSet;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{Job, Options, Outcome, Reason, Why};

/// The name that robots.txt knows this program by.
pub const NAME: &str = "lesson10";
/// What it says of itself: its name, and where to complain.
pub const AGENT: &str = "lesson10/0.1 (+http://lesson10.example/why)";
/// Of a page no more bytes are read.
pub const LARGEST: usize = 2_000_000;
/// A robots.txt counts up to here.
const ROBOTS: usize = 500_000;
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
    /// How they are to be read.
    pub encoding: &'static Encoding,
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
        if let Some(pace) = &site.pace {
            pace.lock().await.tick().await;
        }
        self.with_retries(|| self.page(&job.url)).await
    }
    // ANCHOR_END: ask

    // ANCHOR: retries
    /// Once, and up to three times more where it is worth it. The last try
    /// begins before two time limits have passed.
    async fn with_retries<T, F>(
        &self,
        once: impl FnMut() -> F,
    ) -> Result<T, Why>
    where
        F: Future<Output = Result<T, Why>>,
    {
        let deadline = Instant::now() + 2 * self.timeout;
        once.retry(full_jitter())
            .when(Why::may_pass)
            .adjust(|why, wait| {
                let asked = match why {
                    Why::Status(_, Some(asked)) => *asked,
                    _ => Duration::ZERO,
                };
                // A site may ask for more time than a clock can hold.
                let wait = wait?.checked_add(asked)?;
                let next = Instant::now().checked_add(wait)?;
                (next < deadline).then_some(wait)
            })
            .await
    }
    // ANCHOR_END: retries

    /// A page of the site.
    async fn page(&self, url: &Url) -> Result<(Outcome, Option<Body>), Why> {
        let response = self.send(Method::GET, url).await?;
        if let Some(to) = redirect_of(url, &response) {
            return Ok((Outcome::Redirect(to), None));
        }
        let headers = response.headers();
        let Some(encoding) = encoding_of_page(headers) else {
            return Ok((Outcome::Fine(None), None));
        };
        if headers.contains_key(CONTENT_ENCODING) {
            let word = "it came compressed, which nobody had asked for";
            return Ok((Outcome::Fine(Some(word)), None));
        }
        let (bytes, is_whole) = body(response, LARGEST).await?;
        let word = (!is_whole).then_some("it has more than 2 MB");
        Ok((Outcome::Fine(word), Some(Body { bytes, encoding })))
    }

    // ANCHOR: look
    /// Whether something outside is there. HEAD is enough where it succeeds; as
    /// many servers do not have it, otherwise GET decides.
    async fn look(&self, url: &Url) -> Result<(Outcome, Option<Body>), Why> {
        let response = match self.send(Method::HEAD, url).await {
            Ok(response) => response,
            // It asks to be left alone for a while, so not now.
            Err(why @ Why::Status(_, Some(_))) if why.may_pass() => {
                return Err(why);
            }
            Err(_) => self.send(Method::GET, url).await?,
        };
        let to = redirect_of(url, &response);
        Ok((to.map_or(Outcome::Fine(None), Outcome::Redirect), None))
    }
    // ANCHOR_END: look

    // ANCHOR: site
    /// What the site asks of programs: nothing where it has no robots.txt.
    async fn site(&self, url: &Url) -> Result<Site, Why> {
        let url = url.join("/robots.txt").map_err(Why::NotUrl)?;
        let fetch = || async {
            let response = self.for_robots.get(url.clone()).send().await?;
            Ok(body(success(response)?, ROBOTS).await?.0)
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
    // ANCHOR_END: site

    // ANCHOR: send
    /// An answer that is a success or a redirect.
    async fn send(&self, method: Method, url: &Url) -> Result<Response, Why> {
        let send = async |client: &Client| {
            let request = client.request(method.clone(), url.clone());
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
    // ANCHOR_END: send
}

fn client(options: &Options) -> ClientBuilder {
    let client = Client::builder().user_agent(AGENT).timeout(options.timeout);
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
    let to = url.join(to.to_str().ok()?).ok()?;
    matches!(to.scheme(), "http" | "https").then_some(to)
}

/// The encoding of a page; `None` where an answer is not one. What does not say
/// what it is gets the benefit of the doubt.
fn encoding_of_page(headers: &HeaderMap) -> Option<&'static Encoding> {
    let Some(content_type) = headers.get(CONTENT_TYPE) else {
        return Some(UTF_8);
    };
    let mime: Mime = content_type.to_str().ok()?.parse().ok()?;
    let is_page =
        ["text/html", "application/xhtml+xml"].contains(&mime.essence_str());
    let charset = mime.get_param(mime::CHARSET);
    let encoding = charset
        .and_then(|label| Encoding::for_label(label.as_str().as_bytes()));
    is_page.then_some(encoding.unwrap_or(UTF_8))
}

// ANCHOR: body
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
// ANCHOR_END: body
