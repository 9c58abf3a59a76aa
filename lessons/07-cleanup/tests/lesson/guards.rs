//! What `drop` does: guards, trackers and clients.

use futures::FutureExt;
use lesson07::post;
use mock_server::Outcome;
use reqwest::Client;
use testkit::{quick_tutorial, start};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use crate::examples::no_async_drop;
use crate::support::{cancel, endless_page, outcomes, paths};

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
