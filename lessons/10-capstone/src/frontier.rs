//! The frontier: the URLs that are known and haven't been requested yet.
//!
//! It hands out each URL once, and pages near the start before pages further
//! away. It also limits the requests per host (lesson 05). That limit isn't in
//! the fetcher, because a job that waits for a slow host would hold up jobs for
//! other hosts there. From lesson 08 it has the set of URLs that were seen.

mod scope;

// ANCHOR: use
use std::collections::{HashMap, VecDeque};
use std::io;

use crate::address::host_of;
use crate::message::Job;
use scope::Scope;
// ANCHOR_END: use

/// The URLs that are known and haven't been requested yet.
///
/// [`InMemory`] keeps them in this process. A database could keep them just as
/// well, so the methods are asynchronous and can fail.
///
/// A frontier belongs to *one* crawl loop, which awaits one method at a time.
/// So no method may wait for a job to be done.
///
/// When a check is stopped, it drops whichever method it's awaiting, and calls
/// none after that. A frontier that outlives the process needs methods that
/// leave it consistent wherever they're dropped, one transaction each for
/// example.
///
/// The trait isn't dyn-compatible, because its methods return `impl Future`:
///
/// ```compile_fail,E0038
/// fn boxed(frontier: Box<dyn lesson10::frontier::Frontier>) {}
/// ```
// ANCHOR: trait
pub trait Frontier: Send {
    /// Adds a job that was found, unless its URL is known. If it was known with
    /// a greater depth, it gets the smaller one.
    fn add(
        &mut self,
        job: Job,
    ) -> impl Future<Output = io::Result<Added>> + Send;

    /// Takes a job, if one can start now: its host must be below its limit, and
    /// every job nearer to the start must be [done](Frontier::done). With no
    /// job in flight, `None` means that the crawl is finished.
    fn next(&mut self) -> impl Future<Output = io::Result<Option<Job>>> + Send;

    /// Marks a job as done, after everything it led to was added.
    fn done(
        &mut self,
        job: &Job,
    ) -> impl Future<Output = io::Result<()>> + Send;
}

/// What happened to a job that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// There's one more URL to request.
    New,
    /// Its URL was known.
    Known,
    /// The limit is reached: this job was left out, or another one for it.
    OverLimit,
}
// ANCHOR_END: trait

/// A frontier in the memory of this process. The number of URLs it holds and
/// their bytes are limited, so an endless site doesn't fill the memory.
///
/// Jobs start in rounds. A round is every job with the smallest depth, and the
/// next round begins when the last job of this one is done. That way a URL gets
/// the same depth no matter which page arrived first, and the same URLs are
/// left out at the limits.
#[derive(Debug)]
pub struct InMemory {
    per_host: usize,
    /// The depth of each URL that was found and not left out.
    known: HashMap<String, usize>,
    /// The URLs of the site, and the URLs outside.
    scopes: [Scope; 2],
    /// The hosts that have a job in this round, waiting or in flight.
    hosts: HashMap<String, Host>,
    /// The hosts that can start a job now, each of them once.
    ready_hosts: VecDeque<String>,
}

#[derive(Debug, Default)]
struct Host {
    jobs: VecDeque<Job>,
    in_flight: usize,
    is_ready: bool,
}

/// How many URLs outside are allowed per URL of the site.
const OUTSIDE: usize = 10;
impl InMemory {
    /// An empty frontier for up to `pages` URLs of the site, ten times as many
    /// outside, and `per_host` requests to one host at a time.
    pub fn new(pages: usize, per_host: usize) -> InMemory {
        InMemory {
            per_host,
            known: HashMap::new(),
            scopes: [pages, pages.saturating_mul(OUTSIDE)].map(Scope::new),
            hosts: HashMap::new(),
            ready_hosts: VecDeque::new(),
        }
    }

    fn put(&mut self, job: Job) -> Added {
        let scope = &mut self.scopes[usize::from(!job.inside)];
        let known = self.known.get(job.url.as_str()).copied();
        if let Some(depth) = known {
            if depth <= job.depth {
                return Added::Known;
            }
            // It hasn't started yet, because its round would come later.
            scope.remove(&(depth, job.url.clone()));
        }
        let key = (job.depth, job.url);
        if scope.leaves_out(&key) {
            return Added::OverLimit;
        }
        self.known.insert(key.1.to_string(), key.0);
        let mut added = if known.is_some() { Added::Known } else { Added::New };
        for url in scope.insert(key, job.hops) {
            self.known.remove(url.as_str());
            added = Added::OverLimit;
        }
        added
    }

    fn begin_round(&mut self) {
        let round = self.scopes.iter().filter_map(Scope::first_depth).min();
        let Some(round) = round else { return };
        for index in 0..self.scopes.len() {
            while let Some((url, hops)) = self.scopes[index].start(round) {
                let name = host_of(&url);
                let job = Job { url, inside: index == 0, depth: round, hops };
                self.hosts.entry(name.clone()).or_default().jobs.push_back(job);
                self.update(name);
            }
        }
    }

