//! The lesson's claims, proved by what the server saw.

mod login;
mod support;
