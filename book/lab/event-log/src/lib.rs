//! What happened during a run, in order, with the time on the page's clock.
//!
//! The models write into it, and so do a hook of Tokio's for each task and a [`subscriber`](watch) to Tokio's own
//! tracing. A run has one thread, so there's one log, and it's [started](start) and [taken](take).

mod watch;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::time::Duration;

use serde::Serialize;
use tokio::runtime::TaskMeta;
use tokio::time::Instant;

pub use watch::watch;

/// The most events in a log, more than any run that a page draws. A longer log ends with [`Event::Full`].
const MOST_EVENTS: usize = 20_000;

/// The number of the future that the runtime was started with. Tasks are 1, 2 and so on, in the order in which they
/// were spawned.
pub const MAIN: u32 = 0;

/// The place of anything that the example's `main` creates.
const MAIN_PLACE: &str = "main";

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A task was spawned.
    Spawn {
        /// Its number.
        task: u32,
        /// The task that spawned it; `None` for the runtime.
        by: Option<u32>,
        /// The file and the line.
        place: String,
    },
    /// A task, or [`MAIN`], begins to be polled.
    Poll {
        /// Its number.
        task: u32,
    },
    /// During a poll, a future that waits for something was polled.
    Wait {
        /// The task whose poll it is.
        task: u32,
        /// What the future waits for.
        thing: String,
        /// Whether it's there.
        ready: bool,
    },
    /// A poll ends.
    Polled {
        /// The number of the task.
        task: u32,
        /// Whether its future is ready.
        ready: bool,
    },
    /// A task was woken, so it will be polled again.
    Wake {
        /// Its number.
        task: u32,
        /// The task that was being polled at that time, or the task itself if it had yielded. `None` is the clock.
        by: Option<u32>,
    },
    /// A task was dropped before it was ready.
    Cancel {
        /// Its number.
        task: u32,
    },
    /// The program printed a line.
    Print {
        /// The line.
        line: String,
    },
    /// A request arrived at a site.
    Request {
        /// Its number, from 0.
        request: usize,
        /// The site, and its path unless that's `/`.
        site: String,
    },
    /// What a site saw of a request that has ended, or that's still in flight when the run ends.
    Exchange(Exchange),
    /// The future that the runtime was started with is ready.
    Finish,
    /// Nothing will ever wake any task.
    Deadlock {
        /// All futures that wait for something, whether or not anything polls them.
        waits: Vec<Waiting>,
    },
    /// The run was still busy when the page's patience ran out.
    Endless,
    /// The program's only thread is blocked forever: it waits for something that only this thread could release.
    Blocked {
        /// The task that was being polled.
        task: u32,
        /// What it waits for.
        thing: String,
        /// All futures that wait for something. One of them may hold the thing that this task needs.
        waits: Vec<Waiting>,
    },
    /// The program panicked.
    Panic {
        /// The panic's message.
        message: String,
    },
    /// There are more events than a log holds.
    Full,
}

/// A future that waits for something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// The task that polled it last.
    pub task: u32,
    /// What it waits for.
    pub thing: String,
    /// When it was polled last, in milliseconds since the start of the run.
    pub polled: u64,
    /// Whether it has been given that since. It learns so only when it's polled.
    pub given: bool,
}

/// What a site saw of a request. Times are in milliseconds since the start of the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// The number of the request.
    pub request: usize,
    /// The site, and its path unless that's `/`.
    pub site: String,
    /// When the request arrived.
    pub start: u64,
    /// When the pieces of the response were sent.
    pub pieces: Vec<u64>,
    /// When the last piece was sent, or the client left.
    pub end: u64,
    /// Its end.
    pub outcome: Outcome,
    /// The status of the response, or 0 if none was sent.
    pub status: u16,
    /// How many bytes of the page were sent.
    pub bytes: usize,
}

/// How an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The whole response was sent.
    Complete,
    /// The site broke the connection in the middle of the page.
    Cut,
    /// The site broke the connection instead of sending a response.
    Reset,
    /// The client closed the connection.
    ClientLeft,
    /// The run ended first.
    InFlight,
}

/// An event, and when it happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// In milliseconds since the start of the run.
    pub at: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

#[derive(Default)]
struct Log {
    /// `None` before a run, and after its end.
    start: Option<Instant>,
    entries: Vec<Entry>,
    /// The numbers of the tasks by Tokio's own IDs, which all runs of a process share.
    tasks: HashMap<u64, u32>,
    /// The task that's being polled.
    current: Option<u32>,
    /// How often the thread has entered the task since its poll began: once to poll its future, and once to drop it.
    /// To cancel a task, the runtime enters it only to drop its future.
    entered: u32,
    /// Whether the task that's being polled has ended.
    has_ended: bool,
    /// How many channels with a limit were made.
    channels: u32,
    /// The futures that wait for something, by their numbers.
    waits: BTreeMap<u64, Waiting>,
    /// The future whose poll is the last [`Event::Wait`].
    operation: Option<u64>,
    /// How many futures of models have waited.
    operations: u64,
    /// Whether a model is polling Tokio's futures for itself, which isn't logged.
    is_quiet: bool,
    /// What another thread does when this one is blocked forever.
    when_blocked: Option<Box<dyn FnOnce()>>,
}

