//! What a web is to be, and starting it.

use std::io;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use crate::fault::Fault;
use crate::limits;
use crate::record::{Exchange, Recorder};
use crate::site::Site;
use crate::start::run;
use crate::web::MockWeb;

/// What a web is to be. [`MockWeb::builder`] makes one.
#[derive(Clone, Debug)]
pub struct Builder {
    pub(crate) sites: Vec<Site>,
    pub(crate) faults: Vec<(String, Fault)>,
    pub(crate) gate: Option<(usize, Duration)>,
    pub(crate) seed: u64,
    pub(crate) port: Option<u16>,
    pub(crate) keep_requests: bool,
    pub(crate) clients_elsewhere: bool,
    pub(crate) log: Option<tokio::sync::mpsc::Sender<Exchange>>,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            sites: Site::tutorial(),
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

/// Why a web did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken or forbidden.
    #[error("cannot listen on port {port} of 127.0.0.1: {reason}")]
    Port {
        /// The port asked for; 0 is any.
        port: u16,
        /// The system's word.
        reason: io::Error,
    },
    /// A fault for a site that is not there.
    #[error("no site is called `{name}`; there are: {there_are}")]
    Site {
        /// As given.
        name: String,
        /// The names of the sites.
        there_are: String,
    },
    /// A site that cannot be connected to, on the port of all.
    #[error("{name} cannot be out of reach where all sites share one port")]
    OnePort {
        /// The site.
        name: String,
    },
    /// There is no thread or no runtime to be had.
    #[error("cannot start the web's thread")]
    Thread(#[from] io::Error),
}

impl Builder {
    /// These sites instead of the three it starts with.
    pub fn sites(self, sites: impl IntoIterator<Item = Site>) -> Builder {
        Builder { sites: sites.into_iter().collect(), ..self }
    }

    /// Makes the site of this name misbehave.
    pub fn fault(mut self, site: &str, fault: Fault) -> Builder {
        self.faults.push((site.to_owned(), fault));
        self
    }

    /// Puts a gate before all sites: requests are held until `size` are in flight at once, then all go and the
    /// gate stands open. Are there not so many within `wait` of the first, it has failed for good: those
    /// held and all that come later get 425 at once.
    pub fn gate(self, size: usize, wait: Duration) -> Builder {
        Builder { gate: Some((size, wait)), ..self }
    }

    /// What everything random is drawn from; 1 unless set.
    pub fn seed(self, seed: u64) -> Builder {
        Builder { seed, ..self }
    }

    /// Serves the whole web on this one port, sites at `/site/NAME`, in place of a port for each site.
    pub fn on_one_port(self, port: u16) -> Builder {
        Builder { port: Some(port), ..self }
    }

    /// Lets wiremock forget the requests it answered, for a web that serves for long. A failed expectation
    /// then does not list them.
    pub fn forget_requests(self) -> Builder {
        Builder { keep_requests: false, ..self }
    }

    /// Clients are other processes, so the open files of this one are all for the server.
    pub fn clients_elsewhere(self) -> Builder {
        Builder { clients_elsewhere: true, ..self }
    }

    /// Sends each exchange that is over to `log`. Where there is no room for it, it is left out: the web does not wait.
    pub fn log(self, log: tokio::sync::mpsc::Sender<Exchange>) -> Builder {
        Builder { log: Some(log), ..self }
    }

    /// Starts it: when this returns, every port is bound.
    ///
    /// On Unix this raises the process's soft limit on open files (`RLIMIT_NOFILE`) as far as the hard limit allows, because each
    /// request in flight takes up to four descriptors. The limit stays raised after the web is gone, and programs that this
    /// process starts inherit it.
    ///
    /// # Errors
    ///
    /// A port that is not to be had, a fault for a site that is not there, no thread.
    pub fn start(mut self) -> Result<MockWeb, StartError> {
        self.apply_faults()?;
        let descriptors = limits::raise();
        let recorder = Recorder::new(self.log.take());
        let (close, closing) = watch::channel(false);
        let seed = self.seed;
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("mock-web".to_owned()).spawn({
            let recorder = recorder.clone();
            move || run(self, recorder, closing, descriptors, &tell, stopped)
        })?;
        let started = told.recv().map_err(|_| io::Error::other("the web's thread ended early"))??;
        Ok(MockWeb { recorder, seed, close, stop: Some(stop), thread: Some(thread), started })
    }

    fn apply_faults(&mut self) -> Result<(), StartError> {
        for (name, fault) in std::mem::take(&mut self.faults) {
            match self.sites.iter_mut().find(|site| site.name == name) {
                Some(site) => site.fault = Some(fault),
                None => {
                    let names: Vec<_> = self.sites.iter().map(|site| site.name.as_str()).collect();
                    return Err(StartError::Site { name, there_are: names.join(", ") });
                }
            }
        }
        let own_port = |site: &&Site| site.fault.as_ref().is_some_and(Fault::needs_own_port);
        match self.sites.iter().find(own_port) {
            Some(site) if self.port.is_some() => Err(StartError::OnePort { name: site.name.clone() }),
            _ => Ok(()),
        }
    }
}
