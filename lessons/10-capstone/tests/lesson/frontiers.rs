//! Three frontiers: one in memory, one in a different task, and one that
//! counts.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lesson10::frontier::{Added, Frontier, InMemory};
use lesson10::{Job, Options};
use tokio::sync::{mpsc, oneshot};
use url::Url;

use crate::support::{broken_links, endless, library, run_with};

#[tokio::test]
async fn hosts_take_turns_and_the_number_of_urls_is_limited() {
    let job = |url: &str| {
        let url = Url::parse(url).expect("it is a URL");
        let inside = url.host_str() == Some("a.example");
        Job { url, inside, depth: 0, hops: 0 }
    };
    let mut frontier = InMemory::new(3, 2);
    for (url, added) in [
        ("http://a.example/1", Added::New),
        ("http://a.example/2", Added::New),
        ("http://a.example/3", Added::New),
        ("http://b.example/1", Added::New),
        ("http://a.example/2", Added::Known),
        ("http://A.example:80/x/../3", Added::Known),
        ("http://a.example/4", Added::OverLimit),
        ("http://b.example/2", Added::New),
    ] {
        let was = frontier.add(job(url)).await.expect("it adds");
        assert_eq!(was, added, "{url}");
    }
    for next in [
        Some("http://a.example/1"),
        Some("http://b.example/1"),
        Some("http://a.example/2"),
        Some("http://b.example/2"),
        None,
    ] {
        let taken = frontier.next().await.expect("it gives");
        assert_eq!(taken, next.map(job));
    }
    let done = job("http://a.example/2");
    frontier.done(&done).await.expect("it takes");
    let taken = frontier.next().await.expect("it gives");
    assert_eq!(taken, Some(job("http://a.example/3")));
}

/// A frontier in a different task. One in a different process works the same
/// way.
struct Remote(mpsc::Sender<Call>);

enum Call {
    Add(Job, oneshot::Sender<Added>),
    Next(oneshot::Sender<Option<Job>>),
    Done(Job, oneshot::Sender<()>),
}

impl Remote {
    fn start() -> Remote {
        let (calls_in, mut calls) = mpsc::channel(1);
        tokio::spawn(async move {
            let mut frontier = InMemory::new(1_000, 4);
            while let Some(call) = calls.recv().await {
                let gone = "the caller waits for the result";
                match call {
                    Call::Add(job, reply) => {
                        let added = frontier.add(job).await.expect("it adds");
                        reply.send(added).expect(gone);
                    }
                    Call::Next(reply) => {
                        let next = frontier.next().await.expect("it gives");
                        reply.send(next).expect(gone);
                    }
                    Call::Done(job, reply) => {
                        frontier.done(&job).await.expect("it takes");
                        reply.send(()).expect(gone);
                    }
                }
            }
        });
        Remote(calls_in)
    }

    async fn call<T>(
        &self,
        call: impl FnOnce(oneshot::Sender<T>) -> Call,
    ) -> io::Result<T> {
        let (reply, replied) = oneshot::channel();
        self.0.send(call(reply)).await.map_err(io::Error::other)?;
        replied.await.map_err(io::Error::other)
    }
}

impl Frontier for Remote {
    async fn add(&mut self, job: Job) -> io::Result<Added> {
        self.call(|reply| Call::Add(job, reply)).await
    }

    async fn next(&mut self) -> io::Result<Option<Job>> {
        self.call(Call::Next).await
    }

    async fn done(&mut self, job: &Job) -> io::Result<()> {
        let job = job.clone();
        self.call(|reply| Call::Done(job, reply)).await
    }
}

#[tokio::test]
async fn a_frontier_in_a_different_task_gives_the_same_report() {
    let (site, options, _watchdog) = library().await;
    let report = run_with(&options, Remote::start()).await;
    assert_eq!(broken_links(&report), site.expected);
}

/// A frontier that counts the jobs in flight.
struct Counting {
    frontier: InMemory,
    in_flight: usize,
    most: Arc<AtomicUsize>,
}

impl Frontier for Counting {
    async fn add(&mut self, job: Job) -> io::Result<Added> {
        self.frontier.add(job).await
    }

    async fn next(&mut self) -> io::Result<Option<Job>> {
        let next = self.frontier.next().await?;
        self.in_flight += usize::from(next.is_some());
        self.most.fetch_max(self.in_flight, Ordering::Relaxed);
        Ok(next)
    }

    async fn done(&mut self, job: &Job) -> io::Result<()> {
        self.in_flight -= 1;
        self.frontier.done(job).await
    }
}

#[tokio::test]
async fn no_more_pages_are_in_flight_than_the_stages_and_channels_hold() {
    let (_web, options, _watchdog) = endless(50).await;
    let at_once = 4;
    let options = Options { depth: usize::MAX, at_once, ..options };
    let most = Arc::new(AtomicUsize::new(0));
    let frontier = Counting {
        frontier: InMemory::new(500, 500),
        in_flight: 0,
        most: Arc::clone(&most),
    };
    let report = run_with(&options, frontier).await;
    assert_eq!(report.visited, 500);
    // One in the crawl loop's hand and one in the channel; the tasks of the
    // fetcher; one in the parser's hand, and two channels of eight.
    let most = most.load(Ordering::Relaxed);
    assert!((at_once..=1 + 1 + at_once + 8 + 1 + 8).contains(&most), "{most}");
}
