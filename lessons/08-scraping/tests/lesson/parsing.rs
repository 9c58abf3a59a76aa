//! Parsed trees, threads and the thread pool.

use std::pin::pin;
use std::sync::{Arc, Barrier, RwLock, mpsc};
use std::time::Duration;

use futures::future::join_all;
use lesson08::{Page, fetch_page};
use scraper::Html;
use testkit::{IMPATIENT, PATIENT, quick_tutorial, start};
use tokio::runtime::Builder;
use tokio::sync::mpsc::Sender;
use tokio::task::{spawn_blocking, yield_now};
use tokio::time::timeout;

use crate::examples::{deep, not_send, parse_blocks};
use crate::support::{client, start_on, url_of};

#[test]
fn a_tree_may_be_held_where_no_thread_changes_or_when_it_was_never_borrowed() {
    fn is_send(_: &impl Send) {}
    let never_borrowed = async {
        let html = Html::parse_document("<title>a</title>");
        drop(html);
        yield_now().await;
    };
    is_send(&never_borrowed);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let title = runtime.block_on(async {
        let html = Html::parse_document("<title>a</title>");
        yield_now().await;
        lesson08::title_in(&html)
    });
    assert_eq!(title.as_deref(), Some("a"));
}

#[tokio::test]
async fn each_way_to_parse_in_a_task_gives_the_same_titles() {
    /// A way to parse a page and send its title.
    type Way = fn(
        Page,
        Sender<Option<String>>,
    ) -> std::pin::Pin<
        Box<dyn Future<Output = anyhow::Result<()>> + Send>,
    >;
    let ways: [Way; 3] = [
        |page, found| Box::pin(not_send::in_a_block(page, found)),
        |page, found| Box::pin(not_send::in_a_function(page, found)),
        |page, found| Box::pin(not_send::in_spawn_blocking(page, found)),
    ];
    for way in ways {
        // A gate that has opened stays open, so each way has one of its own.
        let (_web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
        let titles = not_send::titles(&client(), &sites, way).await;
        let mut titles = titles.expect("no task panics");
        titles.sort();
        assert_eq!(
            titles,
            [
                "CodesWithPankaj - Learn Programming",
                "W3Schools Online Web Tutorials",
                "Welcome to Python.org",
            ]
        );
    }
}

#[derive(Clone, Copy)]
enum Way {
    Inline,
    InThePool,
}

/// Whether another task has a turn while a page is parsed.
async fn has_a_turn_during(way: Way, wait: Duration) -> bool {
    let (web, sites, _watchdog) = start_on(&["library.example"]);
    let url = url_of(&sites[0]);
    let (begun, mut has_begun) = tokio::sync::mpsc::unbounded_channel();
    let (turn, turns) = mpsc::channel();
    let (result, results) = mpsc::channel();
    // A parser that takes as long as the other task needs for its turn.
    let parse = move |page: &Page| {
        begun.send(()).expect("the other task waits for this");
        let had_a_turn = turns.recv_timeout(wait).is_ok();
        result.send(had_a_turn).expect("the test waits for this");
        page.url.join("next").ok()
    };
    let other = async {
        has_begun.recv().await.expect("a page is parsed");
        // The parser may have given up by now, which is what `results` says.
        let _ = turn.send(());
    };
    let work = async {
        let fetched = match way {
            Way::Inline => parse_blocks::inline(&client(), &url, parse).await,
            Way::InThePool => {
                parse_blocks::in_the_pool(&client(), &url, parse).await
            }
        };
        let error = fetched.expect_err("there is no such page");
        assert_eq!(error.to_string(), "the site answered 404 Not Found");
    };
    tokio::join!(work, other);
    assert_eq!(web.record().exchanges().len(), 2);
    results.recv().expect("the page was parsed")
}

#[tokio::test]
async fn no_other_task_has_a_turn_during_inline_parsing_but_it_does_with_the_pool()
 {
    assert!(!has_a_turn_during(Way::Inline, IMPATIENT).await);
    assert!(has_a_turn_during(Way::InThePool, PATIENT).await);
}

#[tokio::test]
async fn three_pages_are_parsed_in_parallel_by_a_runtime_with_one_thread() {
    let (web, sites, _watchdog) = start_on(&["library.example"]);
    let (client, url) = (client(), url_of(&sites[0]));
    // Each parser waits for the other two.
    let meeting = Arc::new(Barrier::new(3));
    let visits = (0..3).map(|_| {
        let meeting = meeting.clone();
        parse_blocks::in_the_pool(&client, &url, move |page| {
            meeting.wait();
            page.url.join("fiction").ok()
        })
    });
    for visit in join_all(visits).await {
        visit.expect("the pages are there");
    }
    assert_eq!(web.record().exchanges().len(), 6);
}

#[test]
fn the_pool_runs_512_closures_in_parallel_and_the_next_one_waits() {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let gate = Arc::new(RwLock::new(()));
    let closed = gate.write().expect("no closure panics");
    let (started, starts) = mpsc::channel();
    for _ in 0..513 {
        let (gate, started) = (gate.clone(), started.clone());
        runtime.spawn_blocking(move || {
            started.send(()).expect("the test counts");
            drop(gate.read());
        });
    }
    for number in 0..512 {
        starts.recv_timeout(PATIENT).unwrap_or_else(|_| panic!("{number}"));
    }
    assert!(starts.recv_timeout(IMPATIENT).is_err(), "one more has a thread");
    drop(closed);
    starts.recv_timeout(PATIENT).expect("the last one has its turn");
}

#[test]
fn looking_up_a_host_name_takes_a_thread_of_the_same_pool() {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let (web, sites, _watchdog) = start_on(&["library.example"]);
        let client = reqwest::Client::builder().no_proxy().build();
        let client = client.expect("a client");
        let (stop, stopped) = mpsc::channel::<()>();
        let busy = spawn_blocking(move || stopped.recv());

        fetch_page(&client, &sites[0].url).await.expect("it has an address");
        let by_name = sites[0].url.replace("127.0.0.1", "localhost");
        assert_ne!(by_name, sites[0].url);
        let mut page = pin!(fetch_page(&client, &by_name));
        assert!(timeout(IMPATIENT, &mut page).await.is_err());
        assert_eq!(web.record().exchanges().len(), 1);

        stop.send(()).expect("the closure still runs");
        busy.await.expect("it does not panic").expect("it was stopped");
        page.await.expect("the name is looked up now");
    });
}

#[test]
fn a_flat_page_and_a_nested_one_have_the_same_size_and_elements() {
    let (flat, nested) = (deep::flat(), deep::nested());
    assert_eq!(flat.len(), nested.len());
    assert_eq!(deep::elements(&flat), deep::ELEMENTS);
    assert_eq!(deep::elements(&nested), deep::ELEMENTS);
    assert_eq!(deep::streamed(&flat).expect("a title"), "Flat");
    assert_eq!(deep::streamed(&nested).expect("a title"), "Deep");
}

#[tokio::test]
async fn a_closure_in_the_pool_keeps_running_after_abort_and_after_a_timeout() {
    let (stop, stopped) = mpsc::channel::<()>();
    let (report, mut reports) = tokio::sync::mpsc::unbounded_channel();
    let work = spawn_blocking(move || {
        report.send("begun").expect("the test listens");
        stopped.recv().expect("the test stops it");
        report.send("done").expect("the test listens");
    });
    assert_eq!(reports.recv().await, Some("begun"));
    work.abort();
    assert!(timeout(Duration::from_millis(50), work).await.is_err());
    stop.send(()).expect("it still runs");
    assert_eq!(reports.recv().await, Some("done"));
}
