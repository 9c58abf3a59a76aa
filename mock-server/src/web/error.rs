//! The reasons why a web doesn't start.

use std::io;
use std::net::SocketAddr;

/// Why a web didn't start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The web can't listen on a port, for example because it's taken.
    #[error("cannot listen on {address}: {reason}")]
    Port {
        /// The address. Port 0 stands for any free port.
        address: SocketAddr,
        /// The system's reason.
        reason: io::Error,
    },
    /// [`Builder::fault`](crate::Builder::fault) got the name of a site that doesn't exist.
    #[error("no site is called `{name}`; there are: {there_are}")]
    Site {
        /// The name, as given.
        name: String,
        /// The names of the sites that exist, separated by commas.
        there_are: String,
    },
    /// A site has the fault `refused` or `connect-hang`, but all sites share one port.
    #[error("{name} cannot be out of reach where all sites share one port")]
    OnePort {
        /// The name of the site.
        name: String,
    },
    /// `refused` or `connect-hang` is the fault of a single path or of some requests, but they can only be faults of a whole site.
    #[error(
        "{place} cannot be out of reach by itself: `refused` and `connect-hang` are faults of a whole site"
    )]
    PortFault {
        /// The site with the path, or the words "some requests to" and the site.
        place: String,
    },
    /// A site has https, but all sites share one port.
    #[cfg(feature = "tls")]
    #[error("{name} cannot have https of its own where all sites share one port; `https_ports` is for that")]
    OnePortHttps {
        /// The name of the site.
        name: String,
    },
    /// A certificate can't be made.
    #[cfg(feature = "tls")]
    #[error("cannot make the certificates")]
    Certificate(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The system can't start another thread, or Tokio can't start a runtime.
    #[error("cannot start the web's thread")]
    Thread(#[from] io::Error),
}
