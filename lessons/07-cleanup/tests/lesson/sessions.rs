//! The ways out of a session, and the lesson's program.

use std::panic::AssertUnwindSafe;
use std::process::Command;
use std::thread;
use std::time::Duration;

use futures::FutureExt;
use lesson_kit::Site;
use lesson07::with_session;
use mock_server::{MockWeb, Outcome, Record};
use reqwest::Client;
use testkit::{quick_tutorial, start};
use tokio::runtime::Runtime;
use tokio_util::task::TaskTracker;
use wiremock::{Mock, ResponseTemplate, matchers};

use crate::support::{cancel, endless_page, outcomes, page_in_flight, paths};

async fn fetch_page(
    client: &Client,
    site: &Site,
    closing: &TaskTracker,
    path: &str,
) -> reqwest::Result<usize> {
    with_session(client, site, closing, async |session| {
        session.fetch_page(path).await
    })
    .await
}

/// The status that the server refused a session's request with.
fn refused<T>(session: reqwest::Result<T>) -> Option<u16> {
    Some(session.err()?.status()?.as_u16())
}

#[tokio::test]
async fn when_the_scope_returns_a_page_or_an_error_the_session_is_closed() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let (client, closing) = (Client::new(), TaskTracker::new());

    let page = fetch_page(&client, &sites[0], &closing, "").await;
    assert_eq!(page.ok(), Some(15_000));
    assert_eq!(paths(&web), ["/login", "/", "/logout"]);
    assert_eq!(outcomes(&web, "/logout"), [Outcome::Complete]);
    assert_eq!(closing.len(), 0);

    web.reset_record();
    let page = fetch_page(&client, &sites[0], &closing, "missing").await;
    assert_eq!(refused(page), Some(404));
    assert_eq!(paths(&web), ["/login", "/missing", "/logout"]);
    assert_eq!(outcomes(&web, "/logout"), [Outcome::Complete]);
    assert_eq!(closing.len(), 0);
}

#[tokio::test]
async fn when_the_scope_panics_the_tracker_has_the_logout() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let (client, closing) = (Client::new(), TaskTracker::new());

    let work = with_session(&client, &sites[0], &closing, async |session| {
        session.fetch_page("").await?;
        panic!("a bug");
    });
    let ended: Result<reqwest::Result<()>, _> =
        AssertUnwindSafe(work).catch_unwind().await;

    let panic = ended.expect_err("it panics");
    assert_eq!(panic.downcast_ref(), Some(&"a bug"));
    assert_eq!(closing.len(), 1, "nothing has waited");
    closing.close();
    closing.wait().await;
    assert_eq!(paths(&web), ["/login", "/", "/logout"]);
    assert_eq!(outcomes(&web, "/logout"), [Outcome::Complete]);
}

#[tokio::test]
async fn when_the_scope_is_cancelled_the_tracker_has_the_logout() {
    let (web, sites, _watchdog) = start(endless_page());
    let (client, closing) = (Client::new(), TaskTracker::new());

    cancel(&web, fetch_page(&client, &sites[0], &closing, "")).await;

    assert_eq!(closing.len(), 1, "nothing has waited");
    closing.close();
    closing.wait().await;
    assert_eq!(paths(&web), ["/login", "/", "/logout"]);
    assert_eq!(outcomes(&web, "/logout"), [Outcome::Complete]);
    web.wait_until(|record| record.client_gone() == 1).await;
}

#[tokio::test]
async fn a_scope_dropped_during_the_login_or_the_logout_still_logs_out() {
    for (hangs, before) in [("/login", 0), ("/logout", 1)] {
        let fault = match hangs {
            "/login" => "fail-first?n=1&with=hang",
            _ => "delay?ms=100",
        };
        let site = mock_server::Site::new("site.example")
            .fault(fault.parse().expect("it is a fault"));
        let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
        let (client, closing) = (Client::new(), TaskTracker::new());

        let requested = |record: &Record| {
            record.exchanges().any(|exchange| exchange.path == hangs)
        };
        let work = with_session(&client, &sites[0], &closing, async |_| Ok(()));
        tokio::select! {
            biased;
            () = web.wait_until(requested) => {}
            _ = work => panic!("{hangs} takes its time"),
        }
        closing.close();
        closing.wait().await;

        // A logout that was dropped on its way is sent again.
        let logouts = outcomes(&web, "/logout");
        assert_eq!(logouts.last(), Some(&Outcome::Complete), "{hangs}");
        assert_eq!(logouts.len(), before + 1, "{hangs}");
    }
}

