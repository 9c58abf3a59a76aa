//! The examples, as modules.
#![expect(dead_code, reason = "an example has a `main`, which is not called")]

#[path = "../../examples/circle.rs"]
pub mod circle;
#[path = "../../examples/one_page.rs"]
pub mod one_page;
#[path = "../../examples/slow_host.rs"]
pub mod slow_host;
#[path = "../../examples/stopping.rs"]
pub mod stopping;
#[path = "../../examples/two_stages.rs"]
pub mod two_stages;
