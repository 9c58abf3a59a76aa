//! All labs. If a lab runs an example, it's the example's child module `lab`, so that it can use private items.

mod no_timeout;
mod three_sleeps;

use crate::controls::Lab;
use crate::examples;

/// All labs, in the order of the chapters.
pub fn all() -> Vec<Lab> {
    vec![
        three_sleeps::lab(),
        no_timeout::lab(),
        examples::lazy::lab::lab(),
        examples::one_task::lab::lab(),
        examples::in_turn::lab::lab(),
        examples::detach::lab::lab(),
        examples::first_completed::lab::lab(),
        examples::restart::lab::lab(),
        examples::futurelock::lab::lab(),
        examples::bounded::lab::lab(),
        examples::limits::lab::lab(),
        examples::deadline::lab::lab(),
        examples::backpressure::lab::lab(),
        examples::slow_consumer::lab::lab(),
        examples::permit::lab::lab(),
        examples::permit_deadlock::lab::lab(),
        examples::hedge::lab::lab(),
        examples::fail_fast::lab::lab(),
        examples::fail_fast_100::lab::lab(),
        examples::retry::lab::lab(),
        examples::storm::lab::lab(),
        examples::no_async_drop::lab::lab(),
        examples::guard::lab::lab(),
        examples::circle::lab::lab(),
    ]
}
