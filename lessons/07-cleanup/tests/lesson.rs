//! The lesson's claims, proved by what the server saw.

use std::fs;
#[cfg(unix)]
use std::io::{BufRead, BufReader, Lines};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::Command;
#[cfg(unix)]
use std::process::{Child, ChildStdout, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use futures::FutureExt;
use futures::executor::block_on;
use lesson_kit::{Site, sites_of};
use lesson07::{post, with_session};
use mock_server::{Fault, MockWeb, Outcome, Record, Watchdog};
use reqwest::Client;
use testkit::quick_tutorial;
use tokio::io::AsyncWriteExt;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::{JoinSet, yield_now};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wiremock::{Mock, ResponseTemplate, matchers};

#[path = "../examples/abort_request.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod abort_request;
#[path = "../examples/exit_hangs.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod exit_hangs;
#[path = "../examples/half_file.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod half_file;
#[path = "../examples/no_async_drop.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod no_async_drop;
#[path = "../examples/shield.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod shield;
#[path = "../examples/shutdown.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod shutdown;

/// Only bounds a failure.
const WATCHDOG: Duration = Duration::from_secs(60);
/// How long a gate that should open waits: as long as a busy machine may need.
const PATIENT: Duration = Duration::from_secs(30);
/// Longer than any test: a page that doesn't arrive while the test runs.
const NEVER: Duration = Duration::from_secs(300);

fn start(builder: mock_server::Builder) -> (MockWeb, Vec<Site>, Watchdog) {
    let web = builder.start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    let sites = sites_of(&web);
    (web, sites, watchdog)
}

/// A site whose login and logout work and whose page never arrives.
fn endless_page() -> mock_server::Builder {
    let site = mock_server::Site::new("site.example").delay(NEVER);
    MockWeb::builder().sites([site])
}

/// The tutorial's sites, whose pages never arrive.
fn endless_pages() -> mock_server::Builder {
    let sites = mock_server::Site::tutorial().into_iter();
    MockWeb::builder().sites(sites.map(|site| site.delay(NEVER)))
}

/// The requested paths, in order.
fn paths(web: &MockWeb) -> Vec<String> {
    let record = web.record();
    record.exchanges().map(|exchange| exchange.path.clone()).collect()
}

/// How the requests for a path ended.
fn outcomes(web: &MockWeb, path: &str) -> Vec<Outcome> {
    let record = web.record();
    let of_path = record.exchanges().filter(|exchange| exchange.path == path);
    of_path.map(|exchange| exchange.outcome).collect()
}

fn page_in_flight(record: &Record) -> bool {
    record.exchanges().any(|exchange| {
        exchange.path == "/" && exchange.outcome == Outcome::InFlight
    })
}

/// Runs `work` until the page has been requested, and drops it.
async fn cancel<T>(web: &MockWeb, work: impl Future<Output = T>) {
    tokio::select! {
        _ = work => panic!("the page does not arrive"),
        () = web.wait_until(page_in_flight) => {}
    }
}

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

/// Sets a flag when it's dropped.
struct Flag<'a>(&'a AtomicBool);

impl Drop for Flag<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

// --- sessions ---

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

// --- no_async_drop ---

#[tokio::test]
async fn neither_a_line_after_the_work_nor_a_future_made_in_drop_logs_out() {
    let (web, sites, _watchdog) = start(endless_page());
    let client = Client::new();

    cancel(&web, no_async_drop::logout_after(&client, &sites[0])).await;
    web.wait_until(|record| record.client_gone() == 1).await;
    cancel(&web, no_async_drop::calling(&client, &sites[0])).await;
    web.wait_until(|record| record.client_gone() == 2).await;

    // Once this is answered, everything sent before it has arrived.
    post(&client, &sites[0], "login").await.expect("a response");
    assert_eq!(paths(&web), ["/login", "/", "/login", "/", "/login"]);
}

