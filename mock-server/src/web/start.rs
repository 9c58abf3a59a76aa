//! Starting a web: its thread, its ports, and wiremock.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;

use socket2::{Domain, Socket, Type};
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use tokio::sync::{Mutex, Semaphore, oneshot, watch};
use wiremock::MockServer;

use super::builder::Builder;
use super::error::StartError;
use super::mock_web::{MockWeb, Started};
use crate::fault::Fault;
use crate::recorder::Recorder;
use crate::server::accept::{Speaks, serve};
use crate::server::counts::Counts;
use crate::server::descriptors;
use crate::server::endpoints::tokens::Tokens;
use crate::server::gate::{Gate, Gates};
#[cfg(feature = "tls")]
use crate::server::index_page::HttpsPorts;
use crate::server::port::{OwnPort, Port, listen};
use crate::server::routes::{Program, Routes};
use crate::server::shared::Shared;
use crate::server::upstream::{Forgetting, Upstream, mount_pages};
use crate::site::Site;
#[cfg(feature = "tls")]
use crate::tls::{Tls, authority::Authority, handshake::Handshake};
use crate::watch::choices::Choices;
use crate::watch::hub::Run;
use crate::watch::sites::WatchedSite;

/// The number of timelines that can be drawn or read at the same time.
const TIMELINES: usize = 10;
/// How often a free port of `127.0.0.1` may be taken at `[::1]` before that's an error.
const ATTEMPTS: usize = 20;

impl Builder {
    /// Starts the web. When this returns, every port is bound.
    ///
    /// On Unix this raises the process's soft limit on open files (`RLIMIT_NOFILE`) as far as the hard limit allows, because each
    /// request in flight takes up to four descriptors. The limit stays raised after the web is dropped, and programs that
    /// this process starts inherit it.
    ///
    /// # Errors
    ///
    /// [`StartError`] says what's wrong: a port that the web can't listen on, a fault for a site that doesn't exist, a fault in a
    /// place where it can't act, or a system that can't start another thread.
    pub fn start(mut self) -> Result<MockWeb, StartError> {
        self.apply_faults()?;
        self.check_faults()?;
        let recorder = Recorder::new(self.log.take());
        let (close, closing) = watch::channel(false);
        let seed = self.seed;
        let (report, reported) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let parts = Parts { recorder: recorder.clone(), closing, descriptors: descriptors::raise() };
        let thread = thread::Builder::new()
            .name("mock-web".to_owned())
            .spawn(move || run(self, parts, &report, stopped))?;
        let started = reported.recv().map_err(|_| io::Error::other("the web's thread ended early"))??;
        Ok(MockWeb::new(recorder, seed, close, stop, thread, started))
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
        Ok(())
    }

    fn check_faults(&self) -> Result<(), StartError> {
        for site in &self.sites {
            if self.port.is_some() && site.fault.as_ref().is_some_and(Fault::needs_own_port) {
                return Err(StartError::OnePort { name: site.name.clone() });
            }
            #[cfg(feature = "tls")]
            if self.port.is_some() && site.https.is_some() {
                return Err(StartError::OnePortHttps { name: site.name.clone() });
            }
            if site.fault.as_ref().is_some_and(Fault::nests_a_port_fault) {
                return Err(StartError::PortFault { place: format!("some requests to {}", site.name) });
            }
            let of_the_port = |fault: &Fault| fault.needs_own_port() || fault.nests_a_port_fault();
            let mut others = site.others.iter();
            if let Some(other) = others.find(|other| other.fault.as_ref().is_some_and(of_the_port)) {
                return Err(StartError::PortFault { place: format!("{}{}", site.name, other.path) });
            }
        }
        Ok(())
    }
}

/// What the web's thread gets from its owner, besides the configuration.
struct Parts {
    recorder: Recorder,
    closing: watch::Receiver<bool>,
    /// The limit on open files.
    descriptors: usize,
}

