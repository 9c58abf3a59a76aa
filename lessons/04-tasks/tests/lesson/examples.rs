//! The examples, as modules.
#![expect(dead_code, reason = "an example has a `main`, which is not called")]

#[path = "../../examples/cancel_safe.rs"]
pub mod cancel_safe;
#[path = "../../examples/detach.rs"]
pub mod detach;
#[path = "../../examples/first_completed.rs"]
pub mod first_completed;
#[path = "../../examples/futurelock.rs"]
pub mod futurelock;
#[path = "../../examples/local_tasks.rs"]
pub mod local_tasks;
#[path = "../../examples/parallel.rs"]
pub mod parallel;
#[path = "../../examples/restart.rs"]
pub mod restart;
#[path = "../../examples/select_rules.rs"]
pub mod select_rules;
#[path = "../../examples/send_static.rs"]
pub mod send_static;
#[path = "../../examples/task_cost.rs"]
pub mod task_cost;
#[path = "../../examples/yielding.rs"]
pub mod yielding;
