//! What the lesson claims, proved by what the server saw.

use std::fs;
use std::io::{BufRead, BufReader};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use futures::FutureExt;
use lesson_kit::{Site, sites_of};
use lesson07::{SessionError, post, with_session};
use mock_server::testing::quick_tutorial;
use mock_server::{Fault, MockWeb, Outcome, Record, Watchdog};
use reqwest::Client;
use tokio::io::AsyncWriteExt;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wiremock::{Mock, ResponseTemplate, matchers};

#[path = "../examples/abort_request.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod abort_request;
#[path = "../examples/clients.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod clients;
#[path = "../examples/exit_hangs.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod exit_hangs;
#[path = "../examples/half_file.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod half_file;
#[path = "../examples/no_async_drop.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod no_async_drop;
#[path = "../examples/restart.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod restart;
#[path = "../examples/shield.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod shield;
#[path = "../examples/shutdown.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod shutdown;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(60);
/// How long a gate waits that is to open: as long as a busy machine may need.
const PATIENT: Duration = Duration::from_secs(30);
/// Longer than any test: a page that does not come while the test runs.
const NEVER: Duration = Duration::from_secs(300);

fn start(builder: mock_server::Builder) -> (MockWeb, Vec<Site>, Watchdog) {
    let web = builder.start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    let sites = sites_of(&web);
    (web, sites, watchdog)
}

/// A site that lets people in and out, and whose page does not come.
fn endless_page() -> mock_server::Builder {
    let site = mock_server::Site::new("site.example").delay(NEVER);
    MockWeb::builder().sites([site])
}

/// The tutorial's sites, of which none has its page ready.
fn endless_pages() -> mock_server::Builder {
    let sites = mock_server::Site::tutorial().into_iter();
    MockWeb::builder().sites(sites.map(|site| site.delay(NEVER)))
}

/// The paths asked for, in order.
fn paths(web: &MockWeb) -> Vec<String> {
    let record = web.record();
    record.exchanges().map(|exchange| exchange.path.clone()).collect()
}

/// How the requests of a path ended.
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

/// Runs `work` until the page has been asked for, and drops it.
async fn cancel<T>(web: &MockWeb, work: impl Future<Output = T>) {
    tokio::select! {
        _ = work => panic!("the page does not come"),
        () = web.wait_until(page_in_flight) => {}
    }
}

async fn fetch(
    client: &Client,
    site: &Site,
    closing: &TaskTracker,
    path: &str,
) -> Result<usize, SessionError> {
    with_session(client, site, closing, async |session| {
        session.fetch_page(path).await
    })
    .await
}

#[tokio::test]
async fn when_the_scope_returns_a_page_or_an_error_the_session_is_closed() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let (client, closing) = (Client::new(), TaskTracker::new());

    let page = fetch(&client, &sites[0], &closing, "").await;
    assert_eq!(page.ok(), Some(15_000));
    assert_eq!(paths(&web), ["/login", "/", "/logout"]);
    assert_eq!(outcomes(&web, "/logout"), [Outcome::Complete]);
    assert_eq!(closing.len(), 0);

    web.reset_record();
    let page = fetch(&client, &sites[0], &closing, "missing").await;
    let Err(SessionError::Request(error)) = page else { panic!("{page:?}") };
    assert_eq!(error.status().map(|status| status.as_u16()), Some(404));
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
    let ended: Result<Result<(), _>, _> =
        AssertUnwindSafe(work).catch_unwind().await;

    let panic = ended.expect_err("it panics");
    assert_eq!(panic.downcast_ref(), Some(&"a bug"));
    assert_eq!(closing.len(), 1, "nobody has waited");
    closing.close();
    closing.wait().await;
    assert_eq!(paths(&web), ["/login", "/", "/logout"]);
    assert_eq!(outcomes(&web, "/logout"), [Outcome::Complete]);
}

#[tokio::test]
async fn when_the_scope_is_cancelled_the_tracker_has_the_logout() {
    let (web, sites, _watchdog) = start(endless_page());
    let (client, closing) = (Client::new(), TaskTracker::new());

    cancel(&web, fetch(&client, &sites[0], &closing, "")).await;

    assert_eq!(closing.len(), 1, "nobody has waited");
    closing.close();
    closing.wait().await;
    assert_eq!(paths(&web), ["/login", "/", "/logout"]);
    assert_eq!(outcomes(&web, "/logout"), [Outcome::Complete]);
    web.wait_until(|record| record.client_gone() == 1).await;
}