/// The web's thread. It runs until its owner stops it or is gone.
fn run(
    builder: Builder,
    parts: Parts,
    report: &mpsc::Sender<Result<Started, StartError>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            // The owner waits for this, unless it's gone.
            let _ = report.send(Err(error.into()));
            return;
        }
    };
    let _ = report.send(start(&runtime, builder, parts));
    let _ = runtime.block_on(stopped);
    // A timeline being drawn in another thread isn't waited for.
    runtime.shutdown_background();
}

fn start(runtime: &Runtime, builder: Builder, parts: Parts) -> Result<Started, StartError> {
    let wiremock = Arc::new(runtime.block_on(start_wiremock(&builder)));
    let forgetting =
        (!builder.keep_requests).then(|| Forgetting::new(Arc::clone(&wiremock), builder.sites.clone()));
    let shares = descriptors::shares(parts.descriptors, builder.clients_elsewhere);
    let counts = Arc::new(Counts::default());
    let shared = Arc::new(Shared {
        recorder: parts.recorder,
        upstream: Arc::new(Upstream::new(*wiremock.address(), shares.upstream, forgetting)),
        connections: Arc::new(Semaphore::new(shares.connections)),
        crowded: watch::Sender::new(0),
        counts: Arc::clone(&counts),
        tokens: Tokens::default(),
        closing: parts.closing,
        timelines: Arc::new(Semaphore::new(TIMELINES)),
        drawing: Mutex::default(),
        seed: builder.seed,
        keeps_request_bodies: builder.keep_requests,
    });
    let gate = builder.gate.map(|(size, wait)| Arc::new(Gate::new(size, wait)));
    let mut started = Started {
        one_port: None,
        runtime: runtime.handle().clone(),
        urls: Vec::new(),
        ports: Vec::new(),
        wiremock: Some(wiremock),
        counts,
        watch: None,
        #[cfg(feature = "tls")]
        authority: Authority::new("the mock web's authority").map_err(StartError::Certificate)?,
        #[cfg(feature = "tls")]
        https_urls: Vec::new(),
        _held: Vec::new(),
    };
    let _context = runtime.enter();
    let watched = builder.watch.as_ref().map(|_| builder.sites.clone());
    let choices = Arc::new(Choices::default());
    let gates = Arc::new(Gates::default());
    match builder.port {
        Some(port) => {
            let hub = builder.watch.as_ref().map(|(watch, _)| Arc::clone(watch.hub()));
            let mut program = Program {
                sites: builder.sites,
                gate,
                gates: Arc::clone(&gates),
                choices: Arc::clone(&choices),
                hub,
                ..Program::default()
            };
            start_own_ports(&mut started, &mut program, &shared)?;
            #[cfg(feature = "tls")]
            let program =
                if builder.https_ports { with_https_ports(&mut started, program, &shared)? } else { program };
            start_on_one_port(&mut started, port, program, Arc::clone(&shared))?;
        }
        None => start_sites(&mut started, builder.sites, gate, &choices, &shared)?,
    }
    if let Some(((watch, title), sites)) = builder.watch.zip(watched) {
        let run = watched_run(&started, title, &sites, choices, gates, &shared);
        if let Some(address) = started.one_port {
            watch.is_served_at(address);
        }
        let run = watch.hub().begin(run);
        started.watch = Some((watch, run));
    }
    Ok(started)
}

/// The web as a live page shows it.
fn watched_run(
    started: &Started,
    title: String,
    sites: &[Site],
    choices: Arc<Choices>,
    gates: Arc<Gates>,
    shared: &Shared,
) -> Run {
    let sites = sites.iter().zip(&started.urls);
    let (recorder, counts) = (shared.recorder.clone(), Arc::clone(&started.counts));
    Run {
        title,
        recorder: recorder.clone(),
        choices,
        sites: sites.map(|(site, (_, url))| WatchedSite::new(site, url)).collect(),
        reset: Box::new(move || {
            gates.forget_all();
            counts.reset();
            recorder.reset();
        }),
        reports: Vec::new(),
    }
}

