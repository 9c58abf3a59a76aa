//! The examples, as modules.
#![expect(dead_code, reason = "an example has a `main`, which is not called")]

#[path = "../../examples/clients.rs"]
pub mod clients;
#[path = "../../examples/guard.rs"]
pub mod guard;
#[path = "../../examples/intervals.rs"]
pub mod intervals;
#[path = "../../examples/notify.rs"]
pub mod notify;
#[path = "../../examples/panic_ends.rs"]
pub mod panic_ends;
#[path = "../../examples/paused_clock.rs"]
pub mod paused_clock;
#[path = "../../examples/poisoned.rs"]
pub mod poisoned;
#[path = "../../examples/shared_map.rs"]
pub mod shared_map;
#[path = "../../examples/task_locals.rs"]
pub mod task_locals;
#[cfg(not(feature = "console"))]
#[path = "../../examples/watch.rs"]
pub mod watch;
