//! The fetcher's concurrency limit.

use std::pin::pin;
use std::sync::Arc;

use futures::FutureExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places for jobs: as many as the concurrency limit.
#[derive(Debug)]
pub struct Places(Arc<Semaphore>);

impl Places {
    /// Places for this many jobs.
    pub fn new(limit: usize) -> Places {
        Places(Arc::new(Semaphore::new(limit)))
    }

    /// Waits for a place.
    pub async fn take(&self) -> Place {
        let mut place = Place { all: Arc::clone(&self.0), permit: None };
        place.get().await;
        place
    }
}

/// A place of a job.
#[derive(Debug)]
pub struct Place {
    all: Arc<Semaphore>,
    /// `None` only while another job has the place.
    permit: Option<OwnedSemaphorePermit>,
}

impl Place {
    /// Waits for something other than a response. Another job may have the
    /// place in the meantime, so hosts that ask to wait don't hold up the rest.
    pub async fn while_waiting<T>(
        &mut self,
        waiting: impl Future<Output = T>,
    ) -> T {
        let mut waiting = pin!(waiting);
        // A place that's free for no time at all would let in one more job
        // whenever a job has nothing to wait for.
        if let Some(output) = waiting.as_mut().now_or_never() {
            return output;
        }
        self.permit = None;
        let output = waiting.await;
        self.get().await;
        output
    }

    async fn get(&mut self) {
        // It fails only when the semaphore is closed, and nothing closes it.
        self.permit = Arc::clone(&self.all).acquire_owned().await.ok();
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn a_job_that_waits_lets_another_one_have_its_place() {
        let places = Places::new(1);
        let mut place = places.take().await;
        assert!(places.take().now_or_never().is_none(), "it is taken");
        place.while_waiting(ready(())).await;
        assert!(places.take().now_or_never().is_none(), "it was not needed");
        {
            let mut waiting = pin!(place.while_waiting(pending::<()>()));
            assert!(waiting.as_mut().now_or_never().is_none());
            assert!(places.take().now_or_never().is_some());
        }
        // Afterwards, it has to wait for a place again.
        let other = places.take().await;
        let later = tokio::task::yield_now();
        let mut waiting = pin!(place.while_waiting(later));
        for _ in 0..3 {
            assert!(waiting.as_mut().now_or_never().is_none());
        }
        drop(other);
        waiting.await;
    }
}
