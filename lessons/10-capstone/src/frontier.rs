//! What is still to be asked: each URL once, what is near the start before what
//! is far, and no host by too many at a time.
//!
//! From lesson 05, bounds: the bound for a host lives here and not at the
//! fetcher, because a job that waits for a slow host must not stand before
//! those of other hosts. From lesson 03, an asynchronous trait. From lesson 08,
//! to remember where one was.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::{Future, ready};
use std::io;

use url::Url;

use crate::Job;

// ANCHOR: trait
/// What is still to be asked. One in memory is [`InMemory`]; one elsewhere, in
/// a database for example, can take its place, and so its methods are
/// asynchronous and can fail.
///
/// It is that of *one* crawl loop, which waits for each method before it goes
/// on; so none may wait for work that is still to be done.
pub trait Frontier: Send {
    /// Puts in a job that was found, unless its URL was here before. If it was
    /// here with a greater depth, it has the lesser one from now on.
    fn add(
        &mut self,
        job: Job,
    ) -> impl Future<Output = io::Result<Added>> + Send;

    /// Takes a job, if there is one now: one whose host is below its bound
    /// until the job is [done](Frontier::done), and none while one that is
    /// nearer to the start is not done. With no job under way, `None` is the
    /// end.
    fn next(&mut self) -> impl Future<Output = io::Result<Option<Job>>> + Send;

    /// Hears that a job was visited, and all that was found put in.
    fn done(
        &mut self,
        job: &Job,
    ) -> impl Future<Output = io::Result<()>> + Send;
}

/// What became of a job that was put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// There is one more to ask.
    New,
    /// Its URL was here before.
    Known,
    /// There are as many as there may be: it was left out, or another for it.
    Beyond,
}
// ANCHOR_END: trait
/// A frontier in the memory of this process. It holds no more URLs than it is
/// told to, so a site without end does not fill the memory.
///
/// Jobs are let in by rounds. A round is all there is of the least depth, and
/// the next begins when the last job of it is done. So a URL has the same depth
/// whichever page was quicker, and the same URLs are left out at the limits.
#[derive(Debug)]
pub struct InMemory {
    per_host: usize,
    /// With how many links each URL was found that was not left out.
    known: HashMap<String, usize>,
    /// What is of the site, and what is outside.
    sides: [Side; 2],
    /// Those that have a job of this round, waiting or under way.
    hosts: HashMap<String, Host>,
    /// Hosts with a job that waits, and below their bound; each once.
    turns: VecDeque<String>,
}

#[derive(Debug)]
struct Side {
    /// So many more may be let in.
    left: usize,
    /// What waits for its round, by depth and URL: no more than may be let in.
    later: BTreeMap<(usize, Url), Job>,
}

#[derive(Debug, Default)]
struct Host {
    jobs: VecDeque<Job>,
    busy: usize,
    has_turn: bool,
}

/// For each URL of the site there may be so many outside.
const OUTSIDE: usize = 10;

impl InMemory {
    /// An empty one, for so many URLs of the site and ten times as many
    /// outside, and for so many requests to a host at a time.
    pub fn new(pages: usize, per_host: usize) -> InMemory {
        let side = |left| Side { left, later: BTreeMap::new() };
        InMemory {
            per_host,
            known: HashMap::new(),
            sides: [pages, pages.saturating_mul(OUTSIDE)].map(side),
            hosts: HashMap::new(),
            turns: VecDeque::new(),
        }
    }

    fn put(&mut self, job: Job) -> Added {
        let side = &mut self.sides[usize::from(!job.inside)];
        let known = self.known.get(job.url.as_str()).copied();
        if let Some(depth) = known {
            if depth <= job.depth {
                return Added::Known;
            }
            // It waits still: its round would have been a later one.
            side.later.remove(&(depth, job.url.clone()));
        }
        self.known.insert(job.url.to_string(), job.depth);
        side.later.insert((job.depth, job.url.clone()), job);
        if side.later.len() > side.left {
            if let Some((_, last)) = side.later.pop_last() {
                self.known.remove(last.url.as_str());
            }
            return Added::Beyond;
        }
        if known.is_some() { Added::Known } else { Added::New }
    }

