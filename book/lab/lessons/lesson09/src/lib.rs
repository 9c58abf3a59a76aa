//! Lesson 9 without the modules that need files and threads, and with a model of its watchdog.

pub mod watchdog;

include!(concat!(env!("OUT_DIR"), "/lesson.rs"));
