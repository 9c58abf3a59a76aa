//! Rule 4 (use async libraries), for files.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use lesson09::{blocking, files};
use testkit::{PATIENT, watchdog};
use tokio::io::AsyncWriteExt;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::support::{IMPATIENT, one_blocking_thread};

/// Whether another task had a turn while `work` was polled. The pool's only
/// thread is busy until it had one: otherwise a busy machine may finish the work
/// in the pool before it polls anything again, and then nothing has to wait.
fn a_turn_beside(work: impl Future<Output = std::io::Result<()>>) -> bool {
    let (turn, had_turn) = mpsc::channel();
    let had_a_turn = Arc::new(AtomicBool::new(false));
    let had = Arc::clone(&had_a_turn);
    one_blocking_thread().block_on(async {
        let held = spawn_blocking(move || had_turn.recv());
        let other = tokio::spawn(async move {
            had.store(true, Ordering::SeqCst);
            turn.send(()).expect("the pool's thread waits");
        });
        work.await.expect("it is written");
        let had_a_turn = had_a_turn.load(Ordering::SeqCst);
        other.await.expect("no panic");
        held.await.expect("no panic").expect("it was sent");
        had_a_turn
    })
}

#[test]
fn a_file_written_on_the_runtimes_thread_stops_it_and_one_written_in_the_pool_does_not()
 {
    let _watchdog = watchdog();
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name| folder.path().join(name);
    assert!(!a_turn_beside(files::broken(&file("std"))));
    assert!(a_turn_beside(files::kept(&file("tokio"))));
    assert!(a_turn_beside(files::buffered(&file("buffered"))));
    assert!(a_turn_beside(files::in_the_pool(&file("pool"))));
    let read = |name| fs::read(file(name)).expect("it is there");
    assert_eq!(read("std").len(), files::LINES * 48);
    assert_eq!(read("std"), read("tokio"));
    assert_eq!(read("std"), read("buffered"));
    assert_eq!(read("std"), read("pool"));
}

#[tokio::test]
async fn tokios_buffer_holds_170_lines() {
    let _watchdog = watchdog();
    let mut file = tokio::io::BufWriter::new(Vec::new());
    let mut lines = 0;
    while file.get_ref().is_empty() {
        file.write_all(&[b'a'; 48]).await.expect("room");
        lines += 1;
    }
    assert_eq!((lines, file.get_ref().len()), (171, 170 * 48));
}

#[test]
fn tokio_fs_waits_for_a_thread_of_the_pool() {
    let _watchdog = watchdog();
    let folder = tempfile::tempdir().expect("a folder");
    one_blocking_thread().block_on(async {
        let (go_on, wait) = mpsc::channel::<()>();
        let held = spawn_blocking(move || wait.recv());
        let mut metadata = Box::pin(tokio::fs::metadata(folder.path()));
        // There is no event to await: nothing happens.
        assert!(timeout(IMPATIENT, &mut metadata).await.is_err());
        drop(go_on);
        let metadata = timeout(PATIENT, metadata).await.expect("it is read");
        assert!(metadata.is_ok());
        held.await.expect("no panic").expect_err("nothing is sent");
    });
    let waited = files::behind_the_driver(folder.path()).expect("it is there");
    assert!(waited >= blocking::LINE, "a sleep is never too short");
}
