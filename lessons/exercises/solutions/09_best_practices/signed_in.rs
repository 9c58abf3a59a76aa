// A program signs in to a shop, and its tasks fetch pages once it's signed in.
// Tasks that are waiting at that moment get their pages. But tasks that begin
// to wait later hang, and if the sign-in fails, all of them do.
//
// Change `Session` so that every task learns how the sign-in ended, whether it
// begins to wait before or after that. If the sign-in has failed, the tasks
// should return without a request. They shouldn't try to sign in themselves.
//
// The tests check that no task is left waiting, and which requests the server
// saw.

use std::sync::Arc;

use exercises::{PATIENCE, show, sites};
use mock_server::{Builder, MockWeb};
use reqwest::Client;
use tokio::sync::SetOnce;
use tokio::task::JoinSet;
use tokio::time::timeout;

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// A `SetOnce` holds a value, so it also says how the sign-in ended. `wait`
// returns the value to everyone, early or late.
//
// A common wrong answer is `notify_one`. It leaves a permit, but only one, so
// one late task gets its page, and the next one hangs. Another wrong answer has
// a flag beside the `Notify`, and looks at the flag before it waits. With one
// thread that works. With several, the sign-in can end between the look and the
// wait.
//
// A `watch::Sender<Option<bool>>` is right too: `subscribe`, then `wait_for`
// the first value that's `Some`. You need it if the program can sign out again.
#[derive(Default)]
struct Session {
    worked: SetOnce<bool>,
}

impl Session {
    // No `?` before the value is set: it would leave all tasks waiting.
    async fn sign_in(&self, client: &Client, url: &str) -> reqwest::Result<()> {
        let page = page_size(client, url).await;
        // Fails only if it's set already.
        let _ = self.worked.set(page.is_ok());
        page.map(drop)
    }

    /// Waits until the sign-in has ended, and returns whether it worked.
    async fn is_signed_in(&self) -> bool {
        *self.worked.wait().await
    }
}

async fn visit(
    client: Client,
    url: String,
    session: Arc<Session>,
) -> Option<usize> {
    if !session.is_signed_in().await {
        return None;
    }
    page_size(&client, &url).await.ok()
}

/// Two tasks begin to wait before the sign-in, and two after it. Returns how
/// many pages arrive, and how many tasks still wait when patience runs out.
async fn visit_all(web: &MockWeb, client: &Client) -> (usize, usize) {
    let session = Arc::new(Session::default());
    let task = |site| {
        let url = web.url(site).to_owned();
        visit(client.clone(), url, Arc::clone(&session))
    };
    let mut tasks = JoinSet::new();
    tasks.spawn(task("a.example"));
    tasks.spawn(task("b.example"));
    let login = web.url("login.example");
    if let Err(error) = session.sign_in(client, login).await {
        println!("the sign-in failed: {error}");
    }
    tasks.spawn(task("c.example"));
    tasks.spawn(task("d.example"));
    let mut pages = 0;
    let all = async {
        while let Some(result) = tasks.join_next().await {
            pages += usize::from(result.expect("no task panics").is_some());
        }
    };
    let _ = timeout(PATIENCE, all).await;
    (pages, tasks.len())
}

fn web() -> Builder {
    sites(["login.example", "a.example", "b.example", "c.example", "d.example"])
}

fn main() {
    show(web(), async |web, client| {
        let (pages, waiting) = visit_all(web, client).await;
        println!("{pages} pages, and {waiting} tasks still wait");
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::check;
    use mock_server::{Fault, StatusCode};

    #[test]
    fn every_task_gets_its_page_whether_it_comes_before_or_after() {
        check(web(), async |web, client| {
            let (pages, waiting) = visit_all(web, client).await;
            assert_eq!(waiting, 0, "{waiting} tasks missed the sign-in");
            assert_eq!(pages, 4, "pages");
            let requests = web.record().requests("login.example");
            assert_eq!(requests, 1, "it signed in {requests} times");
        });
    }

    #[test]
    fn no_task_waits_or_sends_a_request_after_a_failed_sign_in() {
        let forbidden =
            Fault::Status { code: StatusCode::FORBIDDEN, retry_after: None };
        let web = web().fault("login.example", forbidden);
        check(web, async |web, client| {
            let (pages, waiting) = visit_all(web, client).await;
            assert_eq!(waiting, 0, "{waiting} tasks wait for a failed sign-in");
            assert_eq!(pages, 0, "pages");
            let requests = web.record().exchanges().len();
            assert_eq!(requests, 1, "{requests} requests in all");
        });
    }
}
