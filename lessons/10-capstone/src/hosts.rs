//! What's known about the hosts that requests are sent to.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::error::LinkError;

/// The hosts that were tried: the error of those that can't be reached, and
/// `None` for those that were.
#[derive(Debug, Default)]
pub struct Hosts(Mutex<HashMap<String, Option<LinkError>>>);

impl Hosts {
    /// Why a host gets no more requests, if it was tried in vain.
    pub fn given_up(&self, host: &str) -> Option<LinkError> {
        let hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.get(host).cloned().flatten()
    }

    /// Remembers that a host responded.
    pub fn responded(&self, host: String) {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.insert(host, None);
    }

    /// Remembers why a host can't be reached, until a request reaches it. A
    /// timeout doesn't count: the host is there, and its next page may be
    /// faster.
    pub fn failed(&self, host: String, error: &LinkError) {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match error {
            LinkError::NameLookup
            | LinkError::Refused
            | LinkError::Unreachable
            | LinkError::Tls(_) => {
                hosts.entry(host).or_insert_with(|| Some(error.clone()));
            }
            _ => {
                hosts.insert(host, None);
            }
        }
    }
}
