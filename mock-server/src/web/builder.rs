//! The configuration of a web.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::fault::Fault;
use crate::record::Exchange;
use crate::site::{Site, presets};

/// The configuration of a web. [`MockWeb::builder`](crate::MockWeb::builder) makes one.
#[derive(Clone, Debug)]
pub struct Builder {
    pub(super) sites: Vec<Site>,
    pub(super) faults: Vec<(String, Fault)>,
    pub(super) gate: Option<(usize, Duration)>,
    pub(super) seed: u64,
    pub(super) port: Option<u16>,
    pub(super) keep_requests: bool,
    pub(super) clients_elsewhere: bool,
    pub(super) log: Option<mpsc::Sender<Exchange>>,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            sites: presets::tutorial(),
            faults: Vec::new(),
            gate: None,
            seed: 1,
            port: None,
            keep_requests: true,
            clients_elsewhere: false,
            log: None,
        }
    }
}

impl Builder {
    /// These sites instead of the [three](presets::tutorial) it starts with.
    pub fn sites(self, sites: impl IntoIterator<Item = Site>) -> Builder {
        Builder { sites: sites.into_iter().collect(), ..self }
    }

    /// Makes the site of this name misbehave.
    pub fn fault(mut self, site: &str, fault: Fault) -> Builder {
        self.faults.push((site.to_owned(), fault));
        self
    }

    /// Puts a gate in front of all sites. It holds requests until `size` of them are in flight at the same time; then it lets them
    /// through, and stays open. If that doesn't happen within `wait` of the first request, the gate fails for
    /// good: the requests it holds and all later ones get a 425.
    pub fn gate(self, size: usize, wait: Duration) -> Builder {
        Builder { gate: Some((size, wait)), ..self }
    }

    /// The seed of everything random; 1 unless set.
    pub fn seed(self, seed: u64) -> Builder {
        Builder { seed, ..self }
    }

    /// Serves the whole web on this one port of `127.0.0.1` and, if the machine has IPv6, of `[::1]`, with the sites at `/site/NAME`,
    /// instead of a port of `127.0.0.1` for each site. Port 0 takes a free one.
    pub fn on_one_port(self, port: u16) -> Builder {
        Builder { port: Some(port), ..self }
    }

    /// Serves for long in bounded memory: wiremock forgets the requests it answered, and their bodies are dropped as they arrive. wiremock
    /// only forgets when its mocks are removed, so mocks of your own don't last, and expectations don't count. It's meant for
    /// webs that serve their sites as they are, such as the program `mock-server`.
    pub fn forget_requests(self) -> Builder {
        Builder { keep_requests: false, ..self }
    }

    /// Clients are other processes, so the server can use all open files of this one.
    pub fn clients_elsewhere(self) -> Builder {
        Builder { clients_elsewhere: true, ..self }
    }

    /// Sends each finished exchange to `log`. If the channel is full, the exchange is left out: the web doesn't wait.
    pub fn log(self, log: mpsc::Sender<Exchange>) -> Builder {
        Builder { log: Some(log), ..self }
    }
}
