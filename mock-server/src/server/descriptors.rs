//! How many requests this process has room for. Each takes up open files.

/// A request in flight takes at most four descriptors where client and server are one process: one at either
/// end, and two between the front and wiremock while it is passed on.
const PER_REQUEST: usize = 4;
/// For all else: listeners, standard streams, runtimes.
const RESERVED: usize = 64;
/// What a system without such a limit is taken to allow.
const PLENTY: usize = 1 << 20;

/// There would be more concurrent requests than this process can have open files for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{wanted} requests in flight at once want {} open files; this process may have {descriptors}, \
     which is room for {possible} (`ulimit -n` shows the limit)",
    wanted * PER_REQUEST + RESERVED
)]
pub struct NoRoom {
    /// How many requests the caller wanted.
    pub wanted: usize,
    /// How many requests are possible.
    pub possible: usize,
    /// The limit on open files.
    pub descriptors: usize,
}

/// Checks whether this number of requests can be in flight at the same time if client and server are in this process. First it raises
/// the soft limit on open files as far as the hard limit allows. On Windows, which has no such limit, there's always room for
/// 260,000 requests.
///
/// # Errors
///
/// [`NoRoom`] says how many are possible.
pub fn room_for(requests: usize) -> Result<(), NoRoom> {
    room_within(requests, raise())
}

fn room_within(wanted: usize, descriptors: usize) -> Result<(), NoRoom> {
    let possible = descriptors.saturating_sub(RESERVED) / PER_REQUEST;
    if wanted <= possible { Ok(()) } else { Err(NoRoom { wanted, possible, descriptors }) }
}

/// Raises the limit on open files as far as it goes; what it is now.
#[cfg(unix)]
pub(crate) fn raise() -> usize {
    // Where it cannot be raised it stays, and where it cannot be read 256 is what macOS starts with.
    let limit = rlimit::increase_nofile_limit(PLENTY as u64)
        .or_else(|_| rlimit::Resource::NOFILE.get_soft())
        .unwrap_or(256);
    usize::try_from(limit).unwrap_or(PLENTY)
}

#[cfg(not(unix))]
pub(crate) fn raise() -> usize {
    PLENTY
}

/// How the descriptors are shared out. wiremock stops accepting for good at the first connection for which there is none
/// left, so its share is kept from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shares {
    /// Connections to wiremock at once: two descriptors each, an eighth of all at either end.
    pub upstream: usize,
    /// Connections of clients at once.
    pub connections: usize,
}

/// The shares of so many descriptors. Of a client in this process each connection takes one more.
pub(crate) fn shares(descriptors: usize, clients_elsewhere: bool) -> Shares {
    let upstream = (descriptors / 8).max(1);
    let rest = descriptors.saturating_sub(2 * upstream + RESERVED);
    let connections = if clients_elsewhere { rest } else { rest / 2 };
    Shares { upstream, connections: connections.max(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_shares_together_are_not_more_than_there_is() {
        for descriptors in [128, 1_024, 20_000, 1 << 20] {
            let Shares { upstream, connections } = shares(descriptors, true);
            assert!(2 * upstream + connections + RESERVED <= descriptors);
            let Shares { upstream, connections } = shares(descriptors, false);
            assert!(2 * upstream + 2 * connections + RESERVED <= descriptors);
        }
        assert!(shares(20_000, true).connections > 10_000);
    }

    #[test]
    fn a_limit_that_is_too_low_is_told_with_what_is_possible() {
        let error = room_within(10_000, 4096).unwrap_err();
        assert_eq!(error, NoRoom { wanted: 10_000, possible: 1008, descriptors: 4096 });
        assert_eq!(room_within(1008, 4096), Ok(()));
        let message = "10000 requests in flight at once want 40064 open files; this process may have 4096, \
                       which is room for 1008 (`ulimit -n` shows the limit)";
        assert_eq!(error.to_string(), message);
    }
}
