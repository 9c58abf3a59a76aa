//! The faults: what can go wrong between a request and its response.
//!
//! - `faults`: [`Fault`], plain data
//! - `parameter`, `catalogue`: how a fault is written as text
//! - `effect`, `act`: what each fault does to an exchange
//! - `head`, `bad_head`, `random`, `connection`, `body`, `framing`, `page`, `encoding`, `gzip`, `some_requests`, `upload`: the families,
//!   each with its rows of the catalogue
//!
//! To add a fault, add a variant to [`Fault`], its row and its behaviour to a family, and an arm to `act`.

mod act;
mod bad_head;
mod body;
mod catalogue;
mod connection;
pub(crate) mod effect;
mod encoding;
mod faults;
mod framing;
mod gzip;
mod head;
mod page;
mod parameter;
mod random;
mod some_requests;
mod upload;

pub use catalogue::{FaultError, catalogue};
pub use faults::{
    Afterwards, Charset, ContentType, Encoding, Fault, Head, Interim, Length, Loss, RetryAfter, Spread, Title,
};
pub(crate) use parameter::whole_number;
pub use parameter::{Allows, Kind, Parameter};