#[tokio::test]
async fn who_leaves_during_the_login_or_during_the_logout_is_logged_out() {
    for (hangs, before) in [("/login", 0), ("/logout", 1)] {
        let fault = match hangs {
            "/login" => "fail-first?n=1&with=hang",
            _ => "delay?ms=100",
        };
        let site = mock_server::Site::new("site.example")
            .fault(fault.parse().expect("it is a fault"));
        let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
        let (client, closing) = (Client::new(), TaskTracker::new());

        let asked = |record: &Record| {
            record.exchanges().any(|exchange| exchange.path == hangs)
        };
        let work = with_session(&client, &sites[0], &closing, async |_| Ok(()));
        tokio::select! {
            biased;
            () = web.wait_until(asked) => {}
            _ = work => panic!("{hangs} takes its time"),
        }
        closing.close();
        closing.wait().await;

        assert_eq!(outcomes(&web, "/logout"), [Outcome::Complete], "{hangs}");
        let complete = web.record().count(Outcome::Complete);
        assert_eq!(complete, before + 1, "{hangs}");
    }
}

#[test]
fn the_program_logs_out_on_each_of_the_four_ways() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let mut program = Command::new(env!("CARGO_BIN_EXE_lesson07"));
    let ended = program.arg(&sites[0].url).output().expect("it starts");
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(outcomes(&web, "/logout"), [Outcome::Complete; 4]);
}

#[tokio::test]
async fn a_logout_that_fails_is_told_unless_the_work_has_failed_before() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    Mock::given(matchers::path("/logout"))
        .respond_with(ResponseTemplate::new(500))
        .mount(web.wiremock())
        .await;
    let (client, closing) = (Client::new(), TaskTracker::new());
    for (path, status) in [("", 500), ("missing", 404)] {
        let error = fetch(&client, &sites[0], &closing, path).await;
        let Err(SessionError::Request(error)) = error else {
            panic!("{path}: {error:?}")
        };
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
    }
}

#[tokio::test]
async fn the_client_of_the_lesson_gives_up() {
    let (_web, sites, _watchdog) = start(endless_page());
    let client = lesson07::client().expect("a client");
    let page = client.get(&sites[0].url).send().await;
    assert!(page.is_err_and(|error| error.is_timeout()));
}

#[tokio::test]
async fn who_waits_for_the_tracker_waits_for_sessions_that_are_still_open() {
    let (web, sites, _watchdog) = start(endless_page());
    let (site, closing) = (sites[0].clone(), TaskTracker::new());
    let task = tokio::spawn({
        let (client, closing) = (Client::new(), closing.clone());
        async move { fetch(&client, &site, &closing, "").await.is_ok() }
    });
    web.wait_until(page_in_flight).await;
    closing.close();
    assert_eq!(closing.wait().now_or_never(), None, "the session is open");

    task.abort();
    closing.wait().await;
    assert_eq!(outcomes(&web, "/logout"), [Outcome::Complete]);
}

