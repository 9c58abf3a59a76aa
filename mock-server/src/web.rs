//! The web itself: its parts put together, in a thread of their own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tokio::net::TcpListener;
use tokio::runtime::{self, Handle, Runtime};
use tokio::sync::{Semaphore, oneshot, watch};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

use crate::fault::Fault;
use crate::front::{Counts, Front, HTML, serve};
use crate::gate::Gate;
use crate::limits;
use crate::record::{Exchange, Record, Recorder};
use crate::routes::{Program, Routes};
use crate::site::Site;
use crate::upstream::Upstream;
use crate::watchdog::Watchdog;

/// Connections that may wait to be accepted; the kernel lowers it to its own bound (`somaxconn`).
const BACKLOG: i32 = 65_535;
/// wiremock tries the mocks of a lower number first; a test's own mocks have 5 unless they say otherwise.
const PAGES: u8 = 100;

/// A running web. Dropping it closes its ports and verifies what a test expected of the wiremock server. wiremock verifies
/// with `futures::executor::block_on`, which panics inside another `block_on` of that crate; in Tokio it does not.
#[derive(Debug)]
pub struct MockWeb {
    one_port: Option<SocketAddr>,
    urls: Vec<(String, String)>,
    recorder: Recorder,
    runtime: Handle,
    seed: u64,
    close: watch::Sender<bool>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    // The ports of sites that cannot be reached: held, so that nobody else can listen there.
    _held: Vec<Socket>,
    // Last, and here rather than in the web's thread: its drop panics where an expectation failed, and must
    // do so in the test's own thread.
    wiremock: MockServer,
}

/// What a web is to be. [`MockWeb::builder`] makes one.
#[derive(Clone, Debug)]
pub struct Builder {
    sites: Vec<Site>,
    faults: Vec<(String, Fault)>,
    gate: Option<(usize, Duration)>,
    seed: u64,
    port: Option<u16>,
    keep_requests: bool,
    clients_elsewhere: bool,
    log: Option<tokio::sync::mpsc::Sender<Exchange>>,
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
    /// These sites in place of the tutorial's.
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
        Ok(MockWeb {
            one_port: started.one_port,
            runtime: started.runtime,
            urls: started.urls,
            recorder,
            seed,
            close,
            stop: Some(stop),
            thread: Some(thread),
            _held: started.held,
            wiremock: started.wiremock,
        })
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

/// What the web's thread hands to the web's owner.
struct Started {
    one_port: Option<SocketAddr>,
    runtime: Handle,
    urls: Vec<(String, String)>,
    wiremock: MockServer,
    held: Vec<Socket>,
}

/// The web's thread: it stands until it is told to stop, or its owner is gone.
fn run(
    builder: Builder,
    recorder: Recorder,
    closing: watch::Receiver<bool>,
    descriptors: usize,
    tell: &mpsc::Sender<Result<Started, StartError>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            // Nobody listens only if the owner is gone.
            let _ = tell.send(Err(error.into()));
            return;
        }
    };
    let _ = tell.send(start(&runtime, builder, recorder, closing, descriptors));
    let _ = runtime.block_on(stopped);
}

fn start(
    runtime: &Runtime,
    builder: Builder,
    recorder: Recorder,
    closing: watch::Receiver<bool>,
    descriptors: usize,
) -> Result<Started, StartError> {
    let wiremock = runtime.block_on(start_wiremock(&builder));
    let shares = limits::shares(descriptors, builder.clients_elsewhere);
    let front = Arc::new(Front {
        recorder,
        upstream: Arc::new(Upstream::new(*wiremock.address(), shares.upstream)),
        connections: Arc::new(Semaphore::new(shares.connections)),
        counts: Counts::default(),
        closing,
        seed: builder.seed,
    });
    let mut urls = Vec::new();
    let gate = builder.gate.map(|(size, wait)| Arc::new(Gate::new(size, wait)));
    let _context = runtime.enter();
    if let Some(port) = builder.port {
        let (socket, address) = bind(port)?;
        let listener = listen(socket).map_err(|reason| StartError::Port { port, reason })?;
        for site in &builder.sites {
            urls.push((site.name.clone(), format!("http://{address}/site/{}/", site.name)));
        }
        runtime.spawn(serve(listener, Routes::Program(Program::new(builder.sites, gate)), front));
        return Ok(Started {
            one_port: Some(address),
            runtime: runtime.handle().clone(),
            urls,
            wiremock,
            held: Vec::new(),
        });
    }
    let mut held = Vec::new();
    for site in builder.sites {
        let (socket, address) = bind(0)?;
        urls.push((site.name.clone(), format!("http://{address}/")));
        match site.fault {
            Some(Fault::Refused) => held.push(socket),
            Some(Fault::ConnectHang) => {
                let full = full(socket, address).map_err(|reason| StartError::Port { port: 0, reason })?;
                held.extend(full);
            }
            _ => {
                let listener = listen(socket).map_err(|reason| StartError::Port { port: 0, reason })?;
                let routes = Routes::Site { site, gate: gate.clone() };
                runtime.spawn(serve(listener, routes, Arc::clone(&front)));
            }
        }
    }
    Ok(Started { one_port: None, runtime: runtime.handle().clone(), urls, wiremock, held })
}

