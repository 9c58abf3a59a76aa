//! Sends the requests, with a concurrency limit, timeouts and retries.
//!
//! From lesson 04 it has a `JoinSet` of tasks; from lesson 05 the limit on them
//! and the timeouts; from lesson 06 the retries; from lesson 07 one client for
//! all tasks, and tasks that are aborted at the end; from lesson 08 robots.txt
//! and the limit on the size of a body.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use backon::{Backoff, BackoffBuilder, ExponentialBuilder, Retryable};
use reqwest::redirect::Policy;
use reqwest::{
    Client, ClientBuilder, Method, RequestBuilder, Response, StatusCode,
};
use robotxt::AccessResult;
use tokio::sync::OnceCell;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::address::host_of;
use crate::error::LinkError;
use crate::hosts::Hosts;
use crate::media_type::page_type;
use crate::message::{Body, Fetched, Incomplete, Job, Outcome, SkipReason};
use crate::options::Options;
use crate::response::{body, is_compressed, redirect_of, success};
use crate::robots::{MAX_ROBOTS_BYTES, Robots, robots_redirects};

/// The `User-Agent` header: the name, and a page that explains the program.
pub const USER_AGENT: &str = "lesson10/0.1 (+http://lesson10.example/bot)";

/// What all requests share.
#[derive(Debug)]
pub struct Fetcher {
    options: Options,
    client: Client,
    /// Opens a new connection for every request.
    fresh_client: Client,
    robots_client: Client,
    robots: OnceCell<Result<Robots, LinkError>>,
    hosts: Hosts,
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
            options: options.clone(),
            robots: OnceCell::new(),
            hosts: Hosts::default(),
        })
    }

    // ANCHOR: run
    /// Fetches the jobs that arrive and sends the results on, until `jobs` is
    /// closed or the crawl has ended.
    pub async fn run(
        self,
        mut jobs: Receiver<Job>,
        pages: Sender<Fetched>,
        crawl_ended: &CancellationToken,
    ) {
        let at_once = self.options.at_once;
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

    /// Decides the outcome of a job.
    async fn fetch(&self, job: Job) -> Fetched {
        let host = host_of(&job.url);
        let fetched = match self.reason_to_skip(&job) {
            Some(reason) => Ok((Outcome::Skipped(reason), None)),
            None => match self.hosts.given_up(&host) {
                Some(error) => Err(error),
                None => self.request(&job).await,
            },
        };
        let (outcome, body) =
            fetched.unwrap_or_else(|error| (Outcome::Broken(error), None));
        match &outcome {
            Outcome::Broken(error) => self.hosts.failed(host, error),
            Outcome::Fine | Outcome::Redirect(_) => self.hosts.responded(host),
            Outcome::Skipped(_) => {}
        }
        Fetched { job, outcome, body }
    }

    fn reason_to_skip(&self, job: &Job) -> Option<SkipReason> {
        if self.options.filter.leaves_out(&job.url, job.inside) {
            return Some(SkipReason::Filter);
        }
        let needs_tls = job.url.scheme() == "https" && !cfg!(feature = "live");
        needs_tls.then_some(SkipReason::Tls)
    }

    // ANCHOR: request
    async fn request(
        &self,
        job: &Job,
    ) -> Result<(Outcome, Option<Body>), LinkError> {
        if !job.inside {
            return self.with_retries(|| self.test_url(&job.url)).await;
        }
        // The site's first job fetches robots.txt, and the others wait for it.
        let robots = self.robots.get_or_init(|| self.fetch_robots(&job.url));
        let robots = match robots.await {
            Ok(robots) => robots,
            Err(error) => {
                let error = Box::new(error.clone());
                return Err(LinkError::RobotsUnavailable(error));
            }
        };
        if !robots.allows(&job.url) {
            return self.disallowed(job);
        }
        self.with_retries(|| self.fetch_page(job, robots)).await
    }
    // ANCHOR_END: request

    /// A start URL that leads nowhere is an error. Otherwise a site on which
    /// nothing was checked would pass as clean.
    fn disallowed(
        &self,
        job: &Job,
    ) -> Result<(Outcome, Option<Body>), LinkError> {
        if job.depth == 0 {
            return Err(LinkError::Disallowed);
        }
        Ok((Outcome::Skipped(SkipReason::Robots), None))
    }

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
                let deadline =
                    *deadline.get_or_insert(now + 2 * self.options.timeout);
                (now.checked_add(wait)? < deadline).then_some(wait)
            })
            .await
    }

    /// Fetches a page of the site.
    async fn fetch_page(
        &self,
        job: &Job,
        robots: &Robots,
    ) -> Result<(Outcome, Option<Body>), LinkError> {
        let url = &job.url;
        let response = self.send(Method::GET, url, Some(robots)).await?;
        if let Some(to) = redirect_of(url, &response) {
            if job.depth == 0 && !self.options.is_inside(&to) {
                return Err(LinkError::DifferentSite(to));
            }
            return Ok((Outcome::Redirect(to), None));
        }
        let headers = response.headers();
        let Some((kind, charset)) = page_type(headers) else {
            return Ok((Outcome::Fine, None));
        };
        if is_compressed(headers) {
            let incomplete = Some(Incomplete::Compression);
            let bytes = Vec::new();
            let body = Body { bytes, kind, charset, incomplete };
            return Ok((Outcome::Fine, Some(body)));
        }
        let limit = self.options.max_page_bytes;
        let (bytes, is_whole) = body(response, limit).await?;
        let incomplete = (!is_whole).then_some(Incomplete::TooLarge(limit));
        let body = Body { bytes, kind, charset, incomplete };
        Ok((Outcome::Fine, Some(body)))
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
        Ok((to.map_or(Outcome::Fine, Outcome::Redirect), None))
    }
    // ANCHOR_END: test_url

    /// Fetches the site's robots.txt. A site that has none allows everything.
    async fn fetch_robots(&self, url: &Url) -> Result<Robots, LinkError> {
        let url = url.join("/robots.txt").map_err(LinkError::NotUrl)?;
        let fetch = || async {
            let request = self.robots_client.get(url.clone());
            let response = success(self.for_site(request).send().await?)?;
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
        Ok(Robots::new(access))
    }

    /// Returns a response that is a success or a redirect. With the site's
    /// `robots`, the request keeps its pace and carries the site's headers.
    /// Without them, it goes to a different host.
    async fn send(
        &self,
        method: Method,
        url: &Url,
        robots: Option<&Robots>,
    ) -> Result<Response, LinkError> {
        let send = async |client: &Client| {
            let mut request = client.request(method.clone(), url.clone());
            if let Some(robots) = robots {
                request = self.for_site(request);
                robots.pause().await;
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

    /// Adds what the site gets and no other host.
    fn for_site(&self, request: RequestBuilder) -> RequestBuilder {
        let request = request.headers(self.options.headers.clone());
        match &self.options.login {
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

/// A random part of 100 ms, then of 200 ms, then of 400 ms.
fn full_jitter() -> impl Backoff {
    let longest = ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(100))
        .with_max_times(3)
        .build();
    longest.map(|longest| longest.mul_f64(fastrand::f64()))
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
