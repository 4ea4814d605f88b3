//! The one error type of the library.
//!
//! Every message names the argument, the value given, the value expected and the remedy. An error that one rank met
//! and all ranks return is an [`Error::OnRank`]: it carries that rank's message, so that all ranks print the same line.

use crate::geometry::Box3d;

/// The class of an [`Error`], for callers that map errors to codes or exception types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ErrorKind {
    /// An argument was wrong; nothing was done.
    InvalidArgument = 0,
    /// The backend is unknown or not in this build, or its library failed.
    Backend = 1,
    /// MPI reported a failure, or a communicator cannot be used.
    Mpi = 2,
    /// Memory could not be had.
    Memory = 3,
    /// A file could not be written.
    File = 4,
}

impl ErrorKind {
    /// The kind whose discriminant is `code`; anything unknown is [`ErrorKind::Mpi`], since it came over the wire.
    pub(crate) fn from_code(code: u8) -> ErrorKind {
        match code {
            0 => ErrorKind::InvalidArgument,
            1 => ErrorKind::Backend,
            3 => ErrorKind::Memory,
            4 => ErrorKind::File,
            _ => ErrorKind::Mpi,
        }
    }
}

/// What went wrong, with the values that show it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An order is not a permutation of the three dimensions.
    #[error("{argument} order ({}, {}, {}) is not a permutation of (0, 1, 2): name each dimension once, the fastest-varying first", order[0], order[1], order[2])]
    Order {
        /// Which box.
        argument: &'static str,
        /// The order as given.
        order: [i64; 3],
    },
    /// A box has a corner whose size does not fit the index type.
    #[error("{argument} {given} is too large: a box holds at most {limit} elements")]
    BoxTooLarge {
        /// Which box.
        argument: &'static str,
        /// The box as given.
        given: Box3d,
        /// The most elements that a box may hold.
        limit: i64,
    },
    /// The direction of a real-to-complex transform is not a dimension.
    #[error("r2c direction {direction} is not a dimension: use 0, 1 or 2")]
    Direction {
        /// The direction as given.
        direction: i64,
    },
    /// More than one axis is real-to-complex.
    #[error(
        "axes {first} and {second} are both real-to-complex: the data is complex after the first, so at most one axis can be"
    )]
    TwoRealAxes {
        /// The first such axis.
        first: usize,
        /// The second such axis.
        second: usize,
    },
    /// The kind of an axis does not exist.
    #[error(
        "kind {given} of axis {axis} is unknown: use 0 (identity), 1 (c2c), 2 (r2c), 3 (cos), 4 (sin), 5 (cos1) or 6 (sin1)"
    )]
    UnknownKind {
        /// The axis.
        axis: usize,
        /// The kind as given.
        given: i64,
    },
    /// A line is too short for the transform of its axis.
    #[error(
        "axis {axis} has {length} point, but a {kind} transform takes at least {least}: choose another kind, such as identity"
    )]
    LineTooShort {
        /// The axis.
        axis: usize,
        /// The name of its kind.
        kind: &'static str,
        /// Points of the world along it.
        length: i64,
        /// Points that it must have.
        least: i64,
    },
    /// The backend does not exist.
    #[error("backend {given} is unknown: this build has {built}")]
    UnknownBackend {
        /// The backend as given (a number or a name).
        given: String,
        /// The backends in this build.
        built: String,
    },
    /// The backend exists, but not in this build.
    #[error(
        "backend {name} ({value}) is not in this build, which has {built}: rebuild with it enabled or choose one of these"
    )]
    BackendNotBuilt {
        /// Its name.
        name: &'static str,
        /// Its number in the C interface.
        value: i32,
        /// The backends in this build.
        built: String,
    },
    /// The backend is in this build, but the library behind it cannot be used.
    #[error("backend {name} ({value}) is in this build, but its library is not to be had: {reason}")]
    BackendUnavailable {
        /// Its name.
        name: &'static str,
        /// Its number in the C interface.
        value: i32,
        /// Why not, and what to do.
        reason: String,
    },
    /// A library could not transform lines that it had planned.
    #[error(
        "{library} could not transform lines of {length} points: {reason}; the output holds anything, try again or by another backend"
    )]
    Lines {
        /// Its name.
        library: &'static str,
        /// Points of a line.
        length: usize,
        /// What it says.
        reason: String,
    },
    /// The effort of planning does not exist.
    #[error("planning effort {given} is unknown: use estimate (0), measure (1) or patient (2)")]
    UnknownEffort {
        /// The effort as given (a number or a name).
        given: String,
    },
    /// A file with a planner's wisdom cannot be used.
    #[error("cannot use the wisdom in {file}: {reason}; name a file that this version of the library wrote")]
    Wisdom {
        /// Its path.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The reshape algorithm does not exist.
    #[error("reshape algorithm {given} is unknown: use 0 (alltoallv), 1 (p2p_plined), 2 (p2p) or 3 (alltoall)")]
    UnknownAlgorithm {
        /// The algorithm as given.
        given: i64,
    },
    /// The scaling does not exist.
    #[error("scale {given} is unknown: use 0 (none), 1 (full) or 2 (symmetric)")]
    UnknownScale {
        /// The scale as given.
        given: i64,
    },
    /// The number of ranks for the intermediate stages is impossible.
    #[error("num_subranks {given} is impossible: the communicator has {size} ranks, use 1 to {size}")]
    Subranks {
        /// The number as given.
        given: i64,
        /// Ranks of the communicator.
        size: usize,
    },
    /// Two boxes share a point.
    #[error("{what} of ranks {} and {} overlap: {first} and {second} both hold the point ({}, {}, {}); make them disjoint", ranks.0, ranks.1, point[0], point[1], point[2])]
    Overlap {
        /// `inboxes` or `outboxes`.
        what: &'static str,
        /// The two ranks.
        ranks: (usize, usize),
        /// The box of the first rank.
        first: Box3d,
        /// The box of the second rank.
        second: Box3d,
        /// A point in both.
        point: [i64; 3],
    },
    /// A point of the world is in no box.
    #[error("{what} leave a hole: no rank's box holds the point ({}, {}, {}) of the world {world}; the boxes of all ranks together must fill it", point[0], point[1], point[2])]
    Hole {
        /// `inboxes` or `outboxes`.
        what: &'static str,
        /// The first point that is in no box.
        point: [i64; 3],
        /// The bounding box of all boxes.
        world: Box3d,
    },
    /// The world does not begin at the origin.
    #[error("{what} begin at ({}, {}, {}), because rank {rank} has {given}: the world must begin at (0, 0, 0), shift the boxes, or give those that are missing there", low[0], low[1], low[2])]
    Origin {
        /// `inboxes` or `outboxes`.
        what: &'static str,
        /// The low corner of the world.
        low: [i64; 3],
        /// A rank whose box has the offending corner.
        rank: usize,
        /// The box of that rank.
        given: Box3d,
    },
    /// All boxes are empty.
    #[error("{what} are empty on all {size} ranks: there is nothing to transform")]
    EmptyWorld {
        /// `inboxes` or `outboxes`.
        what: &'static str,
        /// Ranks of the communicator.
        size: usize,
    },
    /// The two worlds do not belong together.
    #[error(
        "outboxes fill {found}, but a {transform} of the world {world}, which inboxes fill, needs outboxes that fill {expected}: {remedy}"
    )]
    WorldsDiffer {
        /// The kind of transform, in words.
        transform: String,
        /// The world of the inboxes.
        world: Box3d,
        /// The world that the outboxes should fill.
        expected: Box3d,
        /// The world that they fill.
        found: Box3d,
        /// What to do.
        remedy: String,
    },
    /// A grid of no processes.
    #[error("num_procs {given} is impossible: use at least 1")]
    Processes {
        /// The number that was given.
        given: i64,
    },
    /// Two ranks gave different values where all must agree.
    #[error("ranks {} and {} disagree on {what}: {first} and {second}; give the same on every rank", ranks.0, ranks.1)]
    Disagreement {
        /// What they disagree on.
        what: &'static str,
        /// The two ranks.
        ranks: (usize, usize),
        /// The value of the first.
        first: String,
        /// The value of the second.
        second: String,
    },
    /// An array has the wrong number of elements.
    #[error("{array} has {given} elements, but {expected} are needed{reason}")]
    Length {
        /// `input`, `output` or `workspace`.
        array: &'static str,
        /// Elements of the array.
        given: usize,
        /// Elements that it must have (the workspace: at least).
        expected: usize,
        /// Why, as a clause that begins with a space or a colon.
        reason: String,
    },
    /// An array is null where elements are needed.
    #[error("{array} is null, but {expected} elements are needed{reason}")]
    Null {
        /// `plan`, `input`, `output` or `workspace`.
        array: &'static str,
        /// Elements that it must have.
        expected: usize,
        /// Why, as a clause that begins with a space or a colon.
        reason: String,
    },
    /// The element types of the arrays do not fit the plan.
    #[error("a {direction} transform of a {plan} plan cannot go from {input} to {output}: use {expected}")]
    Elements {
        /// `forward` or `backward`.
        direction: &'static str,
        /// `c2c` or `r2c`.
        plan: &'static str,
        /// Element type of the input.
        input: &'static str,
        /// Element type of the output.
        output: &'static str,
        /// The pairs that are legal.
        expected: &'static str,
    },
    /// The workspace has the wrong element type.
    #[error("workspace holds {given}, but this transform works in {expected}")]
    WorkspaceElements {
        /// Element type of the workspace.
        given: &'static str,
        /// Element type that it must have.
        expected: &'static str,
    },
    /// The workspace overlaps an array.
    #[error("workspace overlaps the {array}: give memory of its own, or none")]
    WorkspaceOverlap {
        /// `input` or `output`.
        array: &'static str,
    },
    /// A communicator cannot be used.
    #[error("the communicator {problem}")]
    Communicator {
        /// What is wrong with it and what to do.
        problem: String,
    },
    /// An MPI call failed.
    #[error("{call} failed: {message}")]
    Mpi {
        /// The MPI function.
        call: &'static str,
        /// What MPI says about it.
        message: String,
    },
    /// A call of a device's library failed.
    #[error("{call} failed: {message}")]
    Device {
        /// The function.
        call: String,
        /// What the library says about it.
        message: String,
    },
    /// An array is not in the memory of the plan's device.
    #[error(
        "{array} is in {found} (at {address:#x}), but this plan transforms the memory of {device}: copy it there, or make the plan for where it is"
    )]
    NotOnDevice {
        /// `input`, `output` or `workspace`.
        array: &'static str,
        /// Its address.
        address: u64,
        /// Where it is.
        found: String,
        /// The device of the plan.
        device: String,
    },
    /// An address is not that of a device's memory.
    #[error(
        "no device of backend {name} has the memory at {address:#x}: use memory that heFFTe or the vendor's functions allocated"
    )]
    NoDeviceMemory {
        /// The address.
        address: u64,
        /// The name of the backend.
        name: &'static str,
    },
    /// There is no device of that number.
    #[error("device {given} does not exist: backend {name} has {count}, numbered from 0")]
    NoSuchDevice {
        /// The number.
        given: i32,
        /// The name of the backend.
        name: &'static str,
        /// How many there are.
        count: i32,
    },
    /// Memory of a device was asked for, for a backend that has none.
    #[error("backend {name} transforms host memory: use cufft or rocfft for the memory of a device")]
    HostBackend {
        /// Its name.
        name: &'static str,
    },
    /// Memory could not be had.
    #[error("could not allocate {bytes} bytes for the {what}: use more ranks or smaller boxes")]
    Allocation {
        /// What it was for.
        what: &'static str,
        /// How much.
        bytes: usize,
    },
    /// Threads could not be had.
    #[error("could not start {threads} threads: {reason}; ask for fewer (threads, HEFFTE_NUM_THREADS)")]
    Threads {
        /// How many.
        threads: usize,
        /// Why not.
        reason: String,
    },
    /// The ranks of a node cannot share memory; they exchange messages instead, so no caller sees this error.
    #[error("no memory can be shared: {reason}")]
    SharedMemory {
        /// Why.
        reason: String,
    },
    /// A file cannot be written.
    #[error("cannot write {file}: {reason}; name a place that is there and may be written to")]
    File {
        /// Its path.
        file: String,
        /// What the system says.
        reason: String,
    },
    /// An error found by the language layer above the library, in its own words.
    #[error("{message}")]
    Caller {
        /// What is wrong.
        message: String,
    },
    /// What another rank, or this one, found; every rank of the communicator returns the same.
    #[error("rank {rank}: {message}")]
    OnRank {
        /// The rank that found it.
        rank: usize,
        /// The kind of that error.
        kind: ErrorKind,
        /// The message of that error.
        message: String,
    },
}