async fn start_wiremock(builder: &Builder) -> MockServer {
    let server = MockServer::builder();
    let server = if builder.keep_requests { server } else { server.disable_request_recording() };
    let server = server.start().await;
    for site in &builder.sites {
        let page = ResponseTemplate::new(200).set_body_raw(site.page.to_vec(), HTML);
        Mock::given(matchers::header("host", site.name.as_str()))
            .and(matchers::path("/"))
            .respond_with(page)
            .with_priority(PAGES)
            .mount(&server)
            .await;
    }
    server
}

fn bind(port: u16) -> Result<(Socket, SocketAddr), StartError> {
    let bind = || {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        // A port of one's choice may have connections of an earlier run that fade out. Not for a port of the system's
        // choice: on Linux it would let another program listen where a refused site is bound. Not on Windows,
        // where two could listen.
        #[cfg(unix)]
        socket.set_reuse_address(port != 0)?;
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into())?;
        let address = socket.local_addr()?.as_socket().ok_or_else(|| io::Error::other("no address"))?;
        Ok((socket, address))
    };
    bind().map_err(|reason| StartError::Port { port, reason })
}

fn listen(socket: Socket) -> io::Result<TcpListener> {
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket.into())
}

/// A port whose queue is full, with the sockets that make it so: a client that connects gets no answer at all.
fn full(socket: Socket, address: SocketAddr) -> io::Result<Vec<Socket>> {
    socket.listen(0)?;
    let mut sockets = vec![socket];
    // A queue of length 0 holds one; the others see to it that there is no room left.
    for _ in 0..3 {
        let filler = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        filler.set_nonblocking(true)?;
        // It is under way, or it fails for want of room: either way the queue is full at the end.
        let _ = filler.connect(&address.into());
        sockets.push(filler);
    }
    Ok(sockets)
}

impl MockWeb {
    /// A web with the tutorial's sites, for a start.
    pub fn builder() -> Builder {
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

    /// Starts a web with the tutorial's sites.
    ///
    /// # Errors
    ///
    /// As [`Builder::start`].
    pub fn start() -> Result<MockWeb, StartError> {
        MockWeb::builder().start()
    }

    /// Names and URLs of the sites, in their order.
    pub fn sites(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.urls.iter().map(|(name, url)| (name.as_str(), url.as_str()))
    }

    /// The URL of a site's page.
    ///
    /// # Panics
    ///
    /// If there is no such site.
    pub fn url(&self, site: &str) -> &str {
        match self.urls.iter().find(|(name, _)| name == site) {
            Some((_, url)) => url,
            None => panic!("no site is called `{site}`"),
        }
    }

    /// The address of a web on one port; `None` where each site has a port of its own.
    pub fn one_port(&self) -> Option<SocketAddr> {
        self.one_port
    }

    /// The wiremock server behind the front, for mocks and expectations of one's own. It sees a site's name
    /// in the `Host` header: `Mock::given(matchers::header("host", "python.org"))`.
    pub fn wiremock(&self) -> &MockServer {
        &self.wiremock
    }

    /// What everything random is drawn from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What the server has seen so far.
    pub fn record(&self) -> Record {
        self.recorder.snapshot()
    }

    /// Forgets what is over; what is in flight stays.
    pub fn reset_record(&self) {
        self.recorder.reset();
    }

    /// Waits until the record is so. It has no time limit of its own: [`MockWeb::watchdog`] is for that.
    ///
    /// The predicate runs with the record locked: a slow one holds up the web, and one that calls back into this web
    /// ([`MockWeb::record`]) may wait for ever.
    pub async fn wait_until(&self, predicate: impl FnMut(&Record) -> bool) {
        self.recorder.wait_until(predicate).await;
    }

    /// Blocks until nothing is in flight, or for `limit`: a client that leaves is seen to leave a moment later.
    pub fn settle(&self, limit: Duration) {
        let (tell, told) = mpsc::channel();
        let recorder = self.recorder.clone();
        self.runtime.spawn(async move {
            let idle = recorder.wait_until(|record| record.in_flight() == 0);
            // Either way the wait is over.
            let _ = tokio::time::timeout(limit, idle).await;
            let _ = tell.send(());
        });
        // An error is a web that has stopped, where nothing is in flight.
        let _ = told.recv();
    }

    /// Takes no more connections, and blocks until what is in flight is over, or for `limit`.
    pub fn drain(&self, limit: Duration) {
        self.close.send_replace(true);
        self.settle(limit);
    }

    /// Ends the process with a word on what was still in flight, unless what it returns is dropped in time.
    #[must_use = "it watches until it is dropped"]
    pub fn watchdog(&self, limit: Duration) -> Watchdog {
        let recorder = self.recorder.clone();
        Watchdog::start(limit, move || recorder.in_flight_now())
    }
}

impl Drop for MockWeb {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The thread waits for nothing else, so it can only be there.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !thread::panicking()
        {
            panic!("the mock web's thread panicked; what it printed is above");
        }
    }
}
