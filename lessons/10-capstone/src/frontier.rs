//! What is still to be asked: each URL once, and no host by too many at a time.
//!
//! From lesson 05, bounds: the bound for a host lives here and not at the
//! fetcher, because a job that waits for a slow host must not stand before
//! those of other hosts. From lesson 03, an asynchronous trait. From lesson 08,
//! to remember where one was.

use std::collections::{HashMap, HashSet, VecDeque};
use std::future::{Future, ready};
use std::io;

use crate::Job;

// ANCHOR: trait
/// What is still to be asked. One in memory is [`InMemory`]; one that several
/// processes share can take its place, and so its methods are asynchronous and
/// can fail.
///
/// The crawl loop waits for each of them before it goes on, so none may wait
/// for work that is still to be done.
pub trait Frontier: Send {
    /// Puts in a job that was found, unless its URL was here before.
    fn add(
        &mut self,
        job: Job,
    ) -> impl Future<Output = io::Result<Added>> + Send;

    /// Takes a job whose host has room for it, if there is one now. It takes
    /// the room until the job is [done](Frontier::done).
    fn next(&mut self) -> impl Future<Output = io::Result<Option<Job>>> + Send;

    /// Gives back the room that a job had taken.
    fn done(
        &mut self,
        job: &Job,
    ) -> impl Future<Output = io::Result<()>> + Send;
}

/// What became of a job that was put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It will have its turn.
    New,
    /// Its URL was here before.
    Known,
    /// There are as many as there may be.
    Beyond,
}
// ANCHOR_END: trait

// ANCHOR: in_memory
/// A frontier in the memory of this process. It holds no more URLs than it is
/// told to, so a site without end does not fill the memory.
#[derive(Debug)]
pub struct InMemory {
    per_host: usize,
    /// How many more may be put in: of the site, and outside.
    room: [usize; 2],
    known: HashSet<String>,
    hosts: HashMap<String, Host>,
    /// Hosts that have a job and room for it, each once.
    turns: VecDeque<String>,
}

#[derive(Debug, Default)]
struct Host {
    jobs: VecDeque<Job>,
    busy: usize,
    has_turn: bool,
}
// ANCHOR_END: in_memory

/// For each URL of the site there may be so many outside.
const OUTSIDE: usize = 10;

impl InMemory {
    /// An empty one, for so many URLs of the site and ten times as many
    /// outside, and for so many requests to a host at a time.
    pub fn new(pages: usize, per_host: usize) -> InMemory {
        InMemory {
            per_host,
            room: [pages, pages.saturating_mul(OUTSIDE)],
            known: HashSet::new(),
            hosts: HashMap::new(),
            turns: VecDeque::new(),
        }
    }

    fn put(&mut self, job: Job) -> Added {
        if self.known.contains(job.url.as_str()) {
            return Added::Known;
        }
        let room = &mut self.room[usize::from(!job.inside)];
        if *room == 0 {
            return Added::Beyond;
        }
        *room -= 1;
        self.known.insert(job.url.to_string());
        let name = host_of(&job);
        self.hosts.entry(name.clone()).or_default().jobs.push_back(job);
        self.give_turn(name);
        Added::New
    }

    // ANCHOR: take
    fn take(&mut self) -> Option<Job> {
        let name = self.turns.pop_front()?;
        let host = self.hosts.get_mut(&name)?;
        let job = host.jobs.pop_front()?;
        host.busy += 1;
        host.has_turn = false;
        // Behind the others, if it has more jobs and more room.
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
fn host_of(job: &Job) -> String {
    let port = job.url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", job.url.host_str().unwrap_or_default())
}
