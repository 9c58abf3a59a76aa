//! The example, as a module.
#![expect(dead_code, reason = "an example has a `main`, which is not called")]

#[path = "../../examples/circle.rs"]
pub mod circle;
