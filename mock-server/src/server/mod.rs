//! From a connection to its responses.
//!
//! - `accept`: takes connections, as many as there's room for
//! - `exchange`: one request and its response
//! - `routes`: what a request asks for; `direct`: responses about the web itself
//! - `shared`, `counts`, `gate`, `descriptors`: what connections share
//! - `upstream`: asks wiremock; `index_page`: the page that lists everything

pub(crate) mod accept;
pub(crate) mod counts;
pub(crate) mod descriptors;
mod direct;
mod exchange;
pub(crate) mod gate;
mod index_page;
pub(crate) mod routes;
pub(crate) mod shared;
pub(crate) mod upstream;
