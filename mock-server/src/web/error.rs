//! Why a web doesn't start.

use std::io;
use std::net::SocketAddr;

/// Why a web did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The port is taken or forbidden.
    #[error("cannot listen on {address}: {reason}")]
    Port {
        /// The address; port 0 means any free one.
        address: SocketAddr,
        /// The system's reason.
        reason: io::Error,
    },
    /// A fault for a site that doesn't exist.
    #[error("no site is called `{name}`; there are: {there_are}")]
    Site {
        /// As given.
        name: String,
        /// The names of the sites.
        there_are: String,
    },
    /// A site that clients can't connect to, on a port shared by all.
    #[error("{name} cannot be out of reach where all sites share one port")]
    OnePort {
        /// The site.
        name: String,
    },
    /// `refused` or `connect-hang` for something smaller than a site: for one path, or for some requests.
    #[error(
        "{place} cannot be out of reach by itself: `refused` and `connect-hang` are faults of a whole site"
    )]
    PortFault {
        /// The site, with the path if it's about one.
        place: String,
    },
    /// There's no thread or no runtime to be had.
    #[error("cannot start the web's thread")]
    Thread(#[from] io::Error),
}
