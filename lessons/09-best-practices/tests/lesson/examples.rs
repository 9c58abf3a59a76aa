//! The examples, as modules.
#![expect(dead_code, reason = "an example has a `main`, which is not called")]

#[path = "../../examples/cancel_safe.rs"]
pub mod cancel_safe;
#[path = "../../examples/clients.rs"]
pub mod clients;
#[path = "../../examples/client_and_runtime.rs"]
pub mod client_and_runtime;
#[path = "../../examples/futurelock.rs"]
pub mod futurelock;
#[path = "../../examples/guard.rs"]
pub mod guard;
#[path = "../../examples/intervals.rs"]
pub mod intervals;
#[path = "../../examples/notify.rs"]
pub mod notify;
#[path = "../../examples/paused_clock.rs"]
pub mod paused_clock;
#[path = "../../examples/select_rules.rs"]
pub mod select_rules;
#[path = "../../examples/task_locals.rs"]
pub mod task_locals;
#[cfg(not(feature = "console"))]
#[path = "../../examples/watch.rs"]
pub mod watch;