fn start_on_one_port(
    started: &mut Started,
    port: u16,
    program: Program,
    shared: Arc<Shared>,
) -> Result<(), StartError> {
    let sockets = bind_both(port)?;
    let address = sockets[0].address;
    started.one_port = Some(address);
    started.urls = program
        .sites
        .iter()
        .map(|site| (site.name.clone(), format!("http://{address}/site/{}/", site.name)))
        .collect();
    let routes = Arc::new(Routes::Program(program));
    for bound in sockets {
        bound.serve(Speaks::Http, Arc::clone(&routes), Arc::clone(&shared))?;
    }
    Ok(())
}

/// The ports beside that of the program, for what concerns a port.
fn start_own_ports(
    started: &mut Started,
    program: &mut Program,
    shared: &Arc<Shared>,
) -> Result<(), StartError> {
    let own = |name, bound: &Bound, says| OwnPort { name, url: format!("http://{}/", bound.address), says };
    let bound = bind(Ipv4Addr::LOCALHOST.into(), 0)?;
    program.own_ports.push(own("refused", &bound, "Refuses connections."));
    started._held.push(bound.socket);
    let bound = bind(Ipv4Addr::LOCALHOST.into(), 0)?;
    program.own_ports.push(own("connect-hang", &bound, "Never answers an attempt to connect."));
    started._held.extend(bound.full()?);
    let bound = bind(Ipv4Addr::LOCALHOST.into(), 0)?;
    let says =
        "A site of its own, down.example, with the endpoints above. POST /down takes it down for a while.";
    program.own_ports.push(own("down", &bound, says));
    let site = Site::new("down.example").by_front().endpoints();
    let (gate, choices) = (program.gate.clone(), Arc::clone(&program.choices));
    let routes = Arc::new(Routes::Site { site, gate, choices });
    program.down = Some(bound.serve(Speaks::Http, routes, Arc::clone(shared))?);
    Ok(())
}

fn start_sites(
    started: &mut Started,
    sites: Vec<Site>,
    gate: Option<Arc<Gate>>,
    choices: &Arc<Choices>,
    shared: &Arc<Shared>,
) -> Result<(), StartError> {
    for site in sites {
        let bound = bind(Ipv4Addr::LOCALHOST.into(), 0)?;
        let (scheme, speaks) = speaks(&site, started)?;
        started.urls.push((site.name.clone(), format!("{scheme}://{}/", bound.address)));
        match site.fault {
            Some(Fault::Refused) => started._held.push(bound.socket),
            Some(Fault::ConnectHang) => started._held.extend(bound.full()?),
            _ => {
                let name = site.name.clone();
                let routes =
                    Arc::new(Routes::Site { site, gate: gate.clone(), choices: Arc::clone(choices) });
                started.ports.push((name, bound.serve(speaks, routes, Arc::clone(shared))?));
            }
        }
    }
    Ok(())
}

/// The scheme of a site's URL, and what its port speaks.
#[cfg(feature = "tls")]
fn speaks(site: &Site, started: &Started) -> Result<(&'static str, Speaks), StartError> {
    let Some(case) = site.https else { return Ok(("http", Speaks::Http)) };
    let handshake = Handshake::new(case, &started.authority, &[&site.name]);
    Ok(("https", Speaks::Https(handshake.map_err(StartError::Certificate)?)))
}

#[cfg(not(feature = "tls"))]
fn speaks(_: &Site, _: &Started) -> Result<(&'static str, Speaks), StartError> {
    Ok(("http", Speaks::Http))
}

