//! The mock web, and the program, as their clients see them.

mod behaviour;
mod browser;
#[cfg(target_os = "linux")]
mod capture;
mod catalogue;
mod clients;
#[cfg(target_os = "linux")]
mod descriptors;
mod endpoints;
mod events;
mod faults;
mod imports;
mod pages;
mod ports;
mod program;
mod promises;
mod record;
mod response;
mod robust;
#[cfg(unix)]
mod signals;
mod sites;
mod structure;
mod support;
#[cfg(feature = "tls")]
mod tls;
mod upload_wire;
mod uploads;
mod wait;
mod watch;
mod watchdog;
mod wire;
