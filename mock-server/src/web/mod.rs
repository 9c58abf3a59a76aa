//! A running web as its owner sees it, and how it starts.

pub(crate) mod builder;
pub(crate) mod error;
pub(crate) mod mock_web;
mod start;
pub(crate) mod watch;
