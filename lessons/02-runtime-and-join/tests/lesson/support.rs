//! A runtime of each kind: with many threads, and with one.

use tokio::runtime::{Builder, Runtime};

/// A runtime with many threads, and one with one.
pub fn many_and_one() -> [Runtime; 2] {
    let one = Builder::new_current_thread().enable_all().build();
    [Runtime::new().expect("a runtime"), one.expect("a runtime")]
}
