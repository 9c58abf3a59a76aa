//! What all live pages show: the runs of this process's webs, some words, and a button.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use serde::Serialize;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::choices::{Choice, ChoiceError, Choices, Place};
use super::sites::WatchedSite;
use crate::record::{EXCHANGES_KEPT, RECORD_BYTES, Record};
use crate::recorder::{self, Recorder};
use crate::timeline::harmless;

/// The most pages that can be open at the same time. A browser has six connections to a host, and each page keeps one of them. One
/// has to be left for the clicks.
const PAGES: usize = 5;
/// The most finished runs that are kept. Together they have at most as many exchanges, and take as much memory, as one record.
const FINISHED: usize = 100;
/// How much of a report's words is kept, in characters.
const WORDS: usize = 2_000;
/// The most reports that are kept of one run.
const REPORTS: usize = 20;

/// What all pages show.
pub(crate) struct Hub {
    pub token: String,
    /// Where pages are fed.
    pub runtime: Handle,
    state: Mutex<State>,
    /// Notified when a page opens, and when one has been sent everything.
    pages_changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Counts up with each change of anything here, except for the records of live runs.
    version: u64,
    last_id: u64,
    live: Vec<(u64, Run)>,
    /// The oldest first.
    finished: VecDeque<FinishedRun>,
    pages: Vec<OpenPage>,
    words: String,
    button: Option<Button>,
}

/// A web that's being watched.
pub(crate) struct Run {
    pub title: String,
    pub recorder: Recorder,
    pub choices: Arc<Choices>,
    pub sites: Vec<WatchedSite>,
    /// Does what [`MockWeb::reset_record`](crate::MockWeb::reset_record) does.
    pub reset: Box<dyn Fn() + Send + Sync>,
    pub reports: Vec<Report>,
}

/// What a test expected, and what it saw.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    pub expected: String,
    /// How it failed; `None` if it passed.
    pub failure: Option<String>,
}

impl Report {
    pub fn new(expected: &str, failure: Option<&str>) -> Report {
        let shortened = |words: &str| match words.char_indices().nth(WORDS) {
            Some((end, _)) => format!("{}…", &words[..end]),
            None => words.to_owned(),
        };
        Report { expected: shortened(expected), failure: failure.map(shortened) }
    }
}

struct FinishedRun {
    id: u64,
    title: String,
    record: Arc<Record>,
    /// The memory that the record takes.
    bytes: usize,
    reports: Vec<Report>,
}

struct OpenPage {
    id: u64,
    wake: Arc<Notify>,
    /// The version of the state that it was sent.
    version: u64,
}

struct Button {
    id: u64,
    label: String,
    on_click: Box<dyn FnOnce() + Send>,
}

/// The state as it's sent to a page.
#[derive(Serialize)]
#[serde(tag = "type", rename = "state")]
struct StateRow<'state> {
    words: &'state str,
    button: Option<ButtonRow<'state>>,
    live: Vec<LiveRow<'state>>,
    finished: Vec<FinishedRow<'state>>,
}

#[derive(Serialize)]
struct ButtonRow<'state> {
    id: u64,
    label: &'state str,
}

#[derive(Serialize)]
struct LiveRow<'state> {
    id: u64,
    title: &'state str,
    reports: &'state [Report],
    sites: &'state [WatchedSite],
    choices: Vec<ChoiceRow>,
}

#[derive(Serialize)]
struct ChoiceRow {
    site: String,
    path: Option<String>,
    choice: String,
}

#[derive(Serialize)]
struct FinishedRow<'state> {
    id: u64,
    title: &'state str,
    reports: &'state [Report],
}

/// The state as a page's feed needs it.
pub(super) struct View {
    pub version: u64,
    pub json: String,
    pub live: Vec<(u64, Recorder)>,
    pub finished: Vec<(u64, Arc<Record>)>,
}

/// An open page, which counts until this is dropped.
pub(super) struct Page {
    pub id: u64,
    pub wake: Arc<Notify>,
    pub hub: Arc<Hub>,
}

impl Drop for Page {
    fn drop(&mut self) {
        self.hub.state().pages.retain(|page| page.id != self.id);
        self.hub.pages_changed.notify_all();
    }
}

impl Hub {
    pub fn new(token: String, runtime: Handle) -> Hub {
        Hub { token, runtime, state: Mutex::default(), pages_changed: Condvar::new() }
    }

