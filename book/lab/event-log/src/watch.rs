//! A subscriber to Tokio's own tracing events. tokio-console shows the same ones.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{self, Interest};
use tracing::{Event, Metadata, Subscriber};

use crate::{LOG, MAIN_PLACE, place};

/// Tokio's name for the span of an operation.
const OPERATION: &str = "runtime.resource.async_op";
/// The target of Tokio's events about an operation's state.
const STATE: &str = "runtime::resource::async_op::state_update";

/// From now on and for all runs, logs what wakes each task, and which locks, permits and timers it waits for.
pub fn watch() {
    // It fails if there's a subscriber already, and that's this one.
    let _ = subscriber::set_global_default(Watch::default());
}

#[derive(Default)]
struct Watch {
    last_id: AtomicU64,
}

/// Tokio's spans, and those that the thread is in.
#[derive(Default)]
struct Spans {
    /// Each thing, by the number of its span, with the number of handles to the span.
    things: HashMap<u64, (Thing, usize)>,
    /// The spans that the thread is in, the innermost last.
    entered: Vec<u64>,
}

enum Thing {
    /// A task, by Tokio's number.
    Task(u64),
    /// A lock, a semaphore or a timer, in words. `None` if it's part of another resource.
    Resource(Option<String>),
    /// An operation on a resource, such as acquiring a permit, and the operation it's part of.
    Operation(Option<u64>),
}

thread_local! {
    static SPANS: RefCell<Spans> = RefCell::default();
}

impl Subscriber for Watch {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        matches!(metadata.name(), "runtime.spawn" | "runtime.resource" | OPERATION)
            || matches!(metadata.target(), "tokio::task::waker" | "runtime::resource::poll_op" | STATE)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        let mut fields = Fields::default();
        span.record(&mut fields);
        let thing = match span.metadata().name() {
            "runtime.spawn" => Thing::Task(fields.task_id),
            OPERATION => Thing::Operation(SPANS.with_borrow(Spans::operation)),
            _ => Thing::Resource(fields.resource().or_else(channel)),
        };
        SPANS.with_borrow_mut(|spans| spans.things.insert(id, (thing, 1)));
        Id::from_u64(id)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        SPANS.with_borrow(|spans| match event.metadata().target() {
            "tokio::task::waker" => spans.wake(&fields),
            STATE => spans.give(&fields),
            _ => spans.poll(&fields),
        });
    }

    fn enter(&self, span: &Id) {
        SPANS.with_borrow_mut(|spans| {
            spans.entered.push(span.into_u64());
            if let Some((Thing::Task(_), _)) = spans.things.get(&span.into_u64()) {
                LOG.with_borrow_mut(|log| log.entered += 1);
            }
        });
    }

    fn exit(&self, _: &Id) {
        SPANS.with_borrow_mut(|spans| spans.entered.pop());
    }

    fn clone_span(&self, span: &Id) -> Id {
        SPANS.with_borrow_mut(|spans| {
            if let Some((_, handles)) = spans.things.get_mut(&span.into_u64()) {
                *handles += 1;
            }
        });
        span.clone()
    }

    fn try_close(&self, span: Id) -> bool {
        SPANS.with_borrow_mut(|spans| {
            let Some((_, handles)) = spans.things.get_mut(&span.into_u64()) else { return true };
            *handles -= 1;
            let is_last = *handles == 0;
            if is_last {
                spans.things.remove(&span.into_u64());
                LOG.with_borrow_mut(|log| log.waits.remove(&span.into_u64()));
            }
            is_last
        })
    }
}

impl Spans {
    /// A waker's event: its field `task.id` is the number of the task's *span*.
    fn wake(&self, fields: &Fields) {
        if !matches!(fields.op.as_str(), "waker.wake" | "waker.wake_by_ref") {
            return;
        }
        let Some((Thing::Task(id), _)) = self.things.get(&fields.task_id) else { return };
        LOG.with_borrow_mut(|log| {
            if let Some(&task) = log.tasks.get(id) {
                log.wake(task);
            }
        });
    }

    /// The locks, semaphores and timers that the thread is in, the outermost first.
    fn resources(&self) -> impl Iterator<Item = &Option<String>> {
        self.entered.iter().filter_map(|span| match self.things.get(span) {
            Some((Thing::Resource(resource), _)) => Some(resource),
            _ => None,
        })
    }

    /// A lock or a permit was given to the operation that waits for it.
    fn give(&self, fields: &Fields) {
        let Some(innermost) = self.entered.last() else { return };
        let Some((Thing::Operation(outer), _)) = self.things.get(innermost) else { return };
        if fields.permits_obtained > 0 {
            LOG.with_borrow_mut(|log| {
                if let Some(waiting) = log.waits.get_mut(&outer.unwrap_or(*innermost)) {
                    waiting.given = true;
                }
            });
        }
    }

    /// The number of the outermost operation that the thread is in.
    fn operation(&self) -> Option<u64> {
        let is_operation = |span: &u64| matches!(self.things.get(span), Some((Thing::Operation(_), _)));
        self.entered.iter().copied().find(is_operation)
    }

    /// A lock, a semaphore or a timer was polled. Tokio's lock contains a semaphore, so the outermost one counts.
    fn poll(&self, fields: &Fields) {
        let Some(Some(thing)) = self.resources().next() else { return };
        let Some(operation) = self.operation() else { return };
        LOG.with_borrow_mut(|log| {
            if !log.is_quiet {
                log.wait(thing, fields.is_ready, operation);
            }
        });
    }
}

/// A semaphore that Tokio created for itself. If it isn't part of another resource, it belongs to a channel.
fn channel() -> Option<String> {
    let is_alone = SPANS.with_borrow(|spans| spans.resources().next().is_none());
    is_alone.then(|| {
        LOG.with_borrow_mut(|log| {
            log.channels += 1;
            format!("room in channel {}", log.channels)
        })
    })
}

/// The fields of Tokio's spans and events that matter here.
#[derive(Default)]
struct Fields {
    concrete_type: String,
    file: String,
    line: u32,
    is_internal: bool,
    is_ready: bool,
    op: String,
    permits_obtained: u64,
    task_id: u64,
}

impl Fields {
    /// A resource in words.
    fn resource(&self) -> Option<String> {
        let name = match self.concrete_type.as_str() {
            "Semaphore" if self.is_internal => return None,
            "Semaphore" => "a permit",
            "Mutex" => "the lock",
            "Sleep" => "the timer",
            "Interval" => "the next tick",
            other => other,
        };
        // Tokio's own code creates a `Mutex::default()`, and `main` isn't on the page. Neither place would help a reader.
        let is_tokio = self.file.split(['/', '\\']).any(|folder| folder.starts_with("tokio-1."));
        let place = place(&self.file, self.line);
        Some(if is_tokio || place == MAIN_PLACE { name.to_owned() } else { format!("{name} ({place})") })
    }
}

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "permits_obtained" => self.permits_obtained = value,
            "task.id" => self.task_id = value,
            "loc.line" => self.line = value.try_into().unwrap_or_default(),
            _ => {}
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        match field.name() {
            "is_internal" => self.is_internal = value,
            "is_ready" => self.is_ready = value,
            _ => {}
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "concrete_type" => self.concrete_type = value.to_owned(),
            "loc.file" => self.file = value.to_owned(),
            "op" => self.op = value.to_owned(),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}
