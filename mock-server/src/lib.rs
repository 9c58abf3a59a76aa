#![doc = include_str!("../README.md")]
//!
//! # Layout of the source
//!
//! Each folder imports only from those below it.
//!
//! - `web`: [`MockWeb`] and [`Builder`], a running web as its owner sees it, and how it starts
//! - `server`: from a connection to its responses
//! - `watch`: the live page, what it's sent, and the faults that are chosen there
//! - `site`: the sites, and `presets`, which are ready to use
//! - `tls`: with the feature `tls`, the https ports and their certificates
//! - `timeline`: drawings of the record
//! - `fault`: the faults as data, the catalogue, and what each fault does
//! - `wire`: how a response travels, and the socket that reports to the record
//! - `recorder`, `followers`, `record`: what the server saw, live and as a snapshot
//! - `response`, `printable`, `watchdog`: helpers

mod fault;
mod followers;
mod printable;
#[cfg(test)]
mod properties;
mod record;
mod recorder;
mod response;
mod server;
mod site;
pub mod timeline;
#[cfg(feature = "tls")]
mod tls;
mod watch;
mod watchdog;
mod web;
mod wire;

pub use fault::{
    Afterwards, Allows, Charset, ContentType, Encoding, Fault, FaultError, Head, Interim, Kind, Length, Loss,
    Parameter, RetryAfter, Spread, Title, catalogue,
};
pub use httpdate::HttpDate;
pub use hyper::StatusCode;
pub use record::{EXCHANGES_KEPT, Exchange, Outcome, PATH_KEPT, PAUSE, PAUSES_KEPT, RECORD_BYTES, Record};
pub use server::descriptors::{NoRoom, room_for};
pub use server::work::Counted;
pub use site::filler::page;
pub use site::{Other, Site, presets};
#[cfg(feature = "tls")]
pub use tls::{Tls, TlsError};
pub use watchdog::Watchdog;
pub use web::builder::Builder;
pub use web::error::StartError;
pub use web::mock_web::MockWeb;
pub use web::watch::Watch;