/// A future of a model that waits for something.
#[derive(Debug)]
pub struct Operation {
    number: u64,
    thing: String,
}

impl Operation {
    /// A future that waits for `thing`.
    pub fn new(thing: impl Into<String>) -> Operation {
        let number = LOG.with_borrow_mut(|log| {
            log.operations += 1;
            // Spans are numbered from 1, so these numbers are different.
            u64::MAX - log.operations
        });
        Operation { number, thing: thing.into() }
    }

    /// Logs that it was polled.
    pub fn polled(&self, ready: bool) {
        LOG.with_borrow_mut(|log| log.wait(&self.thing, ready, self.number));
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        // When the thread ends, the log may be dropped first.
        let _ = LOG.try_with(|log| log.borrow_mut().waits.remove(&self.number));
    }
}

thread_local! {
    static LOG: RefCell<Log> = RefCell::default();
}

/// Starts a new log. Call it inside the runtime.
pub fn start() {
    let log = Log { start: Some(Instant::now()), ..Log::default() };
    LOG.set(log);
}

/// Ends the log. Later events aren't logged.
pub fn stop() {
    LOG.with_borrow_mut(|log| log.start = None);
}

/// Everything that was logged.
pub fn take() -> Vec<Entry> {
    LOG.with_borrow_mut(|log| mem::take(&mut log.entries))
}

/// Adds an event.
pub fn push(event: Event) {
    LOG.with_borrow_mut(|log| log.push(event));
}

/// Adds an event at the time of the last one.
pub fn push_to_last(event: Event) {
    LOG.with_borrow_mut(|log| {
        let at = log.entries.last().map_or(0, |entry| entry.at);
        log.entries.push(Entry { at, event });
    });
}

/// The time since the start of the run.
fn elapsed() -> Duration {
    LOG.with_borrow(|log| log.start.map(|start| start.elapsed()).unwrap_or_default())
}

/// The time since the start of the run, in whole milliseconds.
pub fn now() -> u64 {
    milliseconds(elapsed())
}

/// When the last poll ended, in milliseconds since the start of the run.
pub fn last_poll() -> Option<u64> {
    let is_poll = |entry: &&Entry| matches!(entry.event, Event::Polled { .. });
    LOG.with_borrow(|log| log.entries.iter().rev().find(is_poll).map(|entry| entry.at))
}

/// Whether there were more events than a log holds.
pub fn is_full() -> bool {
    LOG.with_borrow(|log| log.entries.len() > MOST_EVENTS)
}

/// A duration in whole milliseconds.
pub fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}

/// All futures that wait for something, the one that was polled last at the end.
pub fn waits() -> Vec<Waiting> {
    LOG.with_borrow(Log::waits)
}

/// Logs that the program's only thread is blocked forever, and runs what a watchdog does then.
pub fn blocked(thing: &str) {
    let when_blocked = LOG.with_borrow_mut(|log| {
        let task = log.current.unwrap_or(MAIN);
        log.push(Event::Blocked { task, thing: thing.to_owned(), waits: log.waits() });
        log.when_blocked.take()
    });
    if let Some(when_blocked) = when_blocked {
        when_blocked();
    }
}

/// Sets what happens when the program's only thread is blocked forever: a watchdog on another thread notices.
pub fn when_blocked(notice: impl FnOnce() + 'static) {
    LOG.with_borrow_mut(|log| log.when_blocked = Some(Box::new(notice)));
}

/// Runs `poll` without logging the Tokio futures that it polls. A model calls it for the timer behind a response.
pub fn quietly<T>(poll: impl FnOnce() -> T) -> T {
    let was_quiet = LOG.with_borrow_mut(|log| mem::replace(&mut log.is_quiet, true));
    let result = poll();
    LOG.with_borrow_mut(|log| log.is_quiet = was_quiet);
    result
}

/// Logs that a poll of [`MAIN`] begins.
pub fn poll_main() {
    LOG.with_borrow_mut(|log| log.poll(MAIN));
}

/// Logs that a poll of [`MAIN`] ends.
pub fn polled_main(ready: bool) {
    LOG.with_borrow_mut(|log| log.polled(MAIN, ready));
}

/// Logs that [`MAIN`] will be polled again.
pub fn wake_main() {
    LOG.with_borrow_mut(|log| log.wake(MAIN));
}

