//! A small web that misbehaves on the wire and draws the concurrency it saw.
//!
//! It runs in a thread of its own inside the program that asks it, so a client that blocks its own runtime on
//! purpose cannot block the server. `wiremock` decides what a site answers; a front before it decides when and
//! how the bytes travel, and records every exchange with a site.
//!
//! ```
//! use mock_server::{Fault, MockWeb};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let web = MockWeb::builder().fault("python.org", Fault::Hang).start()?;
//! let page = reqwest::blocking::Client::new().get(web.url("w3schools.com")).send()?.text()?;
//! assert_eq!(page.len(), 45_000);
//! assert_eq!(web.record().max_in_flight(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Layout
//!
//! - `web`: [`MockWeb`]; `builder`, `start`: how it comes to be; `site`, `page`: what there is to fetch
//! - `fault`: the catalogue of faults as data, a file for each family
//! - `front`, `routes`, `index`, `upstream`: from a request to its answer
//! - `script`, `wire`: how an answer travels, and the socket that tells the record
//! - `record`: what the server saw; `timeline`: the same drawn; `gate`: proof of concurrency
//! - `limits`, `watchdog`: running out of open files, and of time; `testing`: clients that are not Rust

mod builder;
mod fault;
mod front;
#[cfg(test)]
mod fuzz;
mod gate;
mod index;
mod limits;
mod page;
mod record;
mod routes;
mod script;
mod site;
mod start;
pub mod testing;
pub mod timeline;
mod upstream;
mod watchdog;
mod web;
mod wire;

pub use builder::{Builder, StartError};
pub use fault::{
    Allows, Charset, ContentType, Fault, FaultError, Kind, Parameter, RetryAfter, Spread, Title, catalogue,
};
pub use limits::{NoRoom, room_for};
pub use page::page;
pub use record::{EXCHANGES_KEPT, Exchange, Outcome, PAUSE, PAUSES_KEPT, Record};
pub use site::{Other, Site};
pub use watchdog::Watchdog;
pub use web::MockWeb;
