//! gloo-timers' sleep, on Tokio's timer. backon calls it on WebAssembly, where it expects a browser.

/// Timers that are futures.
pub mod future {
    use std::time::Duration;

    /// A future that's ready after a while.
    pub type TimeoutFuture = tokio::time::Sleep;

    /// Waits for a while.
    pub fn sleep(duration: Duration) -> TimeoutFuture {
        tokio::time::sleep(duration)
    }
}