/// For Tokio's hook: a task was spawned.
pub fn task_spawned(task: &TaskMeta<'_>) {
    let location = task.spawned_at();
    let place = place(location.file(), location.line());
    LOG.with_borrow_mut(|log| {
        let number = log.tasks.len() as u32 + 1;
        log.tasks.insert(id(task), number);
        let by = log.current;
        log.push(Event::Spawn { task: number, by, place });
    });
}

/// For Tokio's hook: a task begins to be polled.
pub fn task_poll(task: &TaskMeta<'_>) {
    LOG.with_borrow_mut(|log| {
        if let Some(&task) = log.tasks.get(&id(task)) {
            log.poll(task);
        }
    });
}

/// For Tokio's hook: the poll of a task ends.
pub fn task_polled(task: &TaskMeta<'_>) {
    LOG.with_borrow_mut(|log| {
        if let Some(&task) = log.tasks.get(&id(task)) {
            log.polled(task, log.has_ended);
        }
    });
}

/// For Tokio's hook: a task has ended, because it's ready or because it was cancelled.
pub fn task_ended(task: &TaskMeta<'_>) {
    LOG.with_borrow_mut(|log| {
        if let Some(&task) = log.tasks.get(&id(task)) {
            log.ended(task);
        }
    });
}

/// The name of a file and a line in it. It's [`MAIN_PLACE`] for a lab's own file, which does what the example's `main`
/// does, and the name of the crate for `tokio` and `backon`.
fn place(file: &str, line: u32) -> String {
    let file = file.replace('\\', "/");
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", &file));
    if folder.ends_with("src/labs") {
        return MAIN_PLACE.to_owned();
    }
    // A `JoinSet` made of an iterator spawns its tasks itself.
    if folder.split('/').any(|part| part.starts_with("tokio-1.")) {
        return "tokio".to_owned();
    }
    // backon sleeps with gloo-timers on WebAssembly.
    let is_backon = |part: &str| part.starts_with("backon-") || part == "gloo-timers";
    if folder.split('/').any(is_backon) {
        return "backon".to_owned();
    }
    format!("{name}:{line}")
}

/// Tokio's own ID of a task, which is only available as text.
fn id(task: &TaskMeta<'_>) -> u64 {
    task.id().to_string().parse().unwrap_or_default()
}

impl Log {
    fn push(&mut self, event: Event) {
        let Some(start) = self.start else { return };
        let at = milliseconds(start.elapsed());
        if self.entries.len() < MOST_EVENTS {
            self.entries.push(Entry { at, event });
        } else if self.entries.len() == MOST_EVENTS {
            self.entries.push(Entry { at, event: Event::Full });
        }
    }

    fn poll(&mut self, task: u32) {
        self.current = Some(task);
        self.entered = 0;
        self.has_ended = false;
        self.push(Event::Poll { task });
    }

    fn polled(&mut self, task: u32, ready: bool) {
        // A cancelled task isn't being polled any more.
        if self.current.take().is_some() {
            self.push(Event::Polled { task, ready });
        }
    }

    fn ended(&mut self, task: u32) {
        let is_current = self.current == Some(task);
        if is_current && self.entered > 1 {
            self.has_ended = true;
            return;
        }
        let poll = Event::Poll { task };
        match self.entries.iter_mut().rev().find(|entry| entry.event == poll) {
            // That wasn't a poll: the runtime runs an aborted task once more, only to drop its future.
            Some(entry) if is_current => {
                entry.event = Event::Cancel { task };
                self.current = None;
            }
            _ => self.push(Event::Cancel { task }),
        }
    }

    fn waits(&self) -> Vec<Waiting> {
        let mut waits: Vec<_> = self.waits.values().cloned().collect();
        waits.sort_by_key(|waiting| waiting.polled);
        waits
    }

    fn wake(&mut self, task: u32) {
        // Outside polls, timers wake tasks that wait. If a task waits for nothing, it had yielded.
        let is_waiting = self.waits.values().any(|waiting| waiting.task == task);
        let by = self.current.or((!is_waiting).then_some(task));
        self.push(Event::Wake { task, by });
    }

    fn wait(&mut self, thing: &str, ready: bool, operation: u64) {
        let (Some(task), Some(start)) = (self.current, self.start) else { return };
        if ready {
            self.waits.remove(&operation);
        } else {
            let polled = milliseconds(start.elapsed());
            self.waits.insert(operation, Waiting { task, thing: thing.to_owned(), polled, given: false });
        }
        // Tokio reports the same poll several times: for the task's budget, for the lock, and for the lock's semaphore.
        let is_same = self.operation.replace(operation) == Some(operation);
        match self.entries.last_mut().map(|entry| &mut entry.event) {
            Some(Event::Wait { ready: last, .. }) if is_same => *last = ready,
            _ => self.push(Event::Wait { task, thing: thing.to_owned(), ready }),
        }
    }
}