/// Serves this program on a port for each case of https. Returns the program as it is for the one port, with an index page that
/// lists them.
#[cfg(feature = "tls")]
fn with_https_ports(
    started: &mut Started,
    program: Program,
    shared: &Arc<Shared>,
) -> Result<Program, StartError> {
    let mut ports = Vec::new();
    for case in Tls::ALL {
        let bound = bind_both(0)?;
        let address = bound[0].address;
        started.https_urls.push((*case, format!("https://{address}/")));
        ports.push((*case, address.port(), bound));
    }
    let https = HttpsPorts {
        ports: ports.iter().map(|(case, port, _)| (*case, *port)).collect(),
        ca_pem: started.authority.pem(),
    };
    let program = Program { https: Some(https), ..program };
    let routes = Program { is_https: true, hub: None, ..program.clone() };
    let names: Vec<_> = routes.sites.iter().map(|site| site.name.clone()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let routes = Arc::new(Routes::Program(routes));
    for (case, _, bound) in ports {
        let handshake = Handshake::new(case, &started.authority, &names).map_err(StartError::Certificate)?;
        for bound in bound {
            let speaks = Speaks::Https(handshake.clone());
            bound.serve(speaks, Arc::clone(&routes), Arc::clone(shared))?;
        }
    }
    Ok(program)
}

async fn start_wiremock(builder: &Builder) -> MockServer {
    let server = MockServer::builder();
    let server = if builder.keep_requests { server } else { server.disable_request_recording() };
    let server = server.start().await;
    mount_pages(&server, &builder.sites).await;
    server
}

/// A socket that has its address and doesn't listen yet.
struct Bound {
    socket: Socket,
    address: SocketAddr,
}

/// The same port of `127.0.0.1` and, if the machine has it, of `[::1]`: `localhost` is one for some clients, the other for others.
fn bind_both(port: u16) -> Result<Vec<Bound>, StartError> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let first = bind(Ipv4Addr::LOCALHOST.into(), port)?;
        match bind(Ipv6Addr::LOCALHOST.into(), first.address.port()) {
            Ok(second) => return Ok(vec![first, second]),
            Err(StartError::Port { reason, .. }) if !is_taken(&reason) => return Ok(vec![first]),
            // The system chose a port that's free only for the first address.
            Err(_) if port == 0 && attempt < ATTEMPTS => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether there is such an address, and its port is taken or forbidden.
fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied)
}

fn bind(ip: IpAddr, port: u16) -> Result<Bound, StartError> {
    let bind = || {
        let socket = Socket::new(Domain::for_address(SocketAddr::new(ip, port)), Type::STREAM, None)?;
        if ip.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        // A chosen port may have connections of an earlier run that fade out. Not for a port that the system chooses: on Linux it
        // would let another program listen where a refused site is bound. Not on Windows, where two could listen.
        #[cfg(unix)]
        socket.set_reuse_address(port != 0)?;
        socket.bind(&SocketAddr::new(ip, port).into())?;
        let address = socket.local_addr()?.as_socket().ok_or_else(|| io::Error::other("no address"))?;
        Ok(Bound { socket, address })
    };
    bind().map_err(|reason| StartError::Port { address: SocketAddr::new(ip, port), reason })
}

impl Bound {
    /// Serves these routes from now on.
    fn serve(
        self,
        speaks: Speaks,
        routes: Arc<Routes>,
        shared: Arc<Shared>,
    ) -> Result<Arc<Port>, StartError> {
        let port = Arc::new(Port::new(self.address));
        tokio::spawn(serve(self.listen()?, Arc::clone(&port), speaks, routes, shared));
        Ok(port)
    }

    fn listen(self) -> Result<TcpListener, StartError> {
        listen(self.socket).map_err(|reason| StartError::Port { address: self.address, reason })
    }

    /// A port whose queue is full, with the sockets that fill it: a client that connects gets no response at all.
    fn full(self) -> Result<Vec<Socket>, StartError> {
        let Bound { socket, address } = self;
        let fill = || {
            socket.listen(0)?;
            let mut sockets = vec![socket];
            // A queue of length 0 holds one; the others make sure that no room is left.
            for _ in 0..3 {
                let filler = Socket::new(Domain::IPV4, Type::STREAM, None)?;
                filler.set_nonblocking(true)?;
                // It's under way, or it fails for lack of room: either way the queue is full in the end.
                let _ = filler.connect(&address.into());
                sockets.push(filler);
            }
            Ok(sockets)
        };
        fill().map_err(|reason| StartError::Port { address, reason })
    }
}
