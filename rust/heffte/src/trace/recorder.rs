//! Recording: one list for each process.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mpi::ffi;

use super::event::{Event, What};

/// Events that a process keeps, so that a trace of a long run does not fill the memory.
const MOST: usize = 1 << 20;

/// Events that there is room for when a trace begins.
const ROOM: usize = 1 << 14;

/// What was recorded.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub events: Vec<Event>,
    /// Events beyond those that are kept.
    pub left_out: u64,
}

static IS_ON: AtomicBool = AtomicBool::new(false);
static RECORD: Mutex<Record> = Mutex::new(Record { events: Vec::new(), left_out: 0 });

fn lock() -> MutexGuard<'static, Record> {
    RECORD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether events are recorded.
#[must_use]
pub fn is_on() -> bool {
    IS_ON.load(Ordering::Relaxed)
}

/// Begins to record, with nothing.
pub(super) fn begin() {
    *lock() = Record { events: Vec::with_capacity(ROOM), left_out: 0 };
    IS_ON.store(true, Ordering::Relaxed);
}

/// Ends recording; what was recorded.
pub(super) fn end() -> Record {
    IS_ON.store(false, Ordering::Relaxed);
    std::mem::take(&mut *lock())
}

/// The time, by `MPI_Wtime`. MPI is running.
pub(crate) fn now() -> f64 {
    // SAFETY: MPI is running, by the caller's word.
    unsafe { ffi::MPI_Wtime() }
}

/// Records what began at `begin` and ends now, if events are recorded.
pub(crate) fn record(what: What, begin: f64) {
    if is_on() {
        keep(what, begin, now());
    }
}

#[cold]
fn keep(what: What, begin: f64, end: f64) {
    static THREADS: AtomicU32 = AtomicU32::new(0);
    thread_local! {
        static THREAD: Cell<Option<u32>> = const { Cell::new(None) };
    }
    let number = || {
        THREAD.get().unwrap_or_else(|| {
            let new = THREADS.fetch_add(1, Ordering::Relaxed);
            THREAD.set(Some(new));
            new
        })
    };
    let thread = number();
    let mut record = lock();
    if record.events.len() < MOST {
        record.events.push(Event { what, begin, end, thread });
    } else {
        record.left_out += 1;
    }
}

/// An event that ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Span {
    what: Option<What>,
    begin: f64,
}

impl Drop for Span {
    fn drop(&mut self) {
        if let Some(what) = self.what.take() {
            record(what, self.begin);
        }
    }
}

/// An event that begins now, if events are recorded. MPI is running.
#[must_use = "an event lasts as long as its span"]
pub(crate) fn span(what: impl FnOnce() -> What) -> Option<Span> {
    is_on().then(|| Span { what: Some(what()), begin: now() })
}

/// An event of the program's own, which ends when this is dropped.
#[derive(Debug)]
pub struct Mark(#[expect(dead_code, reason = "it records when it is dropped")] Option<Span>);

/// Begins an event of the program's own, if events are recorded. Not collective.
#[must_use = "an event lasts as long as its mark"]
pub fn mark(name: &str) -> Mark {
    Mark(span(|| What::Mark(name.into())))
}

/// Records an event of the program's own that began at `begin` by `MPI_Wtime` and ends now, if events are recorded. Not
/// collective.
pub fn note(name: &str, begin: f64) {
    if is_on() {
        record(What::Mark(name.into()), begin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_trace_an_event_is_not_even_named() {
        assert!(span(|| unreachable!("nobody records")).is_none());
        note("nobody records", 0.0);
        assert!(lock().events.is_empty() && lock().events.capacity() == 0);
    }
}
