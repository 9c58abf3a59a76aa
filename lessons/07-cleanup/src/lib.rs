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

// ANCHOR: use
use std::error::Error;
use std::time::Duration;

use lesson_kit::{Site, println, with_causes};
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
// ANCHOR_END: use

/// The site of the tutorial's own example.
pub const SITES: [&str; 1] = ["codeswithpankaj.com"];

/// The timeout for each request, from sending it to the last byte of the
/// response.
pub const TIMEOUT: Duration = Duration::from_secs(2);

// ANCHOR: session
/// Someone who is logged in. Dropping it spawns a task that logs out.
pub struct Session {
    client: reqwest::Client,
    site: Site,
    /// Counts the task that logs out.
    closing: TaskTracker,
    /// Whether a logout is still due.
    is_open: bool,
    /// Runs the task, wherever the session is dropped.
    runtime: Handle,
    /// Makes `closing` count the open session as well.
    _open: TaskTrackerToken,
}
// ANCHOR_END: session

// ANCHOR: open
impl Session {
    /// Logs in.
    ///
    /// Don't await `closing.wait()` while you hold the session: it waits for
    /// the session, too.
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
            is_open: true,
            runtime: Handle::current(),
            _open: closing.token(),
        };
        post(client, site, "login").await?;
        Ok(session)
    }
}
// ANCHOR_END: open

// ANCHOR: close
impl Session {
    /// Logs out and waits until that's done.
    pub async fn close(mut self) -> reqwest::Result<()> {
        let closed = post(&self.client, &self.site, "logout").await;
        self.is_open = false;
        closed
    }
}
// ANCHOR_END: close

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

// ANCHOR: drop
impl Drop for Session {
    fn drop(&mut self) {
        if self.is_open {
            let work = log_out(self.client.clone(), self.site.clone());
            self.closing.spawn_on(work, &self.runtime);
        }
    }
}
// ANCHOR_END: drop

// ANCHOR: log_out
/// Logs out. Nothing receives the result of a task that a `drop` has spawned,
/// so this prints the error.
pub async fn log_out(client: reqwest::Client, site: Site) {
    if let Err(error) = post(&client, &site, "logout").await {
        print_failed_logout(&site, &error);
    }
}
// ANCHOR_END: log_out

fn print_failed_logout(site: &Site, error: &dyn Error) {
    println!("{}: no logout: {}", site.name, with_causes(error));
}

// ANCHOR: with_session
/// Logs in, runs `body`, and logs out.
pub async fn with_session<T>(
    client: &reqwest::Client,
    site: &Site,
    closing: &TaskTracker,
    body: impl AsyncFnOnce(&Session) -> reqwest::Result<T>,
) -> reqwest::Result<T> {
    let session = Session::open(client, site, closing).await?;
    let result = body(&session).await;
    let closed = session.close().await;
    if let (Err(_first), Err(second)) = (&result, &closed) {
        print_failed_logout(site, second);
    }
    result.and_then(|value| closed.map(|()| value))
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
