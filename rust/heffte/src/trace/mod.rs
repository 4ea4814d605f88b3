//! Tracing: what a process did when, written to files for people and for viewers.
//!
//! `HEFFTE_TRACE=<root>` traces a whole run, from the first plan to `MPI_Finalize`; [`start`] and [`stop`] a part of one. Each rank
//! writes `<root>_<rank in MPI_COMM_WORLD>.log`, one line for each event, in heFFTe's format. The ranks that trace together also
//! write `<root>.json`, which Chrome's and Perfetto's viewers open, and `<root>.txt`, a table of all events.
//!
//! Without a trace an event costs the load of one flag.

mod chrome;
mod clock;
mod event;
mod group;
mod log;
mod number;
mod recorder;
mod root;
mod session;
mod summary;

pub(crate) use event::{Axes, MESSAGES, What};
#[doc(hidden)]
pub use number::general;
pub use recorder::{Mark, is_on, mark, note};
pub(crate) use recorder::{now, record, span};
pub(crate) use session::{is_waiting, join};
pub use session::{start, start_alone, start_raw, stop};
