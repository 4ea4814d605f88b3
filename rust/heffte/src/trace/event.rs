//! What there is to record.

use serde_json::{Value, json};

use crate::options::Direction;

/// Something that took time on this rank.
#[derive(Debug)]
pub(super) struct Event {
    pub what: What,
    /// By `MPI_Wtime`.
    pub begin: f64,
    pub end: f64,
    /// The thread that did it, numbered from 0.
    pub thread: u32,
}

/// The axes of a visit, at most two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Axes([Option<u8>; 2]);

impl From<&[usize]> for Axes {
    fn from(axes: &[usize]) -> Axes {
        Axes(std::array::from_fn(|index| axes.get(index).map(|axis| *axis as u8)))
    }
}

/// What it was. The names are heFFTe's where it has the same, so that tools which know those find them.
#[derive(Debug)]
pub(crate) enum What {
    /// A plan was made.
    Plan,
    /// Whole transforms.
    Call { direction: Direction, batch: usize },
    /// What it takes to transform lines in one precision was made.
    LinePlans,
    /// Memory that ranks share was made.
    SharedMemory,
    /// Lines went from one place to another, and were transformed along these axes on the way.
    Visit { axes: Axes, from: &'static str, to: &'static str },
    /// Messages went, with all that belongs to it.
    Exchange,
    /// `MPI_Alltoall`.
    AllToAll,
    /// `MPI_Alltoallv`.
    AllToAllV,
    /// A receive was begun.
    Receive { elements: usize, rank: usize },
    /// A send was begun.
    StartSend { elements: usize, rank: usize },
    /// A blocking send.
    Send { elements: usize, rank: usize },
    /// Messages between pairs were waited for.
    WaitAll,
    /// The piece that stays on the rank was copied.
    KeepOwn,
    /// The ranks of a node waited for each other.
    Meeting,
    /// All ranks found that they can go on, and do the same.
    Agreement,
    /// Those who still read this rank's memory, for the call before, were waited for.
    Departures,
    /// Something of the program's.
    Mark(Box<str>),
}

/// The place of packed pieces in [`What::Visit`].
pub(crate) const MESSAGES: &str = "messages";

impl What {
    /// The name in logs, with numbers that a table leaves out.
    pub fn name(&self) -> String {
        match self {
            What::Receive { elements, rank } => format!("irecv {elements} from {rank}"),
            What::StartSend { elements, rank } => format!("isend {elements} for {rank}"),
            What::Send { elements, rank } => format!("send {elements} for {rank}"),
            _ => self.family(),
        }
    }

    /// The name in a table.
    pub fn family(&self) -> String {
        let name = match self {
            What::Plan => "plan",
            What::Call { direction, .. } => direction.name(),
            What::LinePlans => "1-d plans",
            What::SharedMemory => "shared memory",
            What::Visit { axes: Axes([Some(axis), None]), .. } => return format!("fft-1d along {axis}"),
            What::Visit { axes: Axes([Some(axis), Some(other)]), .. } => {
                return format!("fft-1d x2 along {axis} {other}");
            }
            What::Visit { to: MESSAGES, .. } => "packing",
            What::Visit { from: MESSAGES, .. } => "unpacking",
            What::Visit { .. } | What::KeepOwn => "copy",
            What::Exchange => "exchange",
            What::AllToAll => "all2all",
            What::AllToAllV => "all2allv",
            What::Receive { .. } => "irecv",
            What::StartSend { .. } => "isend",
            What::Send { .. } => "send",
            What::WaitAll => "waitall",
            What::Meeting => "meeting",
            What::Agreement => "agreement",
            What::Departures => "departures",
            What::Mark(name) => name,
        };
        name.to_owned()
    }

    /// The group that viewers colour and filter by.
    pub fn category(&self) -> &'static str {
        match self {
            What::Plan | What::LinePlans | What::SharedMemory => "plan",
            What::Call { .. } => "transform",
            What::Visit { .. } | What::KeepOwn => "memory",
            What::Meeting | What::Agreement | What::Departures | What::WaitAll => "wait",
            What::Mark(_) => "program",
            _ => "message",
        }
    }

    /// What else a viewer shows of it.
    pub fn details(&self) -> Value {
        match self {
            What::Call { batch, .. } => json!({ "batch": batch }),
            What::Visit { from, to, .. } => json!({ "from": from, "to": to }),
            What::Receive { elements, rank } | What::StartSend { elements, rank } | What::Send { elements, rank } => {
                json!({ "elements": elements, "rank": rank })
            }
            _ => json!({}),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(axes: &[usize], from: &'static str, to: &'static str) -> String {
        What::Visit { axes: axes.into(), from, to }.name()
    }

    #[test]
    fn visits_are_named_by_their_axes_or_by_where_data_goes() {
        assert_eq!(visit(&[2], "inbox", MESSAGES), "fft-1d along 2");
        assert_eq!(visit(&[0, 1], MESSAGES, "outbox"), "fft-1d x2 along 0 1");
        assert_eq!(visit(&[], "inbox", MESSAGES), "packing");
        assert_eq!(visit(&[], MESSAGES, "outbox"), "unpacking");
        assert_eq!(visit(&[], "shared memory", "outbox"), "copy");
    }

    #[test]
    fn messages_are_named_as_by_heffte_and_are_one_row_of_a_table() {
        let what = What::Receive { elements: 17, rank: 3 };
        assert_eq!((what.name().as_str(), what.family().as_str()), ("irecv 17 from 3", "irecv"));
        assert_eq!(What::StartSend { elements: 17, rank: 3 }.name(), "isend 17 for 3");
        assert_eq!(What::Send { elements: 17, rank: 3 }.name(), "send 17 for 3");
    }
}
