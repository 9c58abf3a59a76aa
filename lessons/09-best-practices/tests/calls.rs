//! How often each way to write a file calls the system. Linux counts that for
//! the whole process, so this has one for itself, and a single test.
#![cfg(target_os = "linux")]

use std::fs;
use std::time::Duration;

use lesson09::files;
use mock_server::Watchdog;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(100);

/// How many calls of the process have written something so far.
fn calls() -> usize {
    let counts = fs::read_to_string("/proc/self/io").expect("Linux counts");
    let count = counts.lines().find_map(|line| line.strip_prefix("syscw: "));
    count.and_then(|count| count.parse().ok()).expect("a number")
}

#[tokio::test]
async fn a_line_by_itself_is_a_call_and_a_buffer_saves_nearly_all_of_them() {
    let _watchdog = Watchdog::start(WATCHDOG, Vec::new);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("lines.txt");

    let before = calls();
    files::broken(&file).await.expect("it is written");
    let broken = calls() - before;
    files::kept(&file).await.expect("it is written");
    let kept = calls() - before - broken;
    files::at_once(&file).await.expect("it is written");
    let at_once = calls() - before - broken - kept;
    files::buffered(&file).await.expect("it is written");
    let buffered = calls() - before - broken - kept - at_once;

    assert!(broken >= files::LINES, "{broken}");
    assert!(kept >= files::LINES, "{kept}");
    assert!(at_once >= files::LINES, "{at_once}");
    // A thread of the pool that is done may wake the loop by a call, too.
    assert!((177..1_000).contains(&buffered), "{buffered}");
}
