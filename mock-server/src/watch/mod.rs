//! The live page: what the webs of this process see while it happens.
//!
//! - `serve`: a port of its own for the page
//! - `reply`: what's at the page's addresses; `origin`: who may change something there
//! - `feed`: what an open page is sent
//! - `hub`: what all pages show, and `sites`, which a page lets you give faults
//! - `choices`: the faults that were chosen on a page

pub(crate) mod choices;
pub(crate) mod feed;
pub(crate) mod hub;
pub(crate) mod origin;
pub(crate) mod reply;
pub(crate) mod serve;
pub(crate) mod sites;
