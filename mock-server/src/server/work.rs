//! The work that a site does for its requests, where a fault loses the answers: how often it was done.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use hyper::Response;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use tokio::sync::OnceCell;

use crate::response::text;

/// What a client calls a piece of work, so that it's done only once however often it's asked for.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Set on a response that was kept from an earlier request with the same key.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// How many requests asked for work under a key of [`Fault::LostAnswer`](crate::Fault::LostAnswer), and how often it was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Requests that arrived whole.
    pub requests: u64,
    /// How often the work was done. Requests with the same `Idempotency-Key` count once.
    pub done: u64,
}

/// The work of all sites.
#[derive(Debug, Default)]
pub(crate) struct Work(Mutex<Books>);

#[derive(Debug, Default)]
struct Books {
    /// By the key of the fault, the last ones at the end.
    counts: VecDeque<(String, Counted)>,
    /// The answers to orders that may come again, the last ones at the end.
    answers: VecDeque<(Order, Kept)>,
}

/// An answer that's kept. It's empty until the work is done.
type Kept = Arc<OnceCell<Response<Bytes>>>;

/// A piece of work that a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// The key of the fault.
    pub key: String,
    /// The site, and the path if the fault belongs to one path of it: the keys of two addresses have nothing to do with each other.
    pub address: String,
    /// The value of the header. Without it, the same order is new each time.
    pub idempotency_key: Option<HeaderValue>,
}

impl Work {
    /// The most keys of faults whose counts are kept. Clients of the program may make up more; then the oldest is forgotten.
    const COUNTS: usize = 1_000;
    /// The most answers that are kept. Then the oldest is forgotten, and its work would be done again.
    const ANSWERS: usize = 1_000;
    /// The most memory that they take, in bytes.
    const BYTES: usize = 8_000_000;

    /// How often work was asked for and done under this key.
    pub fn counted(&self, key: &str) -> Counted {
        let books = self.books();
        books.counts.iter().find(|(known, _)| known == key).map(|(_, counted)| *counted).unwrap_or_default()
    }

    /// An order has arrived whole.
    pub fn asked(&self, order: &Order) {
        self.count(&order.key, |counted| counted.requests += 1);
    }

    /// An order's work has been done.
    pub fn done(&self, order: &Order) {
        self.count(&order.key, |counted| counted.done += 1);
    }

    /// Does the work and counts it, unless it was done for an earlier order with the same `Idempotency-Key`: then the answer is that
    /// order's. If its work isn't done yet, this waits for it.
    pub async fn answer(
        self: Arc<Self>,
        order: Order,
        work: impl Future<Output = Response<Bytes>> + Send + 'static,
    ) -> Response<Bytes> {
        // In a task, because work that has begun comes to its end even if the client leaves.
        let task = tokio::spawn(async move {
            let work = async {
                let answer = work.await;
                self.done(&order);
                answer
            };
            if order.idempotency_key.is_none() {
                return work.await;
            }
            let kept = self.kept(&order);
            let mut is_first = false;
            let first = async {
                is_first = true;
                work.await
            };
            let mut answer = kept.get_or_init(|| first).await.clone();
            if is_first {
                self.books().make_room();
            } else {
                answer.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            }
            answer
        });
        task.await.unwrap_or_else(|error| {
            text(StatusCode::INTERNAL_SERVER_ERROR, format!("the work failed: {error}\n"))
        })
    }

    pub fn reset(&self) {
        *self.books() = Books::default();
    }

    fn count(&self, key: &str, count: impl FnOnce(&mut Counted)) {
        let counts = &mut self.books().counts;
        let known = counts.iter().position(|(known, _)| known == key).and_then(|index| counts.remove(index));
        let (key, mut counted) = known.unwrap_or_else(|| (key.to_owned(), Counted::default()));
        count(&mut counted);
        counts.push_back((key, counted));
        if counts.len() > Work::COUNTS {
            counts.pop_front();
        }
    }

    /// Where the answer to this order is, or will be.
    fn kept(&self, order: &Order) -> Kept {
        let mut books = self.books();
        if let Some((_, kept)) = books.answers.iter().find(|(known, _)| known == order) {
            return Arc::clone(kept);
        }
        let kept = Kept::default();
        books.answers.push_back((order.clone(), Arc::clone(&kept)));
        books.make_room();
        kept
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().expect("no code that holds this lock panics")
    }
}

impl Books {
    /// Forgets the oldest answers until the others are few and small enough.
    fn make_room(&mut self) {
        let mut bytes: usize = self.answers.iter().map(|(order, kept)| size(order, kept)).sum();
        while self.answers.len() > Work::ANSWERS || bytes > Work::BYTES {
            let Some((order, kept)) = self.answers.pop_front() else { return };
            bytes -= size(&order, &kept);
        }
    }
}

/// About the memory that an answer takes, with its order.
fn size(order: &Order, kept: &Kept) -> usize {
    let header = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len();
    let answer = kept
        .get()
        .map_or(0, |answer| answer.body().len() + answer.headers().iter().map(header).sum::<usize>());
    let key = order.idempotency_key.as_ref().map_or(0, HeaderValue::len);
    order.key.len() + order.address.len() + key + answer
}