    /// A web has started.
    pub fn begin(&self, run: Run) -> u64 {
        self.change(|state| {
            let id = state.next_id();
            state.live.push((id, run));
            id
        })
    }

    /// A web has ended.
    pub fn end(&self, run: u64) {
        self.change(|state| {
            let Some(index) = state.live.iter().position(|(id, _)| *id == run) else { return };
            let (id, run) = state.live.remove(index);
            let record = run.recorder.snapshot();
            // After its last finished run, a web usually sees nothing more.
            if record.exchanges().len() == 0 && run.reports.is_empty() {
                return;
            }
            state.finish(id, run.title, record, run.reports);
        });
    }

    /// What a web has seen so far is a finished run, and it begins again.
    pub fn next(&self, run: u64, title: &str) {
        self.change(|state| {
            let Some(run) = state.live_run(run) else { return };
            let (record, reports) = (run.recorder.take(), std::mem::take(&mut run.reports));
            let id = state.next_id();
            state.finish(id, title.to_owned(), record, reports);
        });
    }

    pub fn report(&self, run: u64, report: Report) {
        self.change(|state| {
            if let Some(run) = state.live_run(run)
                && run.reports.len() < REPORTS
            {
                run.reports.push(report);
            }
        });
    }

    pub fn say(&self, words: &str) {
        self.change(|state| state.words = words.to_owned());
    }

    pub fn show_button(&self, label: &str, on_click: Box<dyn FnOnce() + Send>) {
        self.change(|state| {
            let id = state.next_id();
            state.button.replace(Button { id, label: label.to_owned(), on_click })
        });
    }

    pub fn hide_button(&self) {
        self.change(|state| state.button.take());
    }

    /// The button with this id is clicked. Returns whether it was still there.
    pub fn click(&self, id: u64) -> bool {
        let button = self.change(|state| state.button.take_if(|button| button.id == id));
        // Without the lock, because it may do anything.
        button.map(|button| (button.on_click)()).is_some()
    }

    /// Empties the record of a run. Returns whether it's still live.
    pub fn reset(&self, run: u64) -> bool {
        self.state().live_run(run).map(|run| (run.reset)()).is_some()
    }

    /// Gives a place of a run a fault. Returns whether the run is still live.
    pub fn choose(&self, run: u64, place: Place, choice: Choice) -> Result<bool, ChoiceError> {
        self.change(|state| {
            let Some(run) = state.live_run(run) else { return Ok(false) };
            let site = run.sites.iter().find(|site| site.name == place.site);
            let site = site.ok_or_else(|| ChoiceError::Site(place.site.clone()))?;
            if site.is_out_of_reach {
                return Err(ChoiceError::OutOfReach(place.site));
            }
            run.choices.choose(place, choice)?;
            Ok(true)
        })
    }

    /// Counts one more page; `None` if there are too many.
    pub(super) fn open_page(self: &Arc<Hub>) -> Option<Page> {
        let mut state = self.state();
        if state.pages.len() >= PAGES {
            return None;
        }
        let (id, wake) = (state.next_id(), Arc::new(Notify::new()));
        state.pages.push(OpenPage { id, wake: Arc::clone(&wake), version: 0 });
        drop(state);
        self.pages_changed.notify_all();
        Some(Page { id, wake, hub: Arc::clone(self) })
    }

    /// The state, unless it still has the version that a page knows.
    pub(super) fn view(&self, known: Option<u64>) -> Option<View> {
        let state = self.state();
        if known == Some(state.version) {
            return None;
        }
        Some(View {
            version: state.version,
            json: state.json(),
            live: state.live.iter().map(|(id, run)| (*id, run.recorder.clone())).collect(),
            finished: state.finished.iter().map(|run| (run.id, Arc::clone(&run.record))).collect(),
        })
    }

    /// A page has been sent everything up to this version.
    pub(super) fn was_sent(&self, page: u64, version: u64) {
        let mut state = self.state();
        if let Some(page) = state.pages.iter_mut().find(|open| open.id == page)
            && page.version != version
        {
            page.version = version;
            drop(state);
            self.pages_changed.notify_all();
        }
    }

    /// Blocks until a page is open.
    pub fn wait_for_page(&self) {
        let are_none = |state: &mut State| state.pages.is_empty();
        drop(
            self.pages_changed
                .wait_while(self.state(), are_none)
                .expect("no code that holds this lock panics"),
        );
    }