#[tokio::test]
async fn a_session_dropped_where_its_runtime_has_ended_does_no_harm() {
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

#[tokio::test]
async fn a_line_after_the_work_and_a_guard_that_makes_a_future_log_nobody_out()
{
    let (web, sites, _watchdog) = start(endless_page());
    let client = Client::new();

    cancel(&web, no_async_drop::logout_after(&client, &sites[0])).await;
    web.wait_until(|record| record.client_gone() == 1).await;
    cancel(&web, no_async_drop::lazy_guard(&client, &sites[0])).await;
    web.wait_until(|record| record.client_gone() == 2).await;

    // Whatever was sent before this has arrived when this is answered.
    post(&client, &sites[0], "login").await.expect("an answer");
    assert_eq!(paths(&web), ["/login", "/", "/login", "/", "/login"]);
}

#[test]
fn a_logout_that_is_spawned_ends_with_the_runtime_unless_it_is_waited_for() {
    for tracked in [false, true] {
        let (web, sites, _watchdog) = start(endless_page());
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        runtime.block_on(async {
            let client = Client::new();
            if tracked {
                let limit = Duration::from_secs(1);
                let work = no_async_drop::tracked(&client, &sites[0], limit);
                work.await.expect("the page is late, and no error");
            } else {
                let work = no_async_drop::spawning_guard(&client, &sites[0]);
                cancel(&web, work).await;
            }
        });
        drop(runtime);

        let logged_out = outcomes(&web, "/logout") == [Outcome::Complete];
        assert_eq!(logged_out, tracked);
    }
}

#[tokio::test]
async fn fifty_pages_take_fifty_connections_or_about_as_many_as_are_in_flight()
{
    let (web, sites, _watchdog) = start(quick_tutorial());
    let pages = clients::client_for_each(&sites[1]).await;
    assert_eq!(pages.ok(), Some(50));
    assert_eq!(web.record().connections(), 50);

    web.reset_record();
    let pages = clients::one_client(&sites[1]).await;
    assert_eq!(pages.ok(), Some(50));
    // A connection that is not back yet when the next page is asked for is
    // made up for by another.
    let connections = web.record().connections();
    assert!((1..=20).contains(&connections), "{connections}");
}

#[tokio::test]
async fn a_client_closes_its_connections_when_its_last_clone_is_dropped() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let fetch = async |client: &Client| {
        let page = client.get(&sites[0].url).send().await.expect("an answer");
        page.bytes().await.expect("a page");
    };
    let client = Client::new();
    fetch(&client).await;
    let clone = client.clone();
    drop(client);
    fetch(&clone).await;
    assert_eq!(web.record().connections(), 1, "it was open");

    drop(clone);
    web.wait_until(|record| record.open_connections() == 0).await;
}

/// A folder of a test's own, and the file to download to.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    (folder, page)
}

fn files(folder: &Path) -> usize {
    folder.read_dir().expect("it is there").count()
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
            if temporary {
                half_file::download_whole(&client, &sites[1], &page).await
            } else {
                half_file::download(&client, &sites[1], &page).await
            }
        };
        // There is no event to await: a file comes into being.
        let begun = async {
            while files(folder.path()) == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };

        tokio::select! {
            ended = download => panic!("the page is slow: {ended:?}"),
            () = begun => {}
        }

        assert_eq!(files(folder.path()), left, "temporary: {temporary}");
        let bytes = fs::metadata(&page).map(|file| file.len());
        assert!(bytes.is_err() || bytes.is_ok_and(|bytes| bytes < 50_321));
        web.wait_until(|record| record.client_gone() == 1).await;
    }
}