impl Error {
    /// The class of this error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Error::UnknownBackend { .. }
            | Error::BackendNotBuilt { .. }
            | Error::BackendUnavailable { .. }
            | Error::Lines { .. }
            | Error::Device { .. } => ErrorKind::Backend,
            Error::Communicator { .. } | Error::Mpi { .. } => ErrorKind::Mpi,
            Error::Allocation { .. } | Error::SharedMemory { .. } | Error::Threads { .. } => ErrorKind::Memory,
            Error::File { .. } | Error::Wisdom { .. } => ErrorKind::File,
            Error::OnRank { kind, .. } => *kind,
            _ => ErrorKind::InvalidArgument,
        }
    }
}

/// A `Result` of this library.
pub type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [ErrorKind; 5] =
        [ErrorKind::InvalidArgument, ErrorKind::Backend, ErrorKind::Mpi, ErrorKind::Memory, ErrorKind::File];

    #[test]
    fn a_kind_survives_the_way_to_another_rank() {
        for kind in KINDS {
            assert_eq!(ErrorKind::from_code(kind as u8), kind);
            let told = Error::OnRank { rank: 3, kind, message: "it is so".to_owned() };
            assert_eq!((told.kind(), told.to_string().as_str()), (kind, "rank 3: it is so"));
        }
        assert_eq!(ErrorKind::from_code(KINDS.len() as u8), ErrorKind::Mpi);
    }

    #[test]
    fn each_class_of_errors_has_its_kind() {
        let reason = || "a reason".to_owned();
        let errors = [
            (Error::UnknownScale { given: 7 }, ErrorKind::InvalidArgument),
            (Error::Caller { message: reason() }, ErrorKind::InvalidArgument),
            (Error::BackendUnavailable { name: "mkl", value: 2, reason: reason() }, ErrorKind::Backend),
            (Error::Lines { library: "MKL", length: 8, reason: reason() }, ErrorKind::Backend),
            (Error::Device { call: "cuInit".to_owned(), message: reason() }, ErrorKind::Backend),
            (Error::Communicator { problem: reason() }, ErrorKind::Mpi),
            (Error::Mpi { call: "MPI_Wait", message: reason() }, ErrorKind::Mpi),
            (Error::Allocation { what: "workspace", bytes: 64 }, ErrorKind::Memory),
            (Error::Threads { threads: 2, reason: reason() }, ErrorKind::Memory),
            (Error::SharedMemory { reason: reason() }, ErrorKind::Memory),
            (Error::File { file: "trace".to_owned(), reason: reason() }, ErrorKind::File),
            (Error::Wisdom { file: "wisdom".to_owned(), reason: reason() }, ErrorKind::File),
        ];
        for (error, kind) in errors {
            assert_eq!(error.kind(), kind, "{error}");
        }
    }
}
