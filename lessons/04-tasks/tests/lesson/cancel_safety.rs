//! What an operation loses if it's dropped and then called again.

use std::pin::pin;

use futures::FutureExt;
use testkit::{PATIENT, watchdog};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, duplex};
use tokio::sync::{Mutex, Notify, RwLock, Semaphore};
use tokio::time::timeout;

use crate::examples::cancel_safe;

#[tokio::test]
async fn an_interrupted_operation_is_safe_or_loses_its_place_or_its_data() {
    let _watchdog = watchdog();
    let rows = timeout(PATIENT, cancel_safe::rows());
    let rows = rows.await.expect("it ends").expect("nothing fails");
    let by_verdict = |verdict| -> Vec<_> {
        let rows = rows.iter().filter(|row| row.verdict() == verdict);
        rows.map(|row| (row.operation, row.arrived.as_str())).collect()
    };
    assert_eq!(
        by_verdict("safe"),
        [
            ("read", "hello"),
            ("Lines::next_line", "hello"),
            ("read_until", "hello"),
            ("mpsc recv", "abc"),
            ("mpsc reserve, then send", "abc"),
            ("accept", "11"),
            ("&mut oneshot receiver", "a"),
            ("JoinSet::join_next", "ab"),
            ("FuturesUnordered::next", "ab"),
        ]
    );
    assert_eq!(
        by_verdict("safe, loses its place"),
        [
            ("mpsc reserve, two senders", "2 1"),
            ("Mutex::lock", "2 1"),
            ("RwLock::read", "2 1"),
            ("RwLock::write", "2 1"),
            ("Semaphore::acquire", "2 1"),
            ("Notify::notified", "2 1"),
        ]
    );
    assert_eq!(
        by_verdict("loses data"),
        [
            ("read_line", "lo"),
            ("read_to_string", "lo"),
            ("read_exact", "def"),
            ("mpsc send", "ac"),
        ]
    );
    assert_eq!(by_verdict("sends twice"), [("write_all", "helhello")]);
}

/// The other half of `in_turn` in the example: a first future that isn't
/// interrupted.
async fn keeps_its_place(
    first: impl Future,
    second: impl Future,
    open: impl FnOnce(),
) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    assert!((&mut first).now_or_never().is_none());
    assert!((&mut second).now_or_never().is_none());
    open();
    assert!((&mut second).now_or_never().is_none(), "it's behind the first");
    drop(first.now_or_never().expect("it's the first one's turn"));
    assert!(second.now_or_never().is_some());
}

#[tokio::test]
async fn a_future_that_is_not_interrupted_keeps_its_place_in_each_queue() {
    let _watchdog = watchdog();
    let lock = Mutex::new(());
    let guard = lock.lock().await;
    keeps_its_place(lock.lock(), lock.lock(), || drop(guard)).await;

    let lock = RwLock::new(());
    let guard = lock.write().await;
    keeps_its_place(lock.write(), lock.write(), || drop(guard)).await;
    let guard = lock.write().await;
    keeps_its_place(lock.read(), lock.write(), || drop(guard)).await;

    let semaphore = Semaphore::new(0);
    let open = || semaphore.add_permits(1);
    keeps_its_place(semaphore.acquire(), semaphore.acquire(), open).await;

    let event = Notify::new();
    let turn = || async {
        event.notified().await;
        event.notify_one();
    };
    keeps_its_place(turn(), turn(), || event.notify_one()).await;
}

#[tokio::test]
async fn the_count_of_read_until_starts_from_zero_when_it_is_called_again() {
    let _watchdog = watchdog();
    let (mut peer, socket) = duplex(64);
    let mut socket = BufReader::new(socket);
    let mut line = Vec::new();
    peer.write_all(b"hel").await.expect("room");
    assert!(socket.read_until(b'\n', &mut line).now_or_never().is_none());
    peer.write_all(b"lo\n").await.expect("room");
    let count = socket.read_until(b'\n', &mut line).await.expect("a line");
    assert_eq!((line.as_slice(), count), (&b"hello\n"[..], 3));
}
