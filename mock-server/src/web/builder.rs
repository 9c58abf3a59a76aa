//! How a web is configured.

use std::time::Duration;

use tokio::sync::mpsc;

use super::watch::Watch;
use crate::fault::Fault;
use crate::record::Exchange;
use crate::site::{Site, presets};

/// Configures a web and starts it. [`MockWeb::builder`](crate::MockWeb::builder) returns one.
#[derive(Clone, Debug)]
pub struct Builder {
    pub(super) sites: Vec<Site>,
    pub(super) faults: Vec<(String, Fault)>,
    pub(super) gate: Option<(usize, Duration)>,
    pub(super) seed: u64,
    pub(super) port: Option<u16>,
    #[cfg(feature = "tls")]
    pub(super) https_ports: bool,
    pub(super) keep_requests: bool,
    pub(super) clients_elsewhere: bool,
    pub(super) log: Option<mpsc::Sender<Exchange>>,
    /// The live page, and the web's title on it.
    pub(super) watch: Option<(Watch, String)>,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            sites: presets::tutorial(),
            faults: Vec::new(),
            gate: None,
            seed: 1,
            port: None,
            #[cfg(feature = "tls")]
            https_ports: false,
            keep_requests: true,
            clients_elsewhere: false,
            log: None,
            watch: None,
        }
    }
}

impl Builder {
    /// Sets the sites. Without this, the web has the [three sites of the tutorial](presets::tutorial).
    pub fn sites(self, sites: impl IntoIterator<Item = Site>) -> Builder {
        Builder { sites: sites.into_iter().collect(), ..self }
    }

    /// Gives the site of this name a fault.
    pub fn fault(mut self, site: &str, fault: Fault) -> Builder {
        self.faults.push((site.to_owned(), fault));
        self
    }

    /// Puts a gate in front of all sites. It holds requests until `size` of them are in flight at the same time. Then it lets them
    /// through and stays open. If fewer than `size` requests are there within `wait` of the first one, the gate fails: every
    /// request it holds, and every later one, gets a 425.
    pub fn gate(self, size: usize, wait: Duration) -> Builder {
        Builder { gate: Some((size, wait)), ..self }
    }

    /// Sets the seed for faults that use random numbers and have no seed of their own. Without this, it's 1.
    pub fn seed(self, seed: u64) -> Builder {
        Builder { seed, ..self }
    }

    /// Serves all sites on this one port of `127.0.0.1` and, if the machine has IPv6, of `[::1]`. The sites are at `/site/NAME`, and
    /// there's everything else that the program `mock-server` has, such as `/fault/NAME` and `/timeline`. Port 0 takes a free
    /// port. Without this, each site has a port of its own, on `127.0.0.1`.
    pub fn on_one_port(self, port: u16) -> Builder {
        Builder { port: Some(port), ..self }
    }

    /// Serves everything that's on the [one port](Builder::on_one_port), except for a live page, with https, too: on one more port for
    /// each [case](crate::Tls) of https. [`MockWeb::https_url`](crate::MockWeb::https_url) has their URLs, and the index page
    /// lists them. Without one port for all sites this does nothing: there, [`Site::https`] gives a single site https.
    #[cfg(feature = "tls")]
    pub fn https_ports(self) -> Builder {
        Builder { https_ports: true, ..self }
    }

    /// Keeps the memory bounded even if the web serves for a long time: the bodies of requests are dropped as they arrive, and wiremock
    /// forgets the requests it has answered. wiremock only forgets when its mocks are removed, so mocks of your own don't
    /// last, and expectations don't count. It's meant for webs that serve their sites as they are, as the program
    /// `mock-server` does.
    pub fn forget_requests(self) -> Builder {
        Builder { keep_requests: false, ..self }
    }

    /// Says that all clients are in other processes, so the server can use all the open files that this process may have.
    pub fn clients_elsewhere(self) -> Builder {
        Builder { clients_elsewhere: true, ..self }
    }

    /// Sends each exchange to `log` when it ends. If the channel is full, the exchange is left out, because the web doesn't wait. When
    /// the web is dropped, exchanges still in flight end as [`Outcome::ClientGone`](crate::Outcome::ClientGone).
    pub fn log(self, log: mpsc::Sender<Exchange>) -> Builder {
        Builder { log: Some(log), ..self }
    }

    /// Shows the web's record on a live page, as a run with this title. It's live until the web is dropped, and then it stays on the page
    /// as it was. If all sites share [one port](Builder::on_one_port), the page is at that port, too.
    pub fn watch(self, watch: &Watch, title: &str) -> Builder {
        Builder { watch: Some((watch.clone(), title.to_owned())), ..self }
    }
}
