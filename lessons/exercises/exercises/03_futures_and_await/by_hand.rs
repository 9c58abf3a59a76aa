// An old library fetches a page on a thread of its own and calls a callback
// when it's done. You want to `.await` the page, so you write a future by hand:
// `Download`, with what it shares with the callback.
//
// As it is, a task that awaits a download never continues, because nothing
// wakes it. Change `done` and `poll` so that the task is woken. Don't wake it
// earlier than that. The tests count how often a task is woken, and they poll a
// download from two tasks: the task that polled last has to be woken.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use exercises::show;
use mock_server::MockWeb;

// What the callback and the future share.
#[derive(Default)]
struct Shared {
    bytes: Option<usize>,
    waker: Option<Waker>,
}

// The library gets this half.
struct Callback(Arc<Mutex<Shared>>);

// You await this half.
struct Download(Arc<Mutex<Shared>>);

fn download() -> (Callback, Download) {
    let shared = Arc::<Mutex<Shared>>::default();
    (Callback(shared.clone()), Download(shared))
}

impl Callback {
    // The library calls this on its own thread.
    // TODO: A task may be waiting for this.
    fn done(self, bytes: usize) {
        let mut shared = self.0.lock().expect("no thread panics with the lock");
        shared.bytes = Some(bytes);
    }
}

impl Future for Download {
    type Output = usize;

    // TODO: After `Pending`, nothing polls this again until its waker is
    // called.
    fn poll(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<usize> {
        let shared = self.0.lock().expect("no thread panics with the lock");
        match shared.bytes {
            Some(bytes) => Poll::Ready(bytes),
            None => Poll::Pending,
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

// Waits for a download until the limit. (`timeout` isn't used here, because it
// polls the download once more when it fires, and would find it done.)
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
            None => println!("nothing woke this task"),
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
    fn a_waiting_task_is_woken_once_and_finds_the_result() {
        let (callback, download) = download();
        let (task, mut download) = (Arc::new(Task::default()), pin!(download));
        assert_eq!(task.poll(download.as_mut()), Poll::Pending);
        assert_eq!(task.woken(), 0, "woken before there is a result");
        callback.done(7);
        assert_eq!(
            task.woken(),
            1,
            "the result is there, and the task was not woken"
        );
        assert_eq!(task.poll(download), Poll::Ready(7));
    }

    #[test]
    fn a_download_that_is_done_is_ready_at_its_first_poll() {
        let (callback, download) = download();
        callback.done(7);
        let task = Arc::new(Task::default());
        assert_eq!(task.poll(pin!(download)), Poll::Ready(7));
    }

    #[test]
    fn the_task_that_polled_last_is_woken() {
        let (callback, download) = download();
        let tasks = [Arc::new(Task::default()), Arc::new(Task::default())];
        let mut download = pin!(download);
        for task in &tasks {
            assert_eq!(task.poll(download.as_mut()), Poll::Pending);
        }
        callback.done(7);
        assert_eq!(
            tasks[1].woken(),
            1,
            "the second task polled last and was not woken"
        );
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
