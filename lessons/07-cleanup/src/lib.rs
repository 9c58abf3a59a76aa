//! A page, fetched in a session that is closed whatever happens.
//!
//! In Python this is `async with`: what stands in `__aexit__` or in a `finally`
//! runs on every way out, and may await. In Rust every way out runs `Drop`,
//! which may not. Here the session is closed by a task, and a tracker knows of
//! it, so that the program can wait for it.

use std::time::Duration;

use lesson_kit::{Site, println};
use tokio::runtime::Handle;
use tokio::task::JoinError;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// The site of the tutorial's own example.
pub const SITES: [&str; 1] = ["codeswithpankaj.com"];

/// How long to wait for each answer, from the request to the last byte.
pub const TIME_LIMIT: Duration = Duration::from_secs(2);

/// What can go wrong in a session.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// A request failed.
    #[error(transparent)]
    Request(#[from] reqwest::Error),
    /// The task that logs out came to no end.
    #[error("the logout was not done")]
    NoLogout(#[from] JoinError),
}

// ANCHOR: session
/// Someone who is logged in. When this is dropped, a task logs out.
pub struct Session {
    client: reqwest::Client,
    site: Site,
    closing: TaskTracker,
    runtime: Handle,
    is_open: bool,
    /// As long as this is there, whoever waits for `closing` waits. (So whoever
    /// has the session must not.)
    _open: TaskTrackerToken,
}

impl Session {
    /// Logs in. `closing` keeps track of the session, and of the task that logs
    /// out.
    pub async fn open(
        client: &reqwest::Client,
        site: &Site,
        closing: &TaskTracker,
    ) -> reqwest::Result<Session> {
        // It is there before the request: who leaves during the login does not
        // know whether the server has heard it.
        let session = Session {
            client: client.clone(),
            site: site.clone(),
            closing: closing.clone(),
            runtime: Handle::current(),
            is_open: true,
            _open: closing.token(),
        };
        post(client, site, "login").await?;
        Ok(session)
    }

    /// Logs out, and waits until that is done.
    pub async fn close(mut self) -> Result<(), SessionError> {
        self.is_open = false;
        let (client, site) = (self.client.clone(), self.site.clone());
        let log_out = async move { post(&client, &site, "logout").await };
        Ok(self.closing.spawn_on(log_out, &self.runtime).await??)
    }
}

impl Drop for Session {
    /// There is no `.await` in here. But a task can be made.
    fn drop(&mut self) {
        if !self.is_open {
            return;
        }
        let (client, site) = (self.client.clone(), self.site.clone());
        let log_out = async move {
            if let Err(error) = post(&client, &site, "logout").await {
                // Nobody waits for this task's result.
                println!("{}: no logout: {error}", site.name);
            }
        };
        self.closing.spawn_on(log_out, &self.runtime);
    }
}
// ANCHOR_END: session

impl Session {
    /// Fetches a page of the site, and returns how many bytes its text has.
    pub async fn fetch_page(&self, path: &str) -> reqwest::Result<usize> {
        let url = url(&self.site, path);
        let response = self.client.get(url).send().await?;
        let text = response.error_for_status()?.text().await?;
        println!("Fetched {}", self.site.name);
        Ok(text.len())
    }
}

// ANCHOR: with_session
/// Logs in, runs `body`, and logs out.
///
/// When `body` has returned, with a page or with an error, this waits for the
/// logout. When it panics, or when this is dropped, nothing waits here: the
/// session is dropped, and `closing` has the task that logs out.
pub async fn with_session<T>(
    client: &reqwest::Client,
    site: &Site,
    closing: &TaskTracker,
    body: impl AsyncFnOnce(&Session) -> reqwest::Result<T>,
) -> Result<T, SessionError> {
    let session = Session::open(client, site, closing).await?;
    let result = body(&session).await;
    let closed = session.close().await;
    // Of two errors, the first.
    let value = result?;
    closed?;
    Ok(value)
}
// ANCHOR_END: with_session

/// Posts nothing to a path of a site: `login`, or `logout`.
///
/// # Errors
///
/// When there is no answer, or none that says that it is done.
pub async fn post(
    client: &reqwest::Client,
    site: &Site,
    path: &str,
) -> reqwest::Result<()> {
    client.post(url(site, path)).send().await?.error_for_status()?;
    Ok(())
}

/// The URL of a path of a site.
pub fn url(site: &Site, path: &str) -> String {
    format!("{}/{path}", site.url.trim_end_matches('/'))
}

/// A client that gives up on an answer after [`TIME_LIMIT`].
///
/// # Errors
///
/// When the system refuses what a client needs.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().timeout(TIME_LIMIT).build()
}
