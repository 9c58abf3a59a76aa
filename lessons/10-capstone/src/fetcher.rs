//! Sends the requests, with a concurrency limit, timeouts and retries.
//!
//! From lesson 04 it has a `JoinSet` of tasks; from lesson 05 the limit on them
//! and the timeouts; from lesson 06 the retries; from lesson 07 one client for
//! all tasks, and tasks that are aborted at the end; from lesson 08 robots.txt
//! and the limit on the size of a body.

use std::panic::resume_unwind;
use std::sync::Arc;

use reqwest::header::AUTHORIZATION;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use robotxt::AccessResult;
use tokio::sync::OnceCell;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::error::LinkError;
use crate::http::client::Clients;
use crate::http::decode::End;
use crate::http::media_type::page_type;
use crate::http::places::{Place, Places};
use crate::http::redirect::redirect;
use crate::http::response::{decoded_body, success};
use crate::http::retry::{Attempt, Retries};
use crate::http::robots::{MAX_ROBOTS_BYTES, MAX_ROBOTS_REDIRECTS, Robots};
use crate::message::{Body, Fetched, Incomplete, Job, Outcome, SkipReason};
use crate::options::Options;

/// The outcome of a job, and its page if it's one to search for links.
type Result<T = (Outcome, Option<Body>)> = std::result::Result<T, LinkError>;

/// What all requests share.
#[derive(Debug)]
pub struct Fetcher {
    options: Options,
    clients: Clients,
    robots: OnceCell<Result<Robots>>,
    retries: Retries,
}

impl Fetcher {
    /// A fetcher with clients of its own.
    ///
    /// # Errors
    ///
    /// When the system refuses what a client needs.
    pub fn new(options: &Options) -> reqwest::Result<Fetcher> {
        Ok(Fetcher {
            clients: Clients::new(options)?,
            retries: Retries::new(options.timeout),
            options: options.clone(),
            robots: OnceCell::new(),
        })
    }

