// A library lends books to people who are logged in. It complains that your
// program logs in again and again, and hardly ever logs out.
//
// Make `borrow_book` log out on every way out. First, on an error: there the
// logout should be done when `borrow_book` returns. Second, when the future is
// dropped while it waits for the book. A `drop` can't wait, so there the logout
// is a task that `closing` tracks. Third, when the future is dropped during the
// login or during the logout. You don't need to change `main`, which waits for
// `closing`. The tests look at the requests the library received.

use exercises::show;
use mock_server::{Builder, Fault, MockWeb, Site, page};
use reqwest::Client;
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

async fn post(client: Client, url: String) -> reqwest::Result<()> {
    client.post(url).send().await?.error_for_status()?;
    Ok(())
}

// Someone who is logged in.
struct Session {
    client: Client,
    library: String,
}

impl Session {
    async fn open(
        client: &Client,
        library: &str,
        _closing: &TaskTracker,
    ) -> reqwest::Result<Session> {
        post(client.clone(), format!("{library}/login")).await?;
        Ok(Session { client: client.clone(), library: library.to_owned() })
    }

    async fn book(&self, path: &str) -> reqwest::Result<usize> {
        let url = format!("{}{path}", self.library);
        let response = self.client.get(url).send().await?.error_for_status()?;
        Ok(response.bytes().await?.len())
    }

    async fn close(self) -> reqwest::Result<()> {
        post(self.client.clone(), format!("{}/logout", self.library)).await
    }
}

// TODO: Only one way out gets to the logout. A `Drop` for the session would run
// on all of them.
async fn borrow_book(
    client: &Client,
    library: &str,
    path: &str,
    closing: &TaskTracker,
) -> anyhow::Result<usize> {
    let session = Session::open(client, library, closing).await?;
    let book = session.book(path).await?;
    session.close().await?;
    Ok(book)
}

// A library with two books: one arrives, and the other never does.
fn library() -> Builder {
    let site = Site::new("library.example")
        .delay(Duration::from_millis(100))
        .also("/novel", "text/html", page("A novel", 5_000, 700))
        .also_failing("/poems", page("Poems", 1_000, 100), Fault::Hang);
    MockWeb::builder().sites([site])
}

fn address(web: &MockWeb) -> &str {
    web.url("library.example").trim_end_matches('/')
}

fn main() {
    show(library(), async |web, client| {
        let closing = TaskTracker::new();
        for path in ["/novel", "/missing", "/poems"] {
            let book = borrow_book(client, address(web), path, &closing);
            match timeout(Duration::from_millis(500), book).await {
                Ok(Ok(bytes)) => println!("{path}: {bytes} bytes"),
                Ok(Err(error)) => println!("{path}: {error:#}"),
                Err(_elapsed) => println!("{path}: gave up"),
            }
        }
        closing.close();
        closing.wait().await;
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees};
    use futures::future::{Either, select};
    use mock_server::{Outcome, Record};
    use std::pin::pin;

    // The paths that were requested, in order.
    fn requested(web: &MockWeb) -> Vec<String> {
        let record = web.record();
        record.exchanges().map(|exchange| exchange.path.clone()).collect()
    }

    fn has_started(record: &Record, path: &str) -> bool {
        record.exchanges().any(|exchange| exchange.path == path)
    }

    // Borrows a book, and drops the future once this path has been requested.
    // Waits for `closing`, and returns how the last logout ended, if any.
    async fn dropped_at(
        web: &MockWeb,
        client: &Client,
        path: &str,
        book: &str,
    ) -> Option<Outcome> {
        let closing = TaskTracker::new();
        let borrowing =
            Box::pin(borrow_book(client, address(web), book, &closing));
        let started = pin!(sees(web, |record| has_started(record, path)));
        match select(borrowing, started).await {
            Either::Left((book, _)) => panic!("it is too quick: {book:?}"),
            Either::Right((started, _)) => assert!(started, "{path} is sent"),
        }
        closing.close();
        let closed = timeout(PATIENCE, closing.wait()).await;
        closed.expect("the tasks of `closing` end");
        let record = web.record();
        let logout = record.exchanges().rfind(|one| one.path == "/logout");
        logout.map(|logout| logout.outcome)
    }

    #[test]
    fn a_book_that_arrives_is_followed_by_a_logout() {
        check(library(), async |web, client| {
            let closing = TaskTracker::new();
            let book = borrow_book(client, address(web), "/novel", &closing);
            assert_eq!(book.await.expect("the book arrives"), 5_000);
            assert_eq!(requested(web), ["/login", "/novel", "/logout"]);
        });
    }

    // Nothing waits for `closing` here, so the logout has to be done when
    // `borrow_book` returns.
    #[test]
    fn a_missing_book_is_an_error_after_a_logout() {
        check(library(), async |web, client| {
            let closing = TaskTracker::new();
            let book = borrow_book(client, address(web), "/missing", &closing);
            let error = book.await.expect_err("there is no such book");
            assert!(error.to_string().contains("404"), "{error}");
            assert_eq!(requested(web), ["/login", "/missing", "/logout"]);
        });
    }

    #[test]
    fn a_future_dropped_before_the_book_arrives_logs_out() {
        check(library(), async |web, client| {
            let logout = dropped_at(web, client, "/poems", "/poems").await;
            assert_eq!(logout, Some(Outcome::Complete), "the logout");
        });
    }

    #[test]
    fn a_future_dropped_during_the_login_logs_out() {
        check(library(), async |web, client| {
            let logout = dropped_at(web, client, "/login", "/novel").await;
            assert_eq!(logout, Some(Outcome::Complete), "the logout");
        });
    }

    #[test]
    fn a_future_dropped_during_the_logout_logs_out() {
        check(library(), async |web, client| {
            let logout = dropped_at(web, client, "/logout", "/novel").await;
            assert_eq!(logout, Some(Outcome::Complete), "the logout");
        });
    }
}