    /// Blocks until all open pages have been sent everything, for at most `limit`.
    pub fn flush(&self, limit: Duration) {
        let is_behind = |state: &mut State| {
            let version = state.version;
            state.pages.iter().any(|page| page.version < version)
        };
        let waited = self.pages_changed.wait_timeout_while(self.state(), limit, is_behind);
        drop(waited.expect("no code that holds this lock panics"));
    }

    /// Changes the state and wakes the pages.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        let result = change(&mut state);
        state.version += 1;
        for page in &state.pages {
            page.wake.notify_one();
        }
        result
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no code that holds this lock panics")
    }
}

impl State {
    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn live_run(&mut self, id: u64) -> Option<&mut Run> {
        self.live.iter_mut().find(|(live, _)| *live == id).map(|(_, run)| run)
    }

    /// Keeps a finished run, and forgets the oldest ones if there are too many or if they're too large together.
    fn finish(&mut self, id: u64, title: String, record: Record, reports: Vec<Report>) {
        let bytes = record.exchanges().map(recorder::size).sum();
        self.finished.push_back(FinishedRun { id, title, record: Arc::new(record), bytes, reports });
        let is_too_much = |runs: &VecDeque<FinishedRun>| {
            let exchanges: usize = runs.iter().map(|run| run.record.exchanges().len()).sum();
            let bytes: usize = runs.iter().map(|run| run.bytes).sum();
            runs.len() > FINISHED || exchanges > EXCHANGES_KEPT || bytes > RECORD_BYTES
        };
        // The newest stays in any case: its record kept these limits itself.
        while self.finished.len() > 1 && is_too_much(&self.finished) {
            self.finished.pop_front();
        }
    }

    fn json(&self) -> String {
        let live = self.live.iter().map(|(id, run)| LiveRow {
            id: *id,
            title: &run.title,
            reports: &run.reports,
            sites: &run.sites,
            choices: run.choices.all().into_iter().map(ChoiceRow::new).collect(),
        });
        let finished = self.finished.iter().map(|FinishedRun { id, title, reports, .. }| FinishedRow {
            id: *id,
            title,
            reports,
        });
        let state = StateRow {
            words: &self.words,
            button: self.button.as_ref().map(|Button { id, label, .. }| ButtonRow { id: *id, label }),
            live: live.collect(),
            finished: finished.collect(),
        };
        harmless(&serde_json::to_string(&state).expect("numbers and strings are JSON"))
    }
}

impl ChoiceRow {
    fn new((place, choice): (Place, Choice)) -> ChoiceRow {
        ChoiceRow { site: place.site, path: place.path, choice: choice.text().to_owned() }
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Hub").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Outcome;
    use crate::recorder::RequestHead;

    fn record(exchanges: usize, path: &str) -> Record {
        let recorder = Recorder::new(None);
        for _ in 0..exchanges {
            let head = RequestHead { site: String::new(), method: "GET".to_owned(), path: path.to_owned() };
            let id = recorder.begin(1, Duration::ZERO, head);
            recorder.end(id, Outcome::Complete);
        }
        recorder.snapshot()
    }

    fn titles(state: &State) -> Vec<&str> {
        state.finished.iter().map(|run| run.title.as_str()).collect()
    }

    fn finish(state: &mut State, title: &str, record: Record) {
        let id = state.next_id();
        state.finish(id, title.to_owned(), record, Vec::new());
    }

    #[test]
    fn the_oldest_finished_runs_go_if_there_are_too_many_or_if_they_are_too_large() {
        let mut state = State::default();
        finish(&mut state, "many", record(EXCHANGES_KEPT - 1, "/"));
        finish(&mut state, "one", record(1, "/"));
        assert_eq!(titles(&state), ["many", "one"]);
        finish(&mut state, "two", record(2, "/"));
        assert_eq!(titles(&state), ["one", "two"]);
        // Each of these takes more than half of the memory.
        let long = "/".repeat(900);
        finish(&mut state, "large", record(10_000, &long));
        assert_eq!(titles(&state), ["one", "two", "large"]);
        finish(&mut state, "larger", record(10_000, &long));
        assert_eq!(titles(&state), ["larger"]);
        for index in 0..2 * FINISHED {
            finish(&mut state, &index.to_string(), record(0, "/"));
        }
        assert_eq!(titles(&state).len(), FINISHED);
    }
}
