//! Chapter 7: four ways to log out, each cancelled in the middle of a page.

use lesson07::{SITES, client};
use tokio::time::sleep;
use tokio_util::task::TaskTracker;

use super::{calling, logout_after, spawning, tracked, with_timeout};
use crate::controls::{Captured, Compare, Lab, Measure, Question, Settings, delays, range, start, tutorial, version};

/// The lab.
pub fn lab() -> Lab {
    let mut controls = vec![
        version(&[
            ("logout_after", "logout_after"),
            ("calling", "Calling guard"),
            ("spawning", "Spawning guard"),
            ("tracked", "Tracked guard, and wait()"),
        ]),
        range("later", "Program keeps running for", [0, 500, 25, 0], "ms"),
    ];
    controls.extend(delays(&SITES));
    let captured = |settings, anchor, timeline| Captured { settings, file: "no_async_drop", anchor, timeline, compare: Compare::Lines };
    Lab {
        name: "no_async_drop",
        title: "A logout when a future is dropped",
        controls,
        question: Question { words: "How many requests does the site get?", measure: Measure::Requests },
        captured: vec![
            captured("version=logout_after", "wrong", "a logout after the work"),
            captured("version=calling", "wrong-2", "a guard that creates a future"),
            captured("version=spawning", "wrong-3", "a guard that spawns a task"),
            captured("version=tracked", "right", "a guard that spawns, and a tracker"),
        ],
        blocks: false,
        run: |settings| Box::pin(run(settings)),
    }
}

/// The end of a run drops the runtime, as the lesson's own `run` does for each of the four.
async fn run(settings: Settings) {
    let sites = start(tutorial(&SITES, &settings));
    let site = &sites[0];
    let Ok(client) = client() else { return };
    match settings.name("version") {
        "logout_after" => with_timeout(logout_after(&client, site)).await,
        "calling" => with_timeout(calling(&client, site)).await,
        "spawning" => with_timeout(spawning(&client, site)).await,
        _ => {
            let closing = TaskTracker::new();
            with_timeout(tracked(&client, site, &closing)).await;
            closing.close();
            closing.wait().await;
        }
    }
    let later = settings.milliseconds("later");
    if !later.is_zero() {
        sleep(later).await;
    }
}