#[tokio::test]
async fn a_download_that_is_not_dropped_is_whole_in_both() {
    let (_web, sites, _watchdog) = start(quick_tutorial());
    let client = Client::new();
    let expected = client.get(&sites[1].url).send().await.expect("an answer");
    let expected = expected.bytes().await.expect("a page");

    let (folder, page) = folder();
    let done = half_file::download(&client, &sites[1], &page).await;
    done.expect("it is saved");
    assert_eq!(fs::read(&page).expect("it is there"), expected);
    let done = half_file::download_whole(&client, &sites[1], &page).await;
    done.expect("it is saved, in place of the other");
    assert_eq!(fs::read(&page).expect("it is there"), expected);
    assert_eq!(files(folder.path()), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_was_temporary_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let (_web, sites, _watchdog) = start(quick_tutorial());
    let (_folder, page) = folder();
    let client = Client::new();
    let done = half_file::download_whole(&client, &sites[1], &page);
    done.await.expect("it is saved");
    let mode = fs::metadata(&page).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_write_to_a_file_is_done_when_it_has_been_flushed_and_perhaps_not_before() {
    // One thread for blocking work, and it is busy.
    let runtime = Builder::new_current_thread().max_blocking_threads(1).build();
    let runtime = runtime.expect("a runtime");
    let (let_go, busy) = std::sync::mpsc::channel::<()>();
    runtime.spawn_blocking(move || busy.recv());
    let (_folder, page) = folder();
    let file = fs::File::create(&page).expect("it is made");
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

#[tokio::test]
async fn a_future_made_in_each_turn_begins_again_and_a_pinned_one_goes_on() {
    // The page takes longer than a tick, and less than all ticks.
    let (tick, slow) = (Duration::from_millis(500), Fault::Delay { ms: 700 });
    let both = || start(quick_tutorial().fault("python.org", slow.clone()));
    let (restarted, wrong, _watchdog) = both();
    let (kept, right, _watchdog) = both();
    let client = Client::new();

    let (never, page) = tokio::join!(
        restart::restarted(&client, &wrong[1], tick),
        restart::kept(&client, &right[1], tick),
    );

    assert!(never.is_none(), "{never:?}");
    assert!(restarted.record().exchanges().len() > 1);
    restarted.wait_until(|record| record.in_flight() == 0).await;
    assert_eq!(restarted.record().count(Outcome::Complete), 0);
    assert!(matches!(page, Some(Ok(50_321))), "{page:?}");
    assert_eq!(kept.record().exchanges().len(), 1);
}

/// Sets a flag when it is dropped.
struct Flag<'a>(&'a AtomicBool);

impl Drop for Flag<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn select_has_dropped_the_losers_when_the_body_of_the_winner_runs() {
    let dropped = AtomicBool::new(false);
    let guard = Flag(&dropped);
    let loser = async move {
        let _guard = guard;
        std::future::pending().await
    };
    let seen = tokio::select! {
        () = loser => unreachable!("it never ends"),
        () = std::future::ready(()) => dropped.load(Ordering::Relaxed),
    };
    assert!(seen);
}

#[tokio::test]
async fn an_aborted_parent_has_ended_and_its_children_go_on() {
    // A gate for three holds the two children.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let (client, children) = (Client::new(), TaskTracker::new());
    let parent = abort_request::parent(&client, &sites[..2], &children);
    web.wait_until(|record| record.in_flight() == 2).await;

    assert!(abort_request::aborted(parent).await);

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
        tokio::task::yield_now().await;
    }
    assert!(!abort_request::aborted(task).await);
}

#[tokio::test(flavor = "current_thread")]
async fn a_dropped_join_set_asks_its_tasks_to_end_and_shutdown_waits_too() {
    let set = async |dropped: &Arc<AtomicBool>| {
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let (mut tasks, flag) = (JoinSet::new(), Arc::clone(dropped));
        tasks.spawn(async move {
            let _guard = Flag(&flag);
            let _ = begun.send(());
            std::future::pending::<()>().await
        });
        has_begun.await.expect("it begins");
        tasks
    };
    let ended = |dropped: &AtomicBool| dropped.load(Ordering::Relaxed);

    let dropped = Arc::default();
    drop(set(&dropped).await);
    assert!(!ended(&dropped), "it has been asked");
    while !ended(&dropped) {
        tokio::task::yield_now().await;
    }

    let dropped = Arc::default();
    set(&dropped).await.shutdown().await;
    assert!(ended(&dropped));
}

#[tokio::test]
async fn a_token_ends_all_that_listen_and_a_child_of_it_those_below() {
    let (web, sites, _watchdog) = start(endless_pages());
    let (client, children) = (Client::new(), TaskTracker::new());
    let all = CancellationToken::new();
    let tokens: Vec<_> = sites.iter().map(|_| all.child_token()).collect();
    let one = tokens[0].clone();
    let parent = abort_request::listening(&client, &sites, tokens, &children);
    web.wait_until(|record| record.in_flight() == 3).await;

    one.cancel();
    web.wait_until(|record| record.client_gone() == 1).await;
    assert!(!all.is_cancelled());
    assert_eq!(web.record().in_flight(), 2);
    assert_eq!(children.len(), 2);

    all.cancel();
    parent.await.expect("the parent comes to its own end");
    assert_eq!(children.len(), 0);
    web.wait_until(|record| record.client_gone() == 3).await;
}

#[tokio::test]
async fn a_tracker_waits_for_ever_until_it_is_closed_and_its_drop_ends_nothing()
{
    let tracker = TaskTracker::new();
    assert_eq!(tracker.wait().now_or_never(), None, "there is no task");
    tracker.close();
    assert_eq!(tracker.wait().now_or_never(), Some(()));

    let (go_on, may_go_on) = tokio::sync::oneshot::channel();
    let task = tracker.spawn(may_go_on);
    drop(tracker);
    go_on.send("done").expect("it still listens");
    assert_eq!(task.await.expect("no panic"), Ok("done"));
}

#[test]
fn at_once_cuts_what_is_begun_and_drained_waits_for_it() {
    let (web, sites, _watchdog) = start(endless_pages());
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(shutdown::at_once(&Client::new(), &sites, async || {
        web.wait_until(|record| record.in_flight() == 3).await;
    }));
    drop(runtime);
    futures::executor::block_on(
        web.wait_until(|record| record.client_gone() == 3),
    );

    // A gate for four holds three until somebody waits for a second Ctrl-C.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(4, PATIENT));
    let runtime = Runtime::new().expect("a runtime");
    let client = Client::new();
    let mut presses = 0;
    let pressed = async || {
        presses += 1;
        if presses == 1 {
            return web.wait_until(|record| record.in_flight() == 3).await;
        }
        client.get(&sites[0].url).send().await.expect("the gate opens");
        std::future::pending().await
    };
    runtime.block_on(shutdown::drained(&client, &sites, PATIENT, pressed));
    drop(runtime);
    assert_eq!(outcomes(&web, "/"), [Outcome::Complete; 4], "and none more");
}

#[test]
fn draining_ends_by_its_limit_or_by_a_second_ctrl_c() {
    for (limit, presses) in [(Duration::from_millis(50), 1), (NEVER, 2)] {
        let (web, sites, _watchdog) = start(endless_pages());
        let runtime = Runtime::new().expect("a runtime");
        let mut pressed = 0;
        let press = async || {
            pressed += 1;
            if pressed > presses {
                std::future::pending::<()>().await;
            }
            web.wait_until(|record| record.in_flight() == 3).await;
        };
        let client = Client::new();
        runtime.block_on(shutdown::drained(&client, &sites, limit, press));
        drop(runtime);
        futures::executor::block_on(
            web.wait_until(|record| record.client_gone() == 3),
        );
    }
}

/// A program of `examples`, which `cargo test` builds.
fn example(name: &str) -> Command {
    let test = std::env::current_exe().expect("this test has a file");
    let folder = test.ancestors().nth(2).expect("it is in target/…/deps");
    Command::new(folder.join("examples").join(name))
}

/// Whether this process ignores Ctrl-C, where the system tells.
fn is_sigint_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| {
        // Signal 2 is the second bit.
        u64::from_str_radix(mask.trim(), 16).ok()
    });
    ignored.is_some_and(|mask| mask & 0b10 != 0)
}

