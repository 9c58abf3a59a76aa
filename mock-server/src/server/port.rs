//! A port that can refuse connections for a while, and then takes them again.

use std::io;
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// An example of taking a site down.
pub(super) const DOWN: &str = "/down?for=1000";

/// Connections that may wait to be accepted. The kernel lowers it to its own limit (`somaxconn`).
const BACKLOG: i32 = 65_535;
/// How long to wait if the port can't be opened again.
const NEXT_TRY: Duration = Duration::from_millis(50);

/// A port beside that of the program.
#[derive(Clone)]
pub(crate) struct OwnPort {
    /// The fault or the address that it belongs to.
    pub name: &'static str,
    pub url: String,
    pub says: &'static str,
}

/// A port, and whether it's open.
#[derive(Debug)]
pub(crate) struct Port {
    pub address: SocketAddr,
    wanted: watch::Sender<Wanted>,
    reached: watch::Sender<Reached>,
    /// How many connections are open.
    open: watch::Sender<usize>,
}

/// How the port should be.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    /// How often it was taken down.
    downs: u64,
    now: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Up,
    Down,
    /// Down for this long.
    DownFor(Duration),
}

/// How the port is.
#[derive(Clone, Copy, Debug)]
struct Reached {
    /// It has been down for as many of the times that it was taken down.
    downs: u64,
    is_up: bool,
}

impl Port {
    pub fn new(address: SocketAddr) -> Port {
        Port {
            address,
            wanted: watch::Sender::new(Wanted { downs: 0, now: State::Up }),
            reached: watch::Sender::new(Reached { downs: 0, is_up: true }),
            open: watch::Sender::new(0),
        }
    }

    /// Closes the port and its connections, for this long or until [`bring_up`](Port::bring_up). When this returns, it's done.
    pub async fn take_down(&self, time: Option<Duration>) {
        let mut own = 0;
        self.wanted.send_modify(|wanted| {
            wanted.downs += 1;
            own = wanted.downs;
            wanted.now = time.map_or(State::Down, State::DownFor);
        });
        self.wait_for(|reached| reached.downs >= own).await;
    }

    /// Opens the port again. When this returns, it's done.
    pub async fn bring_up(&self) {
        self.wanted.send_modify(|wanted| wanted.now = State::Up);
        self.wait_for(|reached| reached.is_up).await;
    }

    /// No connections are taken any more, so nothing is left to wait for.
    pub fn close(&self) {
        self.reached.send_replace(Reached { downs: u64::MAX, is_up: true });
    }

    /// A new connection, which counts as open until this is dropped. When its listener was opened, the port had been taken down this
    /// often.
    pub fn connection(self: &Arc<Port>, downs: u64) -> Open {
        self.open.send_modify(|open| *open += 1);
        Open { port: Arc::clone(self), wanted: self.wanted.subscribe(), downs }
    }

    /// Waits until the port is taken down once more often than this.
    pub async fn taken_down(&self, downs: u64) {
        // The sender is in `self`, so waiting can't fail.
        let _ = self.wanted.subscribe().wait_for(|wanted| wanted.downs > downs).await;
    }

    /// Refuses connections as long as it should. Then there's a listener again; the number says how often the port was taken down
    /// until now.
    pub async fn stay_down(&self, listener: TcpListener) -> (TcpListener, u64) {
        // A program that this process is just starting has a copy of the socket for a moment. On Linux this closes the copy, too;
        // elsewhere it's an error, and changes nothing.
        let _ = SockRef::from(&listener).shutdown(Shutdown::Both);
        drop(listener);
        // A port that's bound and doesn't listen refuses connections, and no other program gets it.
        let held = hold(self.address);
        self.reached.send_modify(|reached| reached.is_up = false);
        // The sender is in `self`, so waiting can't fail, here and below.
        let _ = self.open.subscribe().wait_for(|open| *open == 0).await;
        // Some systems don't give the port to a new socket as long as there are connections.
        let mut held = held.or_else(|_| hold(self.address));
        let mut wanted = self.wanted.subscribe();
        let downs = loop {
            let Wanted { downs, now } = *wanted.borrow_and_update();
            self.reached.send_modify(|reached| reached.downs = downs);
            tokio::select! {
                () = now.is_over() => break downs,
                _ = wanted.changed() => {}
            }
        };
        loop {
            match held.and_then(listen) {
                Ok(listener) => {
                    self.reached.send_modify(|reached| reached.is_up = true);
                    return (listener, downs);
                }
                // It wasn't held, and another program has it: nothing reports when it's free.
                Err(_) => tokio::time::sleep(NEXT_TRY).await,
            }
            held = hold(self.address);
        }
    }

    async fn wait_for(&self, mut predicate: impl FnMut(&Reached) -> bool) {
        // The sender is in `self`, so waiting can't fail.
        let _ = self.reached.subscribe().wait_for(|reached| predicate(reached)).await;
    }
}

impl State {
    /// Waits until the port may be up.
    async fn is_over(self) {
        match self {
            State::Up => {}
            State::Down => std::future::pending().await,
            State::DownFor(time) => tokio::time::sleep(time).await,
        }
    }
}

/// A connection to a port.
pub(crate) struct Open {
    port: Arc<Port>,
    wanted: watch::Receiver<Wanted>,
    downs: u64,
}

impl Open {
    /// Waits until the port is taken down.
    pub async fn taken_down(&mut self) {
        // The sender is in `port`, so waiting can't fail.
        let _ = self.wanted.wait_for(|wanted| wanted.downs > self.downs).await;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.port.open.send_modify(|open| *open -= 1);
    }
}

/// A socket that's bound to this address after another has listened there.
fn hold(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    let bound = socket.bind(&address.into());
    // Connections that fade out there are in the way. On Windows they aren't, and there two sockets could listen.
    #[cfg(unix)]
    let bound = bound.or_else(|_| {
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        // Otherwise another program could listen there.
        socket.set_reuse_address(false)
    });
    bound?;
    Ok(socket)
}

/// A listener from a socket that's bound.
pub(crate) fn listen(socket: Socket) -> io::Result<TcpListener> {
    // So that `hold` can bind there while connections fade out. They take it from the listener.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket.into())
}
