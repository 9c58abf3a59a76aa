//! Orders.

use serde::Deserialize;
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use super::refuse;
use super::session::{authorize, expired};
use crate::shop::State;

#[derive(Deserialize)]
struct Order {
    product: u32,
    quantity: u32,
}

/// Takes an order.
pub fn order(state: &mut State, request: &Request) -> ResponseTemplate {
    let Some(session) = authorize(state, request) else { return expired() };
    let Ok(Order { product, quantity }) = request.body_json() else {
        let message = "the body has to be JSON with a product and a quantity";
        return refuse(400, "bad-request", message);
    };
    let order = state.order(session, product, quantity);
    ResponseTemplate::new(201).set_body_json(order)
}

/// The orders of the session.
pub fn list(state: &mut State, request: &Request) -> ResponseTemplate {
    let Some(session) = authorize(state, request) else { return expired() };
    let orders: Vec<_> = state.orders_of(session).collect();
    ResponseTemplate::new(200).set_body_json(json!({ "orders": orders }))
}
