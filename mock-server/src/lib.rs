#![doc = include_str!("../README.md")]
//!
//! # Layout
//!
//! - `web`: [`MockWeb`]; `builder`, `start`: how it comes to be; `site`, `page`: what there is to fetch
//! - `fault`: the catalogue of faults as data, a file for each family
//! - `front`, `routes`, `index`, `upstream`: from a request to its answer
//! - `script`, `wire`: how an answer travels, and the socket that tells the record
//! - `record`: what the server saw; `timeline`: the same drawn; `gate`: proof of concurrency
//! - `limits`, `watchdog`: running out of open files, and of time

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
