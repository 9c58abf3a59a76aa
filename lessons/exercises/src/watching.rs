//! With `MOCK_WEB_WATCH=1`, a live page shows what the server sees during each
//! test, beside what the test expects.

use std::any::Any;
use std::env;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use lesson_kit::LivePage;
use mock_server::MockWeb;

/// How long a test waits until an open page shows how it went.
const LAST_EVENT: Duration = Duration::from_millis(500);

/// The page, if it's asked for. The mutex lets one test run at a time.
static PAGE: LazyLock<Option<Mutex<Page>>> = LazyLock::new(|| {
    let asked = env::var_os("MOCK_WEB_WATCH")?;
    if asked.is_empty() || asked == "0" {
        return None;
    }
    let page = LivePage::start("exercises").expect("the page starts");
    page.print_address();
    Some(Mutex::new(Page { page, has_started: false }))
});

/// The live page of all tests of an exercise.
pub struct Page {
    page: LivePage,
    has_started: bool,
}

/// The live page, once the test before has finished; `None` unless it's asked
/// for.
pub fn page() -> Option<MutexGuard<'static, Page>> {
    // A test that failed has panicked with the lock.
    let page = PAGE.as_ref()?;
    Some(page.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Page {
    /// What a web reports to.
    pub fn watch(&self) -> &mock_server::Watch {
        self.page.watch()
    }

    /// Waits before the first test.
    pub fn wait_for_start(&mut self) {
        if !self.has_started {
            self.has_started = true;
            let words = "open it and press Start there, or Enter here";
            self.page.wait(words, "Start");
        }
    }

    /// Shows what the test expects and how it went. A failed test waits, so
    /// that you can look at it.
    pub fn report(
        &mut self,
        web: &MockWeb,
        result: Result<(), &(dyn Any + Send)>,
    ) {
        let test = title();
        let seen = result.map_err(words);
        web.report(&test, seen);
        // After the last test, nothing else would wait for that.
        self.page.watch().flush(LAST_EVENT);
        if seen.is_err() {
            let words = format!(
                "failed: {test}; press Continue on the page, or Enter here"
            );
            self.page.wait(&words, "Continue");
        }
    }

    /// Waits after a program that isn't a test.
    pub fn wait_for_end(&mut self) {
        let words = "finished; press End on the page, or Enter here";
        self.page.wait(words, "End");
    }
}

/// The name of the running test as a sentence. The thread of a test is named
/// after it, `tests::at_most_four_are_in_flight`, and that of a program `main`.
pub fn title() -> String {
    let thread = thread::current();
    match thread.name().and_then(|name| name.rsplit_once("::")) {
        Some((_, test)) => test.replace('_', " "),
        None => "what the server sees".to_owned(),
    }
}

/// What a panic says.
fn words(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("the test panicked without words")
}
