//! The format of Chrome's and Perfetto's viewers: <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>.
//! A rank is a process there, with the rank's number; its threads are threads.

use serde_json::{Value, json};

use super::event::Event;

/// What comes before all events.
pub(super) const BEGIN: &str = "{\"displayTimeUnit\": \"ns\", \"traceEvents\": [\n";

/// What comes after them, of so many ranks.
pub(super) fn end(ranks: usize, left_out: u64) -> String {
    let about =
        json!({ "library": concat!("heffte ", env!("CARGO_PKG_VERSION")), "ranks": ranks, "left out": left_out });
    format!("\n], \"otherData\": {about}}}\n")
}

/// How `rank` is shown.
pub(super) fn process(rank: usize) -> Value {
    json!({ "ph": "M", "name": "process_name", "pid": rank, "args": { "name": format!("rank {rank}") } })
}

/// An event of `rank` between two times in nanoseconds.
pub(super) fn complete(event: &Event, rank: usize, (begin, end): (i64, i64)) -> Value {
    json!({
        "ph": "X",
        "name": event.what.name(),
        "cat": event.what.category(),
        "pid": rank,
        "tid": event.thread,
        "ts": begin as f64 / 1e3,
        "dur": (end - begin) as f64 / 1e3,
        "args": event.what.details(),
    })
}
