//! From a connection to its responses.
//!
//! - `accept`: takes connections, as many as there's room for; `port`: can refuse them for a while
//! - `exchange`: one request and its response; `intake`: the request's body
//! - `routes`, `parameters`: what a request asks for; `refusal`: why it doesn't get it
//! - `endpoints`: well-behaved addresses, such as `/json` and `/upload`
//! - `direct`, `wait`: responses about the web itself
//! - `shared`, `counts`, `work`, `gate`, `descriptors`: what connections share
//! - `upstream`: asks wiremock; `index_page`: the page that lists everything

pub(crate) mod accept;
pub(crate) mod counts;
pub(crate) mod descriptors;
mod direct;
pub(crate) mod endpoints;
mod exchange;
pub(crate) mod gate;
pub(crate) mod index_page;
mod intake;
mod parameters;
pub(crate) mod port;
mod refusal;
pub(crate) mod routes;
pub(crate) mod shared;
pub(crate) mod upstream;
mod wait;
pub(crate) mod work;
