//! Starting the parts of a web, in its thread.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc;

use socket2::{Domain, Socket, Type};
use tokio::net::TcpListener;
use tokio::runtime::{self, Handle, Runtime};
use tokio::sync::{Semaphore, oneshot, watch};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

use crate::builder::{Builder, StartError};
use crate::fault::Fault;
use crate::front::{Counts, Front, HTML, serve};
use crate::gate::Gate;
use crate::limits;
use crate::record::Recorder;
use crate::routes::{Program, Routes};
use crate::upstream::Upstream;

/// Connections that may wait to be accepted; the kernel lowers it to its own bound (`somaxconn`).
const BACKLOG: i32 = 65_535;
/// wiremock tries the mocks of a lower number first; a test's own mocks have 5 unless they say otherwise.
const PAGES: u8 = 100;

/// What the web's thread hands to the web's owner.
#[derive(Debug)]
pub(crate) struct Started {
    pub one_port: Option<SocketAddr>,
    pub runtime: Handle,
    /// Names and URLs of the sites.
    pub urls: Vec<(String, String)>,
    pub wiremock: MockServer,
    pub counts: Arc<Counts>,
    /// The ports of sites that cannot be reached: held, so that nobody else can listen there.
    pub _held: Vec<Socket>,
}

/// The web's thread: it stands until it is told to stop, or its owner is gone.
pub(crate) fn run(
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
    let counts = Arc::new(Counts::default());
    let front = Arc::new(Front {
        recorder,
        upstream: Arc::new(Upstream::new(*wiremock.address(), shares.upstream)),
        connections: Arc::new(Semaphore::new(shares.connections)),
        crowded: watch::Sender::new(0),
        counts: Arc::clone(&counts),
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
            counts,
            _held: Vec::new(),
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
    Ok(Started { one_port: None, runtime: runtime.handle().clone(), urls, wiremock, counts, _held: held })
}

async fn start_wiremock(builder: &Builder) -> MockServer {
    let server = MockServer::builder();
    let server = if builder.keep_requests { server } else { server.disable_request_recording() };
    let server = server.start().await;
    for site in &builder.sites {
        let others = site.others.iter().map(|other| (other.path.as_str(), other.content_type, &other.body));
        for (path, content_type, body) in [("/", HTML, &site.page)].into_iter().chain(others) {
            Mock::given(matchers::header("host", site.name.as_str()))
                .and(matchers::path(path))
                .respond_with(ResponseTemplate::new(200).set_body_raw(body.to_vec(), content_type))
                .with_priority(PAGES)
                .mount(&server)
                .await;
        }
        Mock::given(matchers::header("host", site.name.as_str()))
            .and(matchers::method("POST"))
            .and(matchers::path_regex("^/log(in|out)$"))
            .respond_with(ResponseTemplate::new(204))
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
