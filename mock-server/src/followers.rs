//! What has changed in a record since each of its followers last looked.

use std::collections::BTreeSet;
use std::mem::take;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::record::{EXCHANGES_KEPT, Exchange};

/// Those who want to know what changes: the open pages of a [`Watch`](crate::Watch). Usually there are none.
#[derive(Debug, Default)]
pub(crate) struct Followers(Vec<Follower>);

/// One of them, with the ids of what has changed. There are at most as many ids as exchanges, however slow the follower is.
#[derive(Debug)]
struct Follower {
    id: u64,
    wake: Arc<Notify>,
    changed: BTreeSet<u64>,
    forgotten: BTreeSet<u64>,
    /// Whether the ids don't matter, because it has to begin again with all exchanges.
    begins_again: bool,
}

/// What has changed since the last look.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Whether these are all exchanges, and any others that the follower knows are gone.
    pub is_all: bool,
    pub exchanges: Vec<Arc<Exchange>>,
    /// Ids of exchanges that the record no longer has.
    pub forgotten: Vec<u64>,
    pub in_flight: usize,
    pub max_in_flight: usize,
    /// When this was, since the start of the web.
    pub now: Duration,
}

/// What a follower has to look up.
pub(crate) enum Changed {
    All,
    Some { changed: BTreeSet<u64>, forgotten: BTreeSet<u64> },
}

impl Followers {
    /// The follower's first look finds everything.
    pub fn add(&mut self, id: u64, wake: Arc<Notify>) {
        let (changed, forgotten) = Default::default();
        self.0.push(Follower { id, wake, changed, forgotten, begins_again: true });
    }

    pub fn remove(&mut self, id: u64) {
        self.0.retain(|follower| follower.id != id);
    }

    pub fn changed(&mut self, exchange: u64) {
        for follower in &mut self.0 {
            follower.changed.insert(exchange);
            follower.wake.notify_one();
        }
    }

    pub fn forgot(&mut self, exchange: u64) {
        for follower in &mut self.0 {
            follower.changed.remove(&exchange);
            follower.forgotten.insert(exchange);
            if follower.forgotten.len() > EXCHANGES_KEPT {
                follower.begin_again();
            }
            follower.wake.notify_one();
        }
    }

    /// So much has changed that all have to begin again.
    pub fn begin_again(&mut self) {
        for follower in &mut self.0 {
            follower.begin_again();
            follower.wake.notify_one();
        }
    }

    /// What has changed since this follower's last look.
    pub fn take(&mut self, id: u64) -> Option<Changed> {
        let follower = self.0.iter_mut().find(|follower| follower.id == id)?;
        let (changed, forgotten) = (take(&mut follower.changed), take(&mut follower.forgotten));
        if take(&mut follower.begins_again) {
            return Some(Changed::All);
        }
        Some(Changed::Some { changed, forgotten })
    }
}

impl Follower {
    fn begin_again(&mut self) {
        self.changed.clear();
        self.forgotten.clear();
        self.begins_again = true;
    }
}
