// An old library fetches a page in a thread of its own and calls you back when
// it is done. You want to await it. So you write the future yourself: what the
// thread and the future share, `poll`, and who wakes whom.
//
// It compiles, and whoever awaits it sleeps for ever: a future that is not
// ready has to see to it that somebody calls its waker.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use exercises::show;
use mock_server::MockWeb;

// What the library calls, and the future behind it, both have.
#[derive(Default)]
struct Shared {
    bytes: Option<usize>,
    waker: Option<Waker>,
}

// Handed to the library.
struct Callback(Arc<Mutex<Shared>>);

// Yours to await.
struct Download(Arc<Mutex<Shared>>);

fn download() -> (Callback, Download) {
    let shared = Arc::<Mutex<Shared>>::default();
    (Callback(shared.clone()), Download(shared))
}

impl Callback {
    // The library calls this on its own thread.
    //
    // First the result, then the waker: who is woken polls, perhaps at once and
    // on another thread, and is to find the result there.
    fn done(self, bytes: usize) {
        let mut shared = self.0.lock().expect("no thread panics with the lock");
        shared.bytes = Some(bytes);
        if let Some(waker) = shared.waker.take() {
            waker.wake();
        }
    }
}

impl Future for Download {
    type Output = usize;

    // The look at the result and the keeping of the waker are under one lock:
    // between the two the library would find no waker, and this would sleep for
    // ever.
    //
    // The waker is kept anew at each poll. The common wrong answer keeps the
    // first one (`get_or_insert_with`), and a future may move: awaited by one
    // task now and by another later, it has to wake the later one.
    //
    // The other wrong answer is to call `wake_by_ref` here, and to return
    // `Pending`: that asks to be polled again at once, again and again. It
    // works, and it keeps a core busy with waiting.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<usize> {
        let mut shared = self.0.lock().expect("no thread panics with the lock");
        match shared.bytes {
            Some(bytes) => Poll::Ready(bytes),
            None => {
                shared.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

// The old library.
fn fetch_with_callback(url: &str, callback: Callback) {
    let url = url.to_owned();
    thread::spawn(move || {
        let client = reqwest::blocking::Client::builder().no_proxy();
        let page = || client.build()?.get(url).send()?.bytes();
        callback.done(page().map_or(0, |page| page.len()));
    });
}

// Waits for a download, and sleeps for no longer than this. (`timeout` looks at
// the download once more when the time is over, and would find it done.)
async fn woken_within(limit: Duration, download: Download) -> Option<usize> {
    tokio::select! {
        biased;
        () = tokio::time::sleep(limit) => None,
        bytes = download => Some(bytes),
    }
}

fn main() {
    show(MockWeb::builder(), async |web, _client| {
        let (callback, download) = download();
        fetch_with_callback(web.url("python.org"), callback);
        match woken_within(Duration::from_secs(2), download).await {
            Some(bytes) => println!("{bytes} bytes"),
            None => println!("nobody woke this task"),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sites};
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    // A task that counts how often it is woken.
    #[derive(Default)]
    struct Task(AtomicUsize);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    impl Task {
        fn poll(self: &Arc<Task>, download: Pin<&mut Download>) -> Poll<usize> {
            let waker = Waker::from(self.clone());
            download.poll(&mut Context::from_waker(&waker))
        }

        fn woken(&self) -> usize {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn who_waits_is_woken_once_and_finds_the_result() {
        let (callback, download) = download();
        let (task, mut download) = (Arc::new(Task::default()), pin!(download));
        assert_eq!(task.poll(download.as_mut()), Poll::Pending);
        assert_eq!(task.woken(), 0, "woken with no result there");
        callback.done(7);
        assert_eq!(task.woken(), 1, "the result is there; who was woken?");
        assert_eq!(task.poll(download), Poll::Ready(7));
    }

    #[test]
    fn who_comes_late_does_not_wait() {
        let (callback, download) = download();
        callback.done(7);
        let task = Arc::new(Task::default());
        assert_eq!(task.poll(pin!(download)), Poll::Ready(7));
    }

    #[test]
    fn who_polled_last_is_woken() {
        let (callback, download) = download();
        let tasks = [Arc::new(Task::default()), Arc::new(Task::default())];
        let mut download = pin!(download);
        for task in &tasks {
            assert_eq!(task.poll(download.as_mut()), Poll::Pending);
        }
        callback.done(7);
        assert_eq!(tasks[1].woken(), 1, "the second task waits now");
    }

    #[test]
    fn a_page_can_be_awaited() {
        check(sites(["a.example"]), async |web, _client| {
            let (callback, download) = download();
            fetch_with_callback(web.url("a.example"), callback);
            let bytes = woken_within(PATIENCE, download).await;
            assert_eq!(bytes, Some(1_000), "the server has sent the page");
        });
    }
}