/// Presses Ctrl-C.
fn press(process: u32) {
    let kill = ["-INT", &process.to_string()];
    let sent = Command::new("kill").args(kill).status();
    assert!(sent.expect("there is a `kill`").success());
}

#[cfg(unix)]
#[test]
fn a_ctrl_c_that_nobody_hears_runs_no_drop() {
    use std::os::unix::process::ExitStatusExt;

    if is_sigint_ignored() {
        // As it is for what a shell runs in the background; a child inherits it.
        eprintln!("SKIPPED: this process ignores Ctrl-C, and so do its own");
        return;
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
    let begun = web.wait_until(|record| record.in_flight() == 1);
    futures::executor::block_on(begun);
    press(child.id());

    // The system's own reaction to Ctrl-C is signal 2.
    assert_eq!(child.wait().expect("it ends").signal(), Some(2));
    assert_eq!(files(folder.path()), 1, "the folder is left behind");
}

#[cfg(unix)]
#[test]
fn a_real_ctrl_c_is_heard_and_a_second_one_ends_the_draining() {
    let (web, sites, _watchdog) = start(endless_pages());
    let mut child = example("shutdown")
        .args(sites.iter().map(|site| &site.url))
        .stdout(Stdio::piped())
        .spawn()
        .expect("cargo test builds the examples");
    let printed = child.stdout.take().expect("it is piped");
    let mut lines = BufReader::new(printed)
        .lines()
        .map(|line| line.expect("it prints text"));
    let mut line = |begins: &str| {
        let line = lines.find(|line| line.starts_with(begins));
        line.unwrap_or_else(|| panic!("`{begins}` is not printed"));
    };

    line("--- wrong");
    let in_flight = web.wait_until(|record| record.in_flight() == 3);
    futures::executor::block_on(in_flight);
    press(child.id());
    line("the end");
    line("--- right");
    line("no more pages");
    press(child.id());
    line("at once");

    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(0), "the signal has not killed it");
    futures::executor::block_on(
        web.wait_until(|record| record.in_flight() == 0),
    );
    assert_eq!(web.record().count(Outcome::Complete), 0);
}

