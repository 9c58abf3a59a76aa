//! How many requests met each fault that counts them, and how many are in flight there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::work::Work;

/// How many requests met each fault that counts them, how many are in flight there, and how often a fault's work was done.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    counters: Mutex<Counters>,
    pub work: Arc<Work>,
}

#[derive(Debug, Default)]
struct Counters {
    by_counter: HashMap<Counter, Count>,
    /// About how much memory they take, in bytes.
    size: usize,
}

#[derive(Debug, Default)]
struct Count {
    requests: u64,
    /// A permit for each request that may be in flight at one time.
    slots: Option<Arc<Semaphore>>,
    window: Option<Window>,
    last_used: Option<Instant>,
}

/// A time in which so many requests may begin.
#[derive(Clone, Copy, Debug)]
struct Window {
    start: Instant,
    begun: u64,
}

/// Requests that are counted together: those that met the same fault at the same address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Counter {
    /// The site, and the path if the fault belongs to one path of it.
    pub address: String,
    /// The fault with its parameters, among them the key that sets apart clients of one address.
    pub fault: String,
}

/// What a fault says that refuses some requests.
pub(crate) enum Admission {
    /// The request is admitted, with a permit that's to be kept until its response is on the wire, if that matters.
    Admitted(Option<OwnedSemaphorePermit>),
    Refused,
}

impl Counter {
    fn size(&self) -> usize {
        /// What a counter takes besides its texts, about.
        const FRAME: usize = 250;
        self.address.len() + self.fault.len() + FRAME
    }
}

impl Count {
    fn has_requests_in_flight(&self) -> bool {
        // A permit in use has the semaphore, too.
        self.slots.as_ref().is_some_and(|slots| Arc::strong_count(slots) > 1)
    }
}

impl Counts {
    /// How much memory the counters may take, in bytes: 10,000 of the usual size. If clients make up more, the one that wasn't used for
    /// the longest time is forgotten.
    const MOST: usize = 3_000_000;

    /// How many there were before this one, which counts from now on.
    pub fn count(&self, counter: Counter) -> u64 {
        self.counters().with(counter, |count| {
            count.requests += 1;
            count.requests - 1
        })
    }

    /// Admits a request if fewer than `most` are in flight.
    pub fn admit_in_flight(&self, counter: Counter, most: u64) -> Admission {
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        self.counters().with(counter, |count| {
            let slots = count.slots.get_or_insert_with(|| Arc::new(Semaphore::new(most)));
            match Arc::clone(slots).try_acquire_owned() {
                Ok(permit) => Admission::Admitted(Some(permit)),
                Err(_) => Admission::Refused,
            }
        })
    }

    /// Admits a request if fewer than `most` have begun in the window. The first request after a window begins the next one.
    pub fn admit_per(&self, counter: Counter, most: u64, per: Duration) -> Admission {
        self.counters().with(counter, |count| {
            let now = Instant::now();
            let window = count.window.filter(|window| now.duration_since(window.start) < per);
            let mut window = window.unwrap_or(Window { start: now, begun: 0 });
            let is_admitted = window.begun < most;
            window.begun += u64::from(is_admitted);
            count.window = Some(window);
            if is_admitted { Admission::Admitted(None) } else { Admission::Refused }
        })
    }

    /// Counts from the beginning. Requests in flight stay in flight.
    pub fn reset(&self) {
        let mut counters = self.counters();
        counters.by_counter.retain(|_, count| {
            *count = Count { slots: count.slots.take(), last_used: count.last_used, ..Count::default() };
            count.has_requests_in_flight()
        });
        counters.size = counters.by_counter.keys().map(Counter::size).sum();
        drop(counters);
        self.work.reset();
    }

    fn counters(&self) -> MutexGuard<'_, Counters> {
        self.counters.lock().expect("no code that holds this lock panics")
    }
}

impl Counters {
    /// Changes a counter, which is new if it isn't there.
    fn with<T>(&mut self, counter: Counter, change: impl FnOnce(&mut Count) -> T) -> T {
        if !self.by_counter.contains_key(&counter) {
            self.size += counter.size();
            while self.size > Counts::MOST && !self.by_counter.is_empty() {
                self.forget_one();
            }
        }
        let count = self.by_counter.entry(counter).or_default();
        count.last_used = Some(Instant::now());
        change(count)
    }

    /// Forgets the counter that wasn't used for the longest time; one with requests in flight only if there's no other.
    fn forget_one(&mut self) {
        let rank = |count: &Count| (count.has_requests_in_flight(), count.last_used);
        let oldest = self.by_counter.iter().min_by_key(|(_, count)| rank(count));
        if let Some(oldest) = oldest.map(|(counter, _)| counter.clone()) {
            self.size -= oldest.size();
            self.by_counter.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter(fault: &str) -> Counter {
        Counter { address: "a.example".to_owned(), fault: fault.to_owned() }
    }

    #[test]
    fn counters_that_clients_make_up_take_bounded_memory_and_those_in_flight_stay() {
        let counts = Counts::default();
        let in_flight = counts.admit_in_flight(counter("busy"), 1);
        assert_eq!([counts.count(counter("old")), counts.count(counter("old"))], [0, 1]);
        for number in 0..4_000 {
            counts.count(counter(&format!("{number:01000}")));
        }
        let counters = counts.counters();
        let kept: usize = counters.by_counter.keys().map(Counter::size).sum();
        assert_eq!(counters.size, kept);
        assert!((Counts::MOST - 2_000..=Counts::MOST).contains(&kept), "{kept}");
        drop(counters);
        assert_eq!(counts.count(counter("old")), 0, "it was forgotten");
        assert!(matches!(counts.admit_in_flight(counter("busy"), 1), Admission::Refused));
        drop(in_flight);
        assert!(matches!(counts.admit_in_flight(counter("busy"), 1), Admission::Admitted(Some(_))));
    }

    #[test]
    fn a_reset_begins_to_count_again_and_knows_what_is_in_flight() {
        let counts = Counts::default();
        counts.count(counter("counts"));
        let per = Duration::from_secs(600);
        let admitted =
            |counter, most| matches!(counts.admit_per(counter, most, per), Admission::Admitted(None));
        assert_eq!([1, 1].map(|most| admitted(counter("per"), most)), [true, false]);
        let in_flight = counts.admit_in_flight(counter("busy"), 1);
        counts.reset();
        assert_eq!(counts.counters().by_counter.len(), 1);
        assert!(matches!(counts.admit_in_flight(counter("busy"), 1), Admission::Refused));
        assert_eq!((counts.count(counter("counts")), admitted(counter("per"), 1)), (0, true));
        drop(in_flight);
        counts.reset();
        let counters = counts.counters();
        assert_eq!((counters.by_counter.len(), counters.size), (0, 0));
    }

    #[test]
    fn a_window_ends_and_the_next_request_begins_another() {
        let counts = Counts::default();
        let admit = |most, per| matches!(counts.admit_per(counter("per"), most, per), Admission::Admitted(_));
        // However fast the machine is, a window of no time has ended by the next request.
        assert_eq!([1, 1, 1].map(|most| admit(most, Duration::ZERO)), [true; 3]);
        assert!(!admit(0, Duration::ZERO));
        assert!(!admit(0, Duration::MAX));
    }
}
