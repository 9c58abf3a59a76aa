//! Taking connections, as many as there's room for.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::exchange::Exchange;
use super::port::{Open, Port};
use super::routes::Routes;
use super::shared::Shared;
use crate::record::Outcome;
#[cfg(feature = "tls")]
use crate::tls::handshake::Handshake;
use crate::wire::connection::Connection;
use crate::wire::script::Ending;
use crate::wire::socket::Wire;
use crate::wire::stream::Stream;
use crate::wire::takeover::{Handover, Takeover};

/// How long to wait for a descriptor when none is left.
const OUT_OF_DESCRIPTORS: Duration = Duration::from_millis(50);
/// How long a connection may be idle while another waits for room.
const IDLE_WHILE_CROWDED: Duration = Duration::from_millis(200);
/// How long a connection may take for its first request while another waits for room.
const SILENT_WHILE_CROWDED: Duration = Duration::from_secs(1);
/// The longest head of a request, in bytes; a longer one gets a 431. hyper's own limit is 400 KB, for each connection.
const LONGEST_HEAD: usize = 131_072;

/// What a port speaks.
#[derive(Clone)]
pub(crate) enum Speaks {
    Http,
    #[cfg(feature = "tls")]
    Https(Handshake),
}

impl Speaks {
    /// The connection, ready for the first request. `None` if there won't be one.
    async fn begin(&self, socket: TcpStream) -> Option<Stream> {
        match self {
            Speaks::Http => Some(Stream::Plain(socket)),
            #[cfg(feature = "tls")]
            Speaks::Https(handshake) => handshake.shake(socket).await,
        }
    }
}

/// Accepts connections until the web is closing, except while the port is down.
pub(crate) async fn serve(
    mut listener: TcpListener,
    port: Arc<Port>,
    speaks: Speaks,
    routes: Arc<Routes>,
    shared: Arc<Shared>,
) {
    let mut closing = shared.closing.clone();
    // How often the port had been taken down when this listener was opened.
    let mut downs = 0;
    let serving = async {
        loop {
            tokio::select! {
                () = accept(&listener, &port, downs, &speaks, &routes, &shared) => {}
                () = port.taken_down(downs) => (listener, downs) = port.stay_down(listener).await,
            }
        }
    };
    tokio::select! {
        () = serving => {}
        _ = closing.wait_for(|closing| *closing) => {}
    }
    port.close();
}

/// Accepts one connection.
async fn accept(
    listener: &TcpListener,
    port: &Arc<Port>,
    downs: u64,
    speaks: &Speaks,
    routes: &Arc<Routes>,
    shared: &Arc<Shared>,
) {
    match listener.accept().await {
        Ok((socket, _)) => {
            // The others wait in the port's queue.
            let permit = shared.room().await;
            let open = port.connection(downs);
            let (speaks, routes, shared) = (speaks.clone(), Arc::clone(routes), Arc::clone(shared));
            let connection = serve_connection(socket, speaks, open, routes, shared);
            tokio::spawn(async move {
                let _permit = permit;
                connection.await;
            });
        }
        // The client left while it was queued, or this process has no descriptors left. The queue keeps the
        // others, and nothing reports that a descriptor is free again.
        Err(_) => tokio::time::sleep(OUT_OF_DESCRIPTORS).await,
    }
}

async fn serve_connection(
    socket: TcpStream,
    speaks: Speaks,
    mut open: Open,
    routes: Arc<Routes>,
    shared: Arc<Shared>,
) {
    // Pieces of a body leave when they are written. It fails only on a socket that's dead already.
    let _ = socket.set_nodelay(true);
    let connection = Arc::new(Connection::new(shared.recorder.clone()));
    let stream = tokio::select! {
        stream = speaks.begin(socket) => stream,
        () = open.taken_down() => None,
        () = has_to_make_room(&connection, &shared) => None,
    };
    let Some(stream) = stream else {
        #[cfg(feature = "tls")]
        shared.recorder.handshake_failed();
        return;
    };
    let handover = Arc::new(Handover::default());
    let service = service_fn(|request| {
        let exchange = Exchange {
            shared: Arc::clone(&shared),
            routes: Arc::clone(&routes),
            connection: Arc::clone(&connection),
            handover: Arc::clone(&handover),
        };
        exchange.answer(request)
    });
    let io = TokioIo::new(Wire::new(stream, Arc::clone(&connection)));
    let mut http = http1::Builder::new();
    let mut http = http.half_close(true).max_buf_size(LONGEST_HEAD).serve_connection(io, service);
    tokio::select! {
        // An error is the client's doing, or it hands the socket over: both are in the record.
        _ = pin!(&mut http) => {}
        () = connection.idle_limit_reached() => handover.set(Takeover::End(Ending::Close)),
        () = has_to_make_room(&connection, &shared) => handover.set(Takeover::End(Ending::Close)),
        () = open.taken_down() => handover.set(Takeover::End(Ending::Close)),
    }
    if let Some(takeover) = handover.take() {
        let wire = http.into_parts().io.into_inner();
        let mut finishing = pin!(takeover.finish(wire, Arc::clone(&connection)));
        tokio::select! {
            biased;
            () = &mut finishing => {}
            // The socket is still open, so a client that sees its end finds it in the record.
            () = open.taken_down() => connection.end_all(Outcome::Cut),
        }
    }
}

/// Waits until this connection has been idle for a while, and another is waiting for room.
async fn has_to_make_room(connection: &Connection, shared: &Shared) {
    let mut crowded = shared.crowded.subscribe();
    loop {
        // The sender is in `shared`, so waiting can't fail.
        let _ = crowded.wait_for(|waiting| *waiting > 0).await;
        connection.idle_for(IDLE_WHILE_CROWDED, SILENT_WHILE_CROWDED).await;
        if shared.is_crowded() {
            return;
        }
    }
}