#[tokio::test]
async fn a_refused_login_is_followed_by_a_logout() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    Mock::given(matchers::path("/login"))
        .respond_with(ResponseTemplate::new(500))
        .mount(web.wiremock())
        .await;
    let (client, closing) = (Client::new(), TaskTracker::new());

    let page = fetch_page(&client, &sites[0], &closing, "").await;

    assert_eq!(refused(page), Some(500));
    closing.close();
    closing.wait().await;
    assert_eq!(paths(&web), ["/login", "/logout"]);
    assert_eq!(outcomes(&web, "/logout"), [Outcome::Complete]);
}

#[test]
fn the_program_logs_out_on_each_of_the_four_ways() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let mut program = Command::new(env!("CARGO_BIN_EXE_lesson07"));
    let ended = program.arg(&sites[0].url).output().expect("it starts");
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(outcomes(&web, "/logout"), [Outcome::Complete; 4]);
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(stderr.contains("a bug"), "the panic's message: {stderr}");
}

#[tokio::test]
async fn a_failed_logout_is_an_error_unless_the_work_failed_first() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    Mock::given(matchers::path("/logout"))
        .respond_with(ResponseTemplate::new(500))
        .mount(web.wiremock())
        .await;
    let (client, closing) = (Client::new(), TaskTracker::new());
    for (path, status) in [("", 500), ("missing", 404)] {
        let page = fetch_page(&client, &sites[0], &closing, path).await;
        assert_eq!(refused(page), Some(status), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_logout_is_printed_when_no_caller_receives_it() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    // The fourth way out is cancelled while it waits for this.
    let late = Duration::from_millis(1_200);
    Mock::given(matchers::path("/logout"))
        .respond_with(ResponseTemplate::new(500).set_delay(late))
        .mount(web.wiremock())
        .await;
    let mut program = Command::new(env!("CARGO_BIN_EXE_lesson07"));
    let ended = program.arg(&sites[0].url).output().expect("it starts");
    assert!(ended.status.success(), "{ended:?}");

    let stdout = String::from_utf8_lossy(&ended.stdout);
    let ways: Vec<_> = stdout.split("--- ").skip(1).collect();
    let [success, error, panic, cancellation] = &ways[..] else {
        panic!("four ways out: {stdout}");
    };
    // `with_session` returns it, or the error that came first.
    assert!(success.contains("failed: "), "{stdout}");
    assert!(!success.contains("no logout"), "{stdout}");
    assert!(error.contains("404"), "{stdout}");
    for way in [error, panic, cancellation] {
        assert!(way.contains("no logout: "), "{stdout}");
        assert!(way.contains("500"), "{stdout}");
    }
}

#[tokio::test]
async fn the_client_of_the_lesson_times_out() {
    let (_web, sites, _watchdog) = start(endless_page());
    let client = lesson07::client().expect("a client");
    let page = client.get(&sites[0].url).send().await;
    assert!(page.is_err_and(|error| error.is_timeout()));
}

#[tokio::test]
async fn a_tracker_waits_for_sessions_that_are_still_open() {
    let (web, sites, _watchdog) = start(endless_page());
    let (site, closing) = (sites[0].clone(), TaskTracker::new());
    let task = tokio::spawn({
        let (client, closing) = (Client::new(), closing.clone());
        async move { fetch_page(&client, &site, &closing, "").await.is_ok() }
    });
    web.wait_until(page_in_flight).await;
    closing.close();
    assert_eq!(closing.wait().now_or_never(), None, "the session is open");

    task.abort();
    closing.wait().await;
    assert_eq!(outcomes(&web, "/logout"), [Outcome::Complete]);
}

#[tokio::test]
async fn a_session_dropped_after_its_runtime_does_no_harm() {
    let (web, sites, _watchdog) = start(endless_page());
    let (site, closing) = (sites[0].clone(), TaskTracker::new());
    let dropped = thread::spawn(move || {
        let runtime = Runtime::new().expect("a runtime");
        let session = runtime.block_on(async {
            lesson07::Session::open(&Client::new(), &site, &closing).await
        });
        drop(runtime);
        drop(session);
    });
    dropped.join().expect("no panic");
    assert_eq!(paths(&web), ["/login"]);
}
