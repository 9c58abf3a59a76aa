//! How many system calls each way to write a file makes. Linux counts them for
//! the whole process, so this file has a process of its own and a single test.
#![cfg(target_os = "linux")]

use std::fs;

use lesson09::files;
use testkit::watchdog;

/// How many calls of the process have written something so far.
fn calls() -> usize {
    let counts = fs::read_to_string("/proc/self/io").expect("Linux counts");
    let count = counts.lines().find_map(|line| line.strip_prefix("syscw: "));
    count.and_then(|count| count.parse().ok()).expect("a number")
}

#[tokio::test]
async fn without_a_buffer_each_line_is_a_system_call_and_with_one_few_are() {
    let _watchdog = watchdog();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("lines.txt");

    let before = calls();
    files::broken(&file).await.expect("it is written");
    let broken = calls() - before;
    files::kept(&file).await.expect("it is written");
    let kept = calls() - before - broken;
    files::in_the_pool(&file).await.expect("it is written");
    let in_the_pool = calls() - before - broken - kept;
    files::buffered(&file).await.expect("it is written");
    let buffered = calls() - before - broken - kept - in_the_pool;

    assert!(broken >= files::LINES, "{broken}");
    assert!(kept >= files::LINES, "{kept}");
    assert!(in_the_pool >= files::LINES, "{in_the_pool}");
    // A thread of the pool may wake the runtime's thread by a call, too.
    assert!((177..1_000).contains(&buffered), "{buffered}");
}
