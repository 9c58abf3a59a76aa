//! Runtimes, and the size of all pages together.

use tokio::runtime::{Builder, LocalOptions, LocalRuntime, Runtime};

/// The bytes of the tutorial's three pages.
pub const ALL: usize = 15_000 + 50_321 + 45_000;

pub fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

pub fn local_runtime() -> LocalRuntime {
    Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())
        .expect("a runtime")
}
