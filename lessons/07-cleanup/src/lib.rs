//! A page, fetched in a session that is closed on every way out.
//!
//! In Python this is `async with`: the code in `__aexit__` or in a `finally`
//! runs on every way out, and it may await. In Rust every way out runs `Drop`,
//! which can't await. So the logout is a task. A `TaskTracker` counts that
//! task, so the program can wait for it.
//!
//! [`with_session`] waits for the logout itself when its body returns, with a
//! page or with an error. When the body panics, or when the future is dropped,
//! nothing can wait inside it: the session is dropped, and the tracker has the
//! task that logs out.

use std::error::Error;
use std::time::Duration;

use lesson_kit::{Site, println, with_causes};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::JoinError;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// The site of the tutorial's own example.
pub const SITES: [&str; 1] = ["codeswithpankaj.com"];

/// The timeout for each request, from sending it to the last byte of the
/// response.
pub const TIMEOUT: Duration = Duration::from_secs(2);

/// What can go wrong in a session.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// A request failed.
    #[error(transparent)]
    Request(#[from] reqwest::Error),
    /// The task that logs out panicked or was cancelled.
    #[error("the logout task did not finish")]
    LogoutTask(#[from] JoinError),
}

// ANCHOR: session
/// Someone who is logged in. Dropping it spawns a task that logs out.
pub struct Session {
    client: reqwest::Client,
    site: Site,
    /// Counts the task that logs out, so that a program can wait for it.
    closing: TaskTracker,
    /// Runs that task, wherever the session is dropped.
    runtime: Handle,
    is_open: bool,
    /// Makes `closing.wait()` wait for this session. Don't call that while you
    /// hold the session, because it would never return.
    _open: TaskTrackerToken,
}

impl Session {
    /// Logs in.
    pub async fn open(
        client: &reqwest::Client,
        site: &Site,
        closing: &TaskTracker,
    ) -> reqwest::Result<Session> {
        // It exists before the login is sent. If this future is dropped while
        // the login is on its way, the server may have received it.
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

    /// Logs out and waits until that's done.
    pub async fn close(mut self) -> Result<(), SessionError> {
        self.is_open = false;
        let (client, site) = (self.client.clone(), self.site.clone());
        // If this future is dropped, so is `_receiver`, and `caller` is closed.
        let (caller, _receiver) = oneshot::channel::<()>();
        let log_out = async move {
            let closed = post(&client, &site, "logout").await;
            if let Err(error) = &closed
                && caller.is_closed()
            {
                print_failed_logout(&site, error);
            }
            closed
        };
        Ok(self.closing.spawn_on(log_out, &self.runtime).await??)
    }
}

impl Drop for Session {
    /// There's no `.await` in here, but `drop` can spawn a task.
    fn drop(&mut self) {
        if !self.is_open {
            return;
        }
        let (client, site) = (self.client.clone(), self.site.clone());
        let log_out = async move {
            if let Err(error) = post(&client, &site, "logout").await {
                // Nothing receives this task's result, so print the error.
                print_failed_logout(&site, &error);
            }
        };
        self.closing.spawn_on(log_out, &self.runtime);
    }
}
// ANCHOR_END: session

fn print_failed_logout(site: &Site, error: &dyn Error) {
    println!("{}: no logout: {}", site.name, with_causes(error));
}

impl Session {
    /// Fetches a page of the site and returns the number of bytes in its text.
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
pub async fn with_session<T>(
    client: &reqwest::Client,
    site: &Site,
    closing: &TaskTracker,
    body: impl AsyncFnOnce(&Session) -> reqwest::Result<T>,
) -> Result<T, SessionError> {
    let session = Session::open(client, site, closing).await?;
    let result = body(&session).await;
    let closed = session.close().await;
    match (result, closed) {
        (Ok(value), closed) => closed.map(|()| value),
        (Err(error), Ok(())) => Err(error.into()),
        // If both failed, return the first error and print the second.
        (Err(error), Err(second)) => {
            print_failed_logout(site, &second);
            Err(error.into())
        }
    }
}
// ANCHOR_END: with_session

/// Posts an empty body to a path of a site: `login` or `logout`.
///
/// # Errors
///
/// When there's no response, or when its status says that the request failed.
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

/// A client whose requests time out after [`TIMEOUT`].
///
/// # Errors
///
/// When the system refuses a resource the client needs.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().timeout(TIMEOUT).build()
}
