//! The lesson's claims, proved by what the server saw and by what arrived.

mod cancel_safety;
mod compile_fail;
mod detach;
mod examples;
mod futurelock;
mod parallel;
mod select;
mod support;
mod tasks;
mod twin;