#[test]
fn a_runtime_waits_for_blocking_work_when_it_is_dropped_and_not_otherwise() {
    // A gate for two holds the page of the blocking fetch.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(2, PATIENT));
    let (runtime, page) = exit_hangs::busy(&sites[0]).expect("a runtime");
    let in_flight = web.wait_until(|record| record.in_flight() == 1);
    futures::executor::block_on(in_flight);
    let dropped = thread::spawn(move || {
        drop(runtime);
        page.try_recv()
    });
    let client = reqwest::blocking::Client::new();
    client.get(&sites[1].url).send().expect("the gate opens");
    let page = dropped.join().expect("no panic");
    assert_eq!(page.expect("it is there by then"), "15000 bytes");

    let ways: [fn(Runtime); 2] = [
        |runtime| runtime.shutdown_timeout(Duration::from_millis(50)),
        Runtime::shutdown_background,
    ];
    for end in ways {
        let (web, sites, _watchdog) = start(endless_pages());
        let (runtime, page) = exit_hangs::busy(&sites[0]).expect("a runtime");
        let in_flight = web.wait_until(|record| record.in_flight() == 1);
        futures::executor::block_on(in_flight);
        end(runtime);
        assert_eq!(web.record().in_flight(), 1);
        page.try_recv().expect_err("it is not there by then");
    }
}

#[test]
fn a_dropped_runtime_drops_a_task_that_waits_at_once() {
    let dropped = Arc::new(AtomicBool::new(false));
    let runtime = Runtime::new().expect("a runtime");
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let flag = Arc::clone(&dropped);
    runtime.spawn(async move {
        let _guard = Flag(&flag);
        let _ = begun.send(());
        std::future::pending::<()>().await
    });
    runtime.block_on(has_begun).expect("it begins");
    drop(runtime);
    assert!(dropped.load(Ordering::Relaxed));
}

#[tokio::test]
async fn a_limit_cuts_an_order_and_a_task_goes_on_behind_it() {
    let limit = Duration::from_secs(1);
    let client = Client::new();
    let (web, sites, _watchdog) = start(endless_page());
    let limited = shield::limited(&client, &sites[0], limit);
    limited.await.expect("no error");
    web.wait_until(|record| record.client_gone() == 1).await;

    // A gate for two holds the order longer than anybody waits.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(2, PATIENT));
    let spawned = shield::spawned(&client, &sites[0], limit);
    spawned.await.expect("no error");
    client.get(&sites[1].url).send().await.expect("the gate opens");
    web.wait_until(|record| record.count(Outcome::Complete) == 2).await;
}

#[test]
fn a_task_ends_with_the_runtime_unless_it_is_tracked_and_waited_for() {
    let limit = Duration::from_secs(1);
    let (web, sites, _watchdog) = start(endless_page());
    let runtime = Runtime::new().expect("a runtime");
    let client = Client::new();
    let spawned = shield::spawned(&client, &sites[0], limit);
    runtime.block_on(spawned).expect("no error");
    drop(runtime);
    futures::executor::block_on(
        web.wait_until(|record| record.client_gone() == 1),
    );

    let (web, sites, _watchdog) = start(quick_tutorial().gate(2, PATIENT));
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let (client, orders) = (Client::new(), TaskTracker::new());
        let order = shield::tracked(&client, &sites[0], limit, &orders);
        order.await.expect("no error");
        assert_eq!(orders.len(), 1);
        client.get(&sites[1].url).send().await.expect("the gate opens");
        orders.close();
        orders.wait().await;
    });
    drop(runtime);
    assert_eq!(outcomes(&web, "/"), [Outcome::Complete; 2]);
}