#[test]
fn a_spawned_logout_ends_with_the_runtime_unless_it_is_waited_for() {
    for tracked in [false, true] {
        let (web, sites, _watchdog) = start(endless_page());
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        runtime.block_on(async {
            let (client, closing) = (Client::new(), TaskTracker::new());
            if tracked {
                let work = no_async_drop::tracked(&client, &sites[0], &closing);
                cancel(&web, work).await;
                closing.close();
                closing.wait().await;
            } else {
                let work = no_async_drop::spawning(&client, &sites[0]);
                cancel(&web, work).await;
            }
        });
        drop(runtime);

        let logged_out = outcomes(&web, "/logout") == [Outcome::Complete];
        assert_eq!(logged_out, tracked);
    }
}

// --- trackers ---

#[tokio::test]
async fn a_tracker_waits_forever_until_it_is_closed_and_its_drop_ends_nothing()
{
    let tracker = TaskTracker::new();
    assert_eq!(tracker.wait().now_or_never(), None, "there is no task");
    tracker.close();
    assert_eq!(tracker.wait().now_or_never(), Some(()));

    let (go_on, may_go_on) = oneshot::channel();
    let task = tracker.spawn(may_go_on);
    drop(tracker);
    go_on.send("done").expect("it still listens");
    assert_eq!(task.await.expect("no panic"), Ok("done"));
}

#[tokio::test]
async fn a_closed_tracker_still_takes_tasks_and_waits_for_them() {
    let tracker = TaskTracker::new();
    tracker.close();

    let (go_on, may_go_on) = oneshot::channel();
    let task = tracker.spawn(may_go_on);
    assert_eq!(tracker.len(), 1);
    assert_eq!(tracker.wait().now_or_never(), None, "the task runs");

    go_on.send("done").expect("it listens");
    tracker.wait().await;
    assert_eq!(tracker.len(), 0);
    assert_eq!(task.await.expect("no panic"), Ok("done"));
}

// --- clients ---

#[tokio::test]
async fn a_client_closes_its_connections_when_its_last_clone_is_dropped() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let fetch_page = async |client: &Client| {
        let page = client.get(&sites[0].url).send().await.expect("a response");
        page.bytes().await.expect("a page");
    };
    let client = Client::new();
    fetch_page(&client).await;
    let clone = client.clone();
    drop(client);
    fetch_page(&clone).await;
    assert_eq!(web.record().connections(), 1, "it was open");

    drop(clone);
    web.wait_until(|record| record.open_connections() == 0).await;
}

// --- half_file ---

/// A folder for one test, and the file to download to.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    (folder, page)
}

/// The sizes of the files in a folder.
fn sizes(folder: &Path) -> Vec<u64> {
    let files = folder.read_dir().expect("it is there");
    // A file may be removed between the listing and the question.
    files.filter_map(|file| Some(file.ok()?.metadata().ok()?.len())).collect()
}

#[tokio::test]
async fn a_download_that_is_dropped_leaves_half_a_file_or_nothing() {
    let slow = Fault::DribbleOver { chunks: 30, over: 100_000 };
    for (temporary, left) in [(false, 1), (true, 0)] {
        let (web, sites, _watchdog) =
            start(quick_tutorial().fault("python.org", slow.clone()));
        let (folder, page) = folder();
        let client = Client::new();
        let download = async {
            let response = half_file::get(&client, &sites[1]).await?;
            if temporary {
                half_file::save_whole(response, &page).await
            } else {
                half_file::download(response, &page).await
            }
        };
        // There is no event to await when a file gets its first bytes.
        let started = async {
            while sizes(folder.path()).iter().sum::<u64>() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };

        tokio::select! {
            ended = download => panic!("the page is slow: {ended:?}"),
            () = started => {}
        }

        let files = sizes(folder.path());
        assert_eq!(files.len(), left, "temporary: {temporary}");
        assert!(files.iter().all(|&bytes| bytes < 50_321), "{files:?}");
        assert_eq!(page.exists(), !temporary);
        web.wait_until(|record| record.client_gone() == 1).await;
    }
}

