//! The sites of a web, as a page lists them.

use serde::Serialize;

use crate::fault::Fault;
use crate::site::Site;

/// A site whose fault can be chosen, and the paths for which that's possible, too.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WatchedSite {
    pub name: String,
    pub url: String,
    /// The fault with which it was started, as Rust writes it.
    started: Option<String>,
    /// Whether clients can't reach it, so there's nothing to choose.
    pub is_out_of_reach: bool,
    paths: Vec<WatchedPath>,
}

/// A resource at another path.
#[derive(Clone, Debug, Serialize)]
struct WatchedPath {
    path: String,
    started: Option<String>,
}

impl WatchedSite {
    pub fn new(site: &Site, url: &str) -> WatchedSite {
        let started = |fault: &Option<Fault>| fault.as_ref().map(|fault| format!("{fault:?}"));
        let paths = site.others.iter();
        let paths =
            paths.map(|other| WatchedPath { path: other.path.clone(), started: started(&other.fault) });
        WatchedSite {
            name: site.name.clone(),
            url: url.to_owned(),
            started: started(&site.fault),
            is_out_of_reach: site.fault.as_ref().is_some_and(Fault::needs_own_port),
            paths: paths.collect(),
        }
    }
}