    /// Fetches the jobs that arrive and sends the results on, until `jobs` is
    /// closed or the crawl has ended.
    pub async fn run(
        self,
        mut jobs: Receiver<Job>,
        pages: Sender<Fetched>,
        crawl_ended: &CancellationToken,
    ) {
        let places = Places::new(self.options.at_once);
        let fetcher = Arc::new(self);
        let mut tasks = JoinSet::new();
        let mut next = None;
        loop {
            tokio::select! {
                job = jobs.recv(), if next.is_none() => {
                    let Some(job) = job else { break };
                    next = Some(job);
                }
                // First a job, and then a place for it. A loop that held a
                // place while it waits for a job would keep that place from the
                // jobs that have given back theirs.
                mut place = places.take(), if next.is_some() => {
                    let Some(job) = next.take() else { continue };
                    let fetcher = Arc::clone(&fetcher);
                    let pages = pages.clone();
                    tasks.spawn(async move {
                        let fetched = fetcher.fetch(job, &mut place).await;
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

    /// Decides the outcome of a job.
    async fn fetch(&self, job: Job, place: &mut Place) -> Fetched {
        let fetched = match self.reason_to_skip(&job) {
            Some(reason) => Ok((Outcome::Skipped(reason), None)),
            None => self.request(&job, place).await,
        };
        let (outcome, body) =
            fetched.unwrap_or_else(|error| (Outcome::Broken(error), None));
        Fetched { job, outcome, body }
    }

    fn reason_to_skip(&self, job: &Job) -> Option<SkipReason> {
        // Other URLs that are left out don't get here, except the start URL.
        let is_redirect = job.hops > 0;
        let filter = &self.options.filter;
        if is_redirect && filter.leaves_out(&job.url, job.inside) {
            return Some(SkipReason::Filter);
        }
        let needs_tls = job.url.scheme() == "https" && !cfg!(feature = "live");
        needs_tls.then_some(SkipReason::Tls)
    }

    async fn request(&self, job: &Job, place: &mut Place) -> Result {
        let url = &job.url;
        let retries = &self.retries;
        if !job.inside {
            let test = |attempt| self.test_url(url, attempt);
            return retries.run(url, None, place, test).await;
        }
        // The site's first job fetches robots.txt, and the others wait for it.
        let robots = self.robots.get_or_init(|| self.fetch_robots(url, place));
        let robots = match robots.await {
            Ok(robots) => robots,
            Err(error) => {
                let error = Box::new(error.clone());
                return Err(LinkError::RobotsUnavailable(error));
            }
        };
        if !robots.allows(url) {
            return self.disallowed(job);
        }
        let fetch = |attempt| self.fetch_page(job, attempt);
        retries.run(url, Some(robots), place, fetch).await
    }

    /// A start URL that leads nowhere is an error. Otherwise a site on which
    /// nothing was checked would pass as clean.
    fn disallowed(&self, job: &Job) -> Result {
        if job.depth == 0 {
            return Err(LinkError::Disallowed);
        }
        Ok((Outcome::Skipped(SkipReason::Robots), None))
    }

    /// Fetches a page of the site.
    async fn fetch_page(&self, job: &Job, attempt: Attempt) -> Result {
        let request = self.request_for(Method::GET, &job.url, attempt);
        let response = self.for_site(request).send().await?;
        let status = response.status();
        match redirect(&job.url, status, response.headers()) {
            Some(Outcome::Redirect(to))
                if job.depth == 0 && !self.options.is_inside(&to) =>
            {
                return Err(LinkError::DifferentSite(to));
            }
            Some(outcome) => return Ok((outcome, None)),
            None => {}
        }
        let page = self.read_page(success(response)?).await?;
        Ok((Outcome::Fine, page))
    }

    /// Reads a response, if it's a page.
    async fn read_page(&self, response: Response) -> Result<Option<Body>> {
        let Some((kind, charset)) = page_type(response.headers()) else {
            return Ok(None);
        };
        let limit = self.options.max_page_bytes;
        let (bytes, end) = decoded_body(response, limit).await?;
        let incomplete = match end {
            End::Whole => None,
            End::TooLarge => Some(Incomplete::TooLarge(limit)),
            End::Invalid => Some(Incomplete::Compression),
        };
        Ok(Some(Body { bytes, kind, charset, incomplete }))
    }

    /// Tests whether a URL outside works. A successful HEAD is enough. If it
    /// fails, GET decides, because many servers support HEAD badly or not at
    /// all. After a temporary error, the next attempt is a GET. So a host that
    /// is down gets no more requests than by GET alone.
    async fn test_url(&self, url: &Url, attempt: Attempt) -> Result {
        if attempt.failed == 0 {
            match self.test_with(Method::HEAD, url, attempt).await {
                Err(error) if error.may_be_fine_for_get() => {}
                tested => return tested,
            }
        }
        self.test_with(Method::GET, url, attempt).await
    }

    async fn test_with(
        &self,
        method: Method,
        url: &Url,
        attempt: Attempt,
    ) -> Result {
        let response = self.request_for(method, url, attempt).send().await?;
        let outcome = match redirect(url, response.status(), response.headers())
        {
            Some(outcome) => outcome,
            None => success(response).map(|_| Outcome::Fine)?,
        };
        Ok((outcome, None))
    }

    /// Fetches the site's robots.txt. A site that has none allows everything.
    async fn fetch_robots(
        &self,
        url: &Url,
        place: &mut Place,
    ) -> Result<Robots> {
        let url = url.join("/robots.txt").map_err(LinkError::NotUrl)?;
        let fetch = |attempt| self.read_robots(url.clone(), attempt);
        let access = self.retries.run(&url, None, place, fetch).await;
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

    /// Reads a robots.txt and follows its redirects. reqwest could do that, but
    /// it would send the site's headers to whichever host they lead to.
    async fn read_robots(
        &self,
        mut url: Url,
        attempt: Attempt,
    ) -> Result<Vec<u8>> {
        for _ in 0..=MAX_ROBOTS_REDIRECTS {
            let mut request = self.request_for(Method::GET, &url, attempt);
            if self.options.is_inside(&url) {
                request = self.for_site(request);
            }
            let response = request.send().await?;
            let status = response.status();
            match redirect(&url, status, response.headers()) {
                Some(Outcome::Redirect(to)) => url = with_tls(to)?,
                Some(Outcome::Broken(error)) => return Err(error),
                Some(_) => {
                    let what = "a URL that cannot be requested".to_owned();
                    return Err(LinkError::BadRedirect(what));
                }
                None => return robots_text(success(response)?).await,
            }
        }
        Err(LinkError::TooManyRedirects)
    }

    fn request_for(
        &self,
        method: Method,
        url: &Url,
        attempt: Attempt,
    ) -> RequestBuilder {
        let Clients { pooled, fresh } = &self.clients;
        let client = if attempt.needs_new_connection { fresh } else { pooled };
        client.request(method, url.clone())
    }

    /// Adds what the site gets and no other host. A header of one's own comes
    /// before the login, because there may be only one `Authorization`.
    fn for_site(&self, request: RequestBuilder) -> RequestBuilder {
        let Options { headers, login, .. } = &self.options;
        let request = request.headers(headers.clone());
        match login {
            Some((name, password)) if !headers.contains_key(AUTHORIZATION) => {
                request.basic_auth(name, Some(password))
            }
            _ => request,
        }
    }
}

async fn robots_text(response: Response) -> Result<Vec<u8>> {
    match decoded_body(response, MAX_ROBOTS_BYTES).await? {
        (_, End::Invalid) => Err(LinkError::Compression),
        (text, End::Whole | End::TooLarge) => Ok(text),
    }
}

/// A URL that this build can request.
fn with_tls(url: Url) -> Result<Url> {
    if url.scheme() == "https" && !cfg!(feature = "live") {
        return Err(LinkError::NeedsTls);
    }
    Ok(url)
}