#[tokio::test]
async fn a_download_that_is_not_dropped_is_whole_in_both() {
    let (_web, sites, _watchdog) = start(quick_tutorial());
    let client = Client::new();
    let expected = client.get(&sites[1].url).send().await.expect("a response");
    let expected = expected.bytes().await.expect("a page");

    let (folder, page) = folder();
    let response = half_file::get(&client, &sites[1]).await.expect("it begins");
    let done = half_file::download(response, &page).await;
    done.expect("it is saved");
    assert_eq!(fs::read(&page).expect("it is there"), expected);
    let response = half_file::get(&client, &sites[1]).await.expect("it begins");
    let done = half_file::save_whole(response, &page).await;
    done.expect("it is saved, and replaces the first");
    assert_eq!(fs::read(&page).expect("it is there"), expected);
    assert_eq!(sizes(folder.path()).len(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_was_temporary_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let (_web, sites, _watchdog) = start(quick_tutorial());
    let (_folder, page) = folder();
    let client = Client::new();
    let response = half_file::get(&client, &sites[1]).await.expect("it begins");
    half_file::save_whole(response, &page).await.expect("it is saved");
    let mode = fs::metadata(&page).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_write_to_a_file_is_done_once_it_is_flushed_and_perhaps_not_before() {
    // One thread for blocking work, and it's busy.
    let runtime = Builder::new_current_thread().max_blocking_threads(1).build();
    let runtime = runtime.expect("a runtime");
    let (let_go, busy) = std::sync::mpsc::channel::<()>();
    runtime.spawn_blocking(move || busy.recv());
    let (_folder, page) = folder();
    let file = fs::File::create(&page).expect("it is created");
    let bytes = || fs::metadata(&page).expect("it is there").len();

    runtime.block_on(async {
        let mut file = tokio::fs::File::from_std(file);
        file.write_all(b"page").await.expect("it is taken");
        assert_eq!(bytes(), 0, "nothing is written");
        drop(let_go);
        file.flush().await.expect("it is written");
        assert_eq!(bytes(), 4);
    });
}

// --- abort_request ---

#[tokio::test]
async fn an_aborted_parent_has_ended_and_its_children_run_on() {
    // A gate for three holds the two children.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let (client, children) = (Client::new(), TaskTracker::new());
    let parent = abort_request::parent(
        client.clone(),
        sites[..2].to_vec(),
        children.clone(),
    );
    let parent = tokio::spawn(parent);
    web.wait_until(|record| record.in_flight() == 2).await;

    assert!(abort_request::abort_and_wait(parent).await);

    assert_eq!(children.len(), 2);
    client.get(&sites[2].url).send().await.expect("the gate opens");
    children.wait().await;
    assert_eq!(web.record().client_gone(), 0);
    assert_eq!(outcomes(&web, "/"), [Outcome::Complete; 3]);
}

#[tokio::test]
async fn an_abort_that_comes_too_late_changes_nothing() {
    let task = tokio::spawn(async {});
    while !task.is_finished() {
        yield_now().await;
    }
    assert!(!abort_request::abort_and_wait(task).await);
}

#[tokio::test(flavor = "current_thread")]
async fn a_dropped_join_set_asks_its_tasks_to_end_and_shutdown_also_waits() {
    let set = async |dropped: &Arc<AtomicBool>| {
        let (started, has_started) = oneshot::channel();
        let (mut tasks, flag) = (JoinSet::new(), Arc::clone(dropped));
        tasks.spawn(async move {
            let _guard = Flag(&flag);
            started.send(()).expect("the test waits for it");
            std::future::pending::<()>().await
        });
        has_started.await.expect("it starts");
        tasks
    };
    let ended = |dropped: &AtomicBool| dropped.load(Ordering::Relaxed);

    let dropped = Arc::default();
    drop(set(&dropped).await);
    assert!(!ended(&dropped), "it is only a request");
    while !ended(&dropped) {
        yield_now().await;
    }

    let dropped = Arc::default();
    set(&dropped).await.shutdown().await;
    assert!(ended(&dropped));
}

#[tokio::test]
async fn a_token_cancels_all_that_listen_and_a_child_token_only_its_own() {
    let (web, sites, _watchdog) = start(endless_pages());
    let (client, children) = (Client::new(), TaskTracker::new());
    let all = CancellationToken::new();
    let jobs: Vec<_> =
        sites.into_iter().map(|site| (site, all.child_token())).collect();
    let one = jobs[0].1.clone();
    let parent = abort_request::listening(client, jobs, children.clone());
    let parent = tokio::spawn(parent);
    web.wait_until(|record| record.in_flight() == 3).await;

    one.cancel();
    web.wait_until(|record| record.client_gone() == 1).await;
    assert!(!all.is_cancelled());
    assert_eq!(web.record().in_flight(), 2);
    assert_eq!(children.len(), 2);

    all.cancel();
    parent.await.expect("the parent finishes by itself");
    assert_eq!(children.len(), 0);
    web.wait_until(|record| record.client_gone() == 3).await;
}

// --- shutdown ---

#[test]
fn an_immediate_exit_cuts_pages_short_and_a_graceful_one_waits_for_them() {
    let (web, sites, _watchdog) = start(endless_pages());
    let runtime = Runtime::new().expect("a runtime");
    let client = Client::new();
    let signal =
        async || web.wait_until(|record| record.in_flight() == 3).await;
    runtime.block_on(shutdown::exit_immediately(&client, &sites, signal));
    drop(runtime);
    block_on(web.wait_until(|record| record.client_gone() == 3));

    // A gate for four holds three until something waits for a second signal.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(4, PATIENT));
    let runtime = Runtime::new().expect("a runtime");
    let client = Client::new();
    let mut signals = 0;
    let signal = async || {
        signals += 1;
        if signals == 1 {
            return web.wait_until(|record| record.in_flight() == 3).await;
        }
        client.get(&sites[0].url).send().await.expect("the gate opens");
        std::future::pending().await
    };
    runtime.block_on(shutdown::shut_down(&client, &sites, PATIENT, signal));
    drop(runtime);
    assert_eq!(outcomes(&web, "/"), [Outcome::Complete; 4], "and no more");
}

#[test]
fn a_shutdown_ends_after_its_grace_period_or_on_a_second_signal() {
    for (grace, signals) in [(Duration::from_millis(50), 1), (NEVER, 2)] {
        let (web, sites, _watchdog) = start(endless_pages());
        let runtime = Runtime::new().expect("a runtime");
        let mut received = 0;
        let signal = async || {
            received += 1;
            if received > signals {
                std::future::pending::<()>().await;
            }
            web.wait_until(|record| record.in_flight() == 3).await;
        };
        let client = Client::new();
        runtime.block_on(shutdown::shut_down(&client, &sites, grace, signal));
        drop(runtime);
        block_on(web.wait_until(|record| record.client_gone() == 3));
    }
}

/// A program of `examples`, which `cargo test` builds.
#[cfg(unix)]
fn example(name: &str) -> Command {
    let test = std::env::current_exe().expect("this test has a file");
    let folder = test.ancestors().nth(2).expect("it is in target/…/deps");
    Command::new(folder.join("examples").join(name))
}

/// Whether this process ignores Ctrl-C, where the system says so.
#[cfg(unix)]
fn is_sigint_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| {
        // Signal 2 is the second bit.
        u64::from_str_radix(mask.trim(), 16).ok()
    });
    ignored.is_some_and(|mask| mask & 0b10 != 0)
}

/// Sends a signal, `INT` or `TERM`, to a child.
#[cfg(unix)]
fn send(signal: &str, child: &Child) {
    let kill = [format!("-{signal}"), child.id().to_string()];
    let sent = Command::new("kill").args(kill).status();
    assert!(sent.expect("there is a `kill`").success());
}

#[cfg(unix)]
#[test]
fn without_a_listener_ctrl_c_and_sigterm_end_the_process_and_run_no_drop() {
    use std::os::unix::process::ExitStatusExt;

    for (signal, number) in [("INT", 2), ("TERM", 15)] {
        if signal == "INT" && is_sigint_ignored() {
            // A shell's background jobs ignore it, and a child inherits that.
            eprintln!("SKIPPED: this process and its children ignore Ctrl-C");
            continue;
        }
        let slow = Fault::DribbleOver { chunks: 30, over: 20_000 };
        let (web, sites, _watchdog) =
            start(quick_tutorial().fault("python.org", slow));
        let (folder, _) = folder();
        let mut child = example("half_file")
            .arg(&sites[1].url)
            .env("TMPDIR", folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("cargo test builds the examples");
        block_on(web.wait_until(|record| record.in_flight() == 1));
        send(signal, &child);

        assert_eq!(child.wait().expect("it ends").signal(), Some(number));
        assert_eq!(sizes(folder.path()).len(), 1, "the folder is left behind");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_program_can_listen_for_sigterm_but_not_for_sigkill() {
    use tokio::signal::unix::{SignalKind, signal};

    assert!(signal(SignalKind::terminate()).is_ok());
    assert!(signal(SignalKind::from_raw(9)).is_err());
}

/// The example `shutdown`, fetching `sites`, and the lines it prints.
#[cfg(unix)]
struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

#[cfg(unix)]
impl Program {
    fn start(sites: &[Site]) -> Program {
        let mut child = example("shutdown")
            .args(sites.iter().map(|site| &site.url))
            .stdout(Stdio::piped())
            .spawn()
            .expect("cargo test builds the examples");
        let stdout = child.stdout.take().expect("it is piped");
        Program { child, lines: BufReader::new(stdout).lines() }
    }

    /// Waits until the program prints a line that starts like this.
    fn wait_for(&mut self, start: &str) {
        let mut lines = self.lines.by_ref().map(|line| line.expect("text"));
        let found = lines.any(|line| line.starts_with(start));
        assert!(found, "`{start}` is not printed");
    }
}

#[cfg(unix)]
#[test]
fn sigterm_lets_a_program_finish_its_pages_and_exit_with_status_0() {
    // A gate for seven holds the three pages of each part, even if the server
    // has not noticed yet that the clients of the first part are gone.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(7, PATIENT));
    let mut program = Program::start(&sites);

    program.wait_for("--- wrong");
    block_on(web.wait_until(|record| record.in_flight() == 3));
    send("TERM", &program.child);
    program.wait_for("received SIGTERM");
    program.wait_for("exiting");
    program.wait_for("--- right");
    block_on(web.wait_until(|record| {
        record.client_gone() == 3 && record.in_flight() == 3
    }));
    send("TERM", &program.child);
    program.wait_for("received SIGTERM");
    program.wait_for("no new pages");

    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let client = Client::new();
        let gets = (0..4).map(|_| client.get(&sites[0].url).send());
        let opened = futures::future::try_join_all(gets).await;
        opened.expect("the gate opens");
    });
    program.wait_for("all pages are done");
    let status = program.child.wait().expect("it ends");
    assert_eq!(status.code(), Some(0), "the signal has not killed it");
    assert_eq!(web.record().client_gone(), 3, "only those of the first part");
    assert_eq!(web.record().exchanges().len(), 10, "and no new page");
}

#[cfg(unix)]
#[test]
fn a_second_ctrl_c_or_sigterm_ends_a_shutdown_immediately() {
    for (signal, printed) in [("INT", "Ctrl-C"), ("TERM", "SIGTERM")] {
        let received = format!("received {printed}");
        let (web, sites, _watchdog) = start(endless_pages());
        let mut program = Program::start(&sites);

        program.wait_for("--- wrong");
        block_on(web.wait_until(|record| record.in_flight() == 3));
        send(signal, &program.child);
        program.wait_for(&received);
        program.wait_for("--- right");
        block_on(web.wait_until(|record| {
            record.client_gone() == 3 && record.in_flight() == 3
        }));
        send(signal, &program.child);
        program.wait_for(&received);
        program.wait_for("no new pages");
        send(signal, &program.child);
        program.wait_for(&received);
        program.wait_for("exiting");

        let status = program.child.wait().expect("it ends");
        assert_eq!(status.code(), Some(0), "the signal has not killed it");
        block_on(web.wait_until(|record| record.in_flight() == 0));
        assert_eq!(web.record().count(Outcome::Complete), 0);
    }
}

// --- exit_hangs ---

#[test]
fn a_runtime_waits_for_blocking_work_when_it_is_dropped_and_not_otherwise() {
    // A gate for two holds the page of the blocking fetch.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(2, PATIENT));
    let (runtime, page) = exit_hangs::busy_runtime(&sites[0]).expect("it runs");
    block_on(web.wait_until(|record| record.in_flight() == 1));
    let dropped = thread::spawn(move || {
        drop(runtime);
        assert!(page.is_finished(), "the drop has waited for it");
        block_on(page)
    });
    let client = reqwest::blocking::Client::new();
    client.get(&sites[1].url).send().expect("the gate opens");
    let page = dropped.join().expect("no panic").expect("no panic");
    assert_eq!(page.expect("a page"), 15_000);

    let ways: [fn(Runtime); 2] = [
        |runtime| runtime.shutdown_timeout(Duration::from_millis(50)),
        Runtime::shutdown_background,
    ];
    for end in ways {
        let (web, sites, _watchdog) = start(endless_pages());
        let (runtime, page) =
            exit_hangs::busy_runtime(&sites[0]).expect("it runs");
        block_on(web.wait_until(|record| record.in_flight() == 1));
        end(runtime);
        assert_eq!(web.record().in_flight(), 1);
        assert!(!page.is_finished());
    }
}

#[test]
fn a_dropped_runtime_drops_a_waiting_task() {
    let dropped = Arc::new(AtomicBool::new(false));
    let runtime = Runtime::new().expect("a runtime");
    let (started, has_started) = oneshot::channel();
    let flag = Arc::clone(&dropped);
    runtime.spawn(async move {
        let _guard = Flag(&flag);
        started.send(()).expect("the test waits for it");
        std::future::pending::<()>().await
    });
    runtime.block_on(has_started).expect("it starts");
    drop(runtime);
    assert!(dropped.load(Ordering::Relaxed));
}

// --- shield ---

#[tokio::test]
async fn a_timeout_drops_an_order_but_a_task_runs_on_behind_it() {
    let timeout = Duration::from_secs(1);
    let client = Client::new();
    let (web, sites, _watchdog) = start(endless_page());
    shield::limited(&client, &sites[0], timeout).await;
    web.wait_until(|record| record.client_gone() == 1).await;

    // A gate for two holds the order for longer than the timeout.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(2, PATIENT));
    shield::spawned(&client, &sites[0], timeout).await;
    client.get(&sites[1].url).send().await.expect("the gate opens");
    web.wait_until(|record| record.count(Outcome::Complete) == 2).await;
}

#[test]
fn a_task_ends_with_the_runtime_unless_it_is_tracked_and_waited_for() {
    let timeout = Duration::from_secs(1);
    let (web, sites, _watchdog) = start(endless_page());
    let runtime = Runtime::new().expect("a runtime");
    let client = Client::new();
    runtime.block_on(shield::spawned(&client, &sites[0], timeout));
    drop(runtime);
    block_on(web.wait_until(|record| record.client_gone() == 1));

    let (web, sites, _watchdog) = start(quick_tutorial().gate(2, PATIENT));
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let (client, orders) = (Client::new(), TaskTracker::new());
        shield::tracked(&client, &sites[0], timeout, &orders).await;
        assert_eq!(orders.len(), 1);
        client.get(&sites[1].url).send().await.expect("the gate opens");
        orders.close();
        orders.wait().await;
    });
    drop(runtime);
    assert_eq!(outcomes(&web, "/"), [Outcome::Complete; 2]);
}

#[tokio::test]
async fn a_timeout_on_a_borrowed_handle_leaves_the_handle_to_wait_for() {
    let (go_on, may_go_on) = oneshot::channel();
    let mut order = tokio::spawn(may_go_on);
    let waited = timeout(Duration::from_millis(10), &mut order).await;
    waited.expect_err("it waits for `go_on`");

    go_on.send("ordered").expect("it runs on");
    assert_eq!(order.await.expect("no panic"), Ok("ordered"));
}
