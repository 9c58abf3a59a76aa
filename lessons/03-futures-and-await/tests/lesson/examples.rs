//! The examples, as modules.

#![expect(dead_code, reason = "an example has a `main`, which no test calls")]

#[path = "../../examples/async_closure.rs"]
pub mod async_closure;
#[path = "../../examples/clocks.rs"]
pub mod clocks;
#[path = "../../examples/executor.rs"]
pub mod executor;
#[path = "../../examples/handlers.rs"]
pub mod handlers;
#[path = "../../examples/in_turn.rs"]
pub mod in_turn;
#[path = "../../examples/question_mark.rs"]
pub mod question_mark;
#[path = "../../examples/state_machine.rs"]
pub mod state_machine;
