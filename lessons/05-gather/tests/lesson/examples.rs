//! The examples, as modules.
#![expect(dead_code, reason = "an example has a `main`, which is not called")]

#[path = "../../examples/actor.rs"]
pub mod actor;
#[path = "../../examples/backpressure.rs"]
pub mod backpressure;
#[path = "../../examples/bounded.rs"]
pub mod bounded;
#[path = "../../examples/channel.rs"]
pub mod channel;
#[path = "../../examples/deadline.rs"]
pub mod deadline;
#[path = "../../examples/hedge.rs"]
pub mod hedge;
#[path = "../../examples/limits.rs"]
pub mod limits;
#[path = "../../examples/pace.rs"]
pub mod pace;
#[path = "../../examples/permit.rs"]
pub mod permit;
#[path = "../../examples/permit_deadlock.rs"]
pub mod permit_deadlock;
#[path = "../../examples/slow_consumer.rs"]
pub mod slow_consumer;
#[path = "../../examples/workers.rs"]
pub mod workers;