    fn take(&mut self) -> Option<Job> {
        if self.hosts.is_empty() {
            self.begin_round();
        }
        let name = self.ready_hosts.pop_front()?;
        let host = self.hosts.get_mut(&name)?;
        let job = host.jobs.pop_front()?;
        host.in_flight += 1;
        host.is_ready = false;
        // The host goes to the back of the queue if it can start another job.
        self.update(name);
        Some(job)
    }

    /// Queues a host that can start a job, and forgets one that has no jobs.
    fn update(&mut self, name: String) {
        let Some(host) = self.hosts.get_mut(&name) else { return };
        let can_start = !host.jobs.is_empty() && host.in_flight < self.per_host;
        if can_start && !host.is_ready {
            host.is_ready = true;
            self.ready_hosts.push_back(name);
        } else if host.in_flight == 0 && host.jobs.is_empty() {
            self.hosts.remove(&name);
        }
    }

    fn give_back(&mut self, job: &Job) {
        let name = host_of(&job.url);
        if let Some(host) = self.hosts.get_mut(&name) {
            host.in_flight -= 1;
            self.update(name);
        }
    }
}

// Nothing in here has to wait, but as in every async function, nothing happens
// before the future is awaited.
impl Frontier for InMemory {
    async fn add(&mut self, job: Job) -> io::Result<Added> {
        Ok(self.put(job))
    }

    async fn next(&mut self) -> io::Result<Option<Job>> {
        Ok(self.take())
    }

    async fn done(&mut self, job: &Job) -> io::Result<()> {
        self.give_back(job);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn job(url: &str, inside: bool, depth: usize) -> Job {
        let url = Url::parse(url).expect("it is a URL");
        Job { url, inside, depth, hops: 0 }
    }

    #[test]
    fn of_an_endless_site_no_more_urls_are_kept_than_will_be_requested() {
        let mut frontier = InMemory::new(5, 4);
        for depth in 0..3 {
            for number in 100..900 {
                for (host, inside) in [("a", true), ("b", false)] {
                    let url = format!("http://{host}/{depth}/{number}");
                    frontier.put(job(&url, inside, depth));
                }
            }
            assert_eq!(frontier.known.len(), 5 + 50);
            let mut taken = [0, 0];
            while let Some(job) = frontier.take() {
                taken[usize::from(!job.inside)] += 1;
                frontier.give_back(&job);
            }
            assert_eq!(taken, if depth == 0 { [5, 50] } else { [0, 0] });
            assert!(
                frontier.hosts.is_empty() && frontier.ready_hosts.is_empty()
            );
            assert!(frontier.scopes.iter().all(Scope::is_empty));
        }
    }

    #[test]
    fn after_the_first_url_that_is_left_out_there_is_no_shorter_one() {
        let [short, long, last] = ["http://a/1", "http://a/2345", "http://a/3"];
        let mut frontier = InMemory::new(10, 4);
        frontier.scopes[0].limit_bytes(short.len() + last.len());
        let mut put = |url| frontier.put(job(url, true, 1));
        let added = [short, long, last, short].map(&mut put);
        let expected =
            [Added::New, Added::OverLimit, Added::OverLimit, Added::Known];
        assert_eq!(added, expected);
        assert_eq!(frontier.known.len(), 1);
        assert_eq!(frontier.take(), Some(job(short, true, 1)));
        assert_eq!(frontier.take(), None);
    }

    #[test]
    fn a_round_ends_when_all_its_jobs_are_done_and_not_when_all_are_taken() {
        let mut frontier = InMemory::new(10, 4);
        let [first, second] = ["http://a/1", "http://a/2"];
        for (url, depth) in [("http://a/3", 2), (second, 1), (first, 1)] {
            assert_eq!(frontier.put(job(url, true, depth)), Added::New);
        }
        assert_eq!(frontier.take(), Some(job(first, true, 1)));
        assert_eq!(frontier.take(), Some(job(second, true, 1)));
        assert_eq!(frontier.take(), None);
        frontier.give_back(&job(first, true, 1));
        assert_eq!(frontier.take(), None);
        // A page that was just visited has a shorter way to it.
        let nearer = job("http://a/3", true, 1);
        assert_eq!(frontier.put(nearer.clone()), Added::Known);
        assert_eq!(frontier.put(job("http://a/4", true, 2)), Added::New);
        frontier.give_back(&job(second, true, 1));
        assert_eq!(frontier.take(), Some(nearer.clone()));
        assert_eq!(frontier.take(), None);
        frontier.give_back(&nearer);
        assert_eq!(frontier.take(), Some(job("http://a/4", true, 2)));
    }

    #[tokio::test]
    async fn a_method_does_nothing_until_it_is_awaited() {
        let mut frontier = InMemory::new(10, 4);
        drop(frontier.add(job("http://a/1", true, 0)));
        assert_eq!(frontier.next().await.expect("it never fails"), None);
        let added = frontier.add(job("http://a/1", true, 0)).await;
        assert_eq!(added.expect("it never fails"), Added::New);
        drop(frontier.next());
        let next = frontier.next().await.expect("it never fails");
        assert_eq!(next, Some(job("http://a/1", true, 0)));
    }
}