    fn begin_round(&mut self) {
        let first = |side: &Side| Some(side.later.first_key_value()?.0.0);
        let round = self.sides.iter().filter_map(first).min();
        let mut jobs = Vec::new();
        for side in &mut self.sides {
            while round.is_some() && first(side) == round {
                jobs.extend(side.later.pop_first());
                side.left -= 1;
            }
        }
        for (_, job) in jobs {
            let name = host_of(&job);
            self.hosts.entry(name.clone()).or_default().jobs.push_back(job);
            self.give_turn(name);
        }
    }

    // ANCHOR: take
    fn take(&mut self) -> Option<Job> {
        if self.hosts.is_empty() {
            self.begin_round();
        }
        let name = self.turns.pop_front()?;
        let host = self.hosts.get_mut(&name)?;
        let job = host.jobs.pop_front()?;
        host.busy += 1;
        host.has_turn = false;
        // Behind the others, if it has more jobs and is below its bound.
        self.give_turn(name);
        Some(job)
    }

    fn give_turn(&mut self, name: String) {
        let Some(host) = self.hosts.get_mut(&name) else { return };
        let can = !host.jobs.is_empty() && host.busy < self.per_host;
        if can && !host.has_turn {
            host.has_turn = true;
            self.turns.push_back(name);
        } else if host.busy == 0 && host.jobs.is_empty() {
            self.hosts.remove(&name);
        }
    }
    // ANCHOR_END: take

    fn give_back(&mut self, job: &Job) {
        let name = host_of(job);
        if let Some(host) = self.hosts.get_mut(&name) {
            host.busy -= 1;
            self.give_turn(name);
        }
    }
}

// Nothing is waited for in here, so the futures are ready from the start.
impl Frontier for InMemory {
    fn add(&mut self, job: Job) -> impl Future<Output = io::Result<Added>> {
        ready(Ok(self.put(job)))
    }

    fn next(&mut self) -> impl Future<Output = io::Result<Option<Job>>> {
        ready(Ok(self.take()))
    }

    fn done(&mut self, job: &Job) -> impl Future<Output = io::Result<()>> {
        self.give_back(job);
        ready(Ok(()))
    }
}

/// Whom a job asks: a host, at a port.
pub fn host_of(job: &Job) -> String {
    let port = job.url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", job.url.host_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(url: &str, inside: bool, depth: usize) -> Job {
        let url = Url::parse(url).expect("it is a URL");
        Job { url, inside, depth, hops: 0 }
    }

    #[test]
    fn of_a_site_without_end_no_more_is_known_than_will_be_asked() {
        let mut frontier = InMemory::new(5, 4);
        for depth in 0..3 {
            for number in 100..900 {
                for (host, inside) in [("a", true), ("b", false)] {
                    let url = format!("http://{host}/{depth}/{number}");
                    frontier.put(job(&url, inside, depth));
                }
            }
            assert_eq!(frontier.known.len(), 5 + 50);
            let mut asked = [0, 0];
            while let Some(job) = frontier.take() {
                asked[usize::from(!job.inside)] += 1;
                frontier.give_back(&job);
            }
            assert_eq!(asked, if depth == 0 { [5, 50] } else { [0, 0] });
            assert!(frontier.hosts.is_empty() && frontier.turns.is_empty());
            assert!(frontier.sides.iter().all(|side| side.later.is_empty()));
        }
    }

    #[test]
    fn a_round_ends_when_all_of_it_is_done_and_not_when_all_is_taken() {
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
        // It is nearer than was thought, as a page just visited shows.
        let nearer = job("http://a/3", true, 1);
        assert_eq!(frontier.put(nearer.clone()), Added::Known);
        assert_eq!(frontier.put(job("http://a/4", true, 2)), Added::New);
        frontier.give_back(&job(second, true, 1));
        assert_eq!(frontier.take(), Some(nearer.clone()));
        assert_eq!(frontier.take(), None);
        frontier.give_back(&nearer);
        assert_eq!(frontier.take(), Some(job("http://a/4", true, 2)));
    }
}
