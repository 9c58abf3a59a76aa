//! Code that several of these modules share.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mock_server::{Builder, MockWeb, Outcome, Record, Site, presets};

/// Longer than any test: a page that doesn't arrive while the test runs.
pub const NEVER: Duration = Duration::from_secs(300);

/// A site whose login and logout work and whose page never arrives.
pub fn endless_page() -> Builder {
    let site = Site::new("site.example").delay(NEVER);
    MockWeb::builder().sites([site])
}

/// The tutorial's sites, whose pages never arrive.
pub fn endless_pages() -> Builder {
    let sites = presets::tutorial().into_iter();
    MockWeb::builder().sites(sites.map(|site| site.delay(NEVER)))
}

/// The requested paths, in order.
pub fn paths(web: &MockWeb) -> Vec<String> {
    let record = web.record();
    record.exchanges().map(|exchange| exchange.path.clone()).collect()
}

/// How the requests for a path ended.
pub fn outcomes(web: &MockWeb, path: &str) -> Vec<Outcome> {
    let record = web.record();
    let of_path = record.exchanges().filter(|exchange| exchange.path == path);
    of_path.map(|exchange| exchange.outcome).collect()
}

pub fn page_in_flight(record: &Record) -> bool {
    record.exchanges().any(|exchange| {
        exchange.path == "/" && exchange.outcome == Outcome::InFlight
    })
}

/// Runs `work` until the page has been requested, and drops it.
pub async fn cancel<T>(web: &MockWeb, work: impl Future<Output = T>) {
    tokio::select! {
        _ = work => panic!("the page does not arrive"),
        () = web.wait_until(page_in_flight) => {}
    }
}

/// Sets a flag when it's dropped.
pub struct Flag<'a>(pub &'a AtomicBool);

impl Drop for Flag<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A folder for one test, and the file to download to.
pub fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    (folder, page)
}

/// The sizes of the files in a folder.
pub fn sizes(folder: &Path) -> Vec<u64> {
    let files = folder.read_dir().expect("it is there");
    // A listing of Windows has old sizes of files that are open, so this looks
    // at each file. It may be removed in the meantime.
    let size = |path: PathBuf| Some(fs::metadata(path).ok()?.len());
    files.filter_map(|file| size(file.ok()?.path())).collect()
}
