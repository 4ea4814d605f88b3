//! What a caller may choose about a plan and a call: backend, options, scale, direction.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Once, OnceLock};

use crate::comm;
use crate::error::{Error, Result};

/// The factor that a transform applies to its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
#[repr(i32)]
pub enum Scale {
    /// No factor: forward followed by backward multiplies by the number of points.
    #[default]
    None = 0,
    /// One over the number of points of the real-space world.
    Full = 1,
    /// One over the square root of that.
    Symmetric = 2,
}

impl TryFrom<i64> for Scale {
    type Error = Error;

    fn try_from(value: i64) -> Result<Scale> {
        match value {
            0 => Ok(Scale::None),
            1 => Ok(Scale::Full),
            2 => Ok(Scale::Symmetric),
            given => Err(Error::UnknownScale { given }),
        }
    }
}

/// Which way a transform goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Real space to wave space: `X[k] = Σ x[j] exp(−2πi jk/N)`.
    Forward,
    /// Wave space to real space: the opposite sign, no factor.
    Backward,
}

impl Direction {
    /// The word for it in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Direction::Forward => "forward",
            Direction::Backward => "backward",
        }
    }
}

/// How data travels between ranks. The numbers are heFFTe's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
#[repr(i32)]
pub enum Transport {
    /// `MPI_Alltoallv` with exact counts.
    #[default]
    Alltoallv = 0,
    /// Messages between pairs, all begun at once.
    P2pPlined = 1,
    /// Messages between pairs, with blocking sends.
    P2p = 2,
    /// `MPI_Alltoall` with blocks padded to the largest.
    Alltoall = 3,
}

impl Transport {
    /// heFFTe's name of the algorithm.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Transport::Alltoallv => "alltoallv",
            Transport::P2pPlined => "p2p_plined",
            Transport::P2p => "p2p",
            Transport::Alltoall => "alltoall",
        }
    }
}

impl TryFrom<i64> for Transport {
    type Error = Error;

    fn try_from(value: i64) -> Result<Transport> {
        [Transport::Alltoallv, Transport::P2pPlined, Transport::P2p, Transport::Alltoall]
            .into_iter()
            .find(|transport| *transport as i64 == value)
            .ok_or(Error::UnknownAlgorithm { given: value })
    }
}

/// What a backend that can plan its transforms of lines spends on that: FFTW can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
#[repr(i32)]
pub enum PlanningEffort {
    /// A guess, at once.
    #[default]
    Estimate = 0,
    /// Some ways are tried when lines of a length are first transformed, which takes up to seconds.
    Measure = 1,
    /// Many ways are, which takes up to minutes.
    Patient = 2,
}

impl PlanningEffort {
    /// All efforts, the least first.
    pub const ALL: [PlanningEffort; 3] = [PlanningEffort::Estimate, PlanningEffort::Measure, PlanningEffort::Patient];

    /// FFTW's word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            PlanningEffort::Estimate => "estimate",
            PlanningEffort::Measure => "measure",
            PlanningEffort::Patient => "patient",
        }
    }
}

impl TryFrom<i64> for PlanningEffort {
    type Error = Error;

    fn try_from(value: i64) -> Result<PlanningEffort> {
        let found = PlanningEffort::ALL.into_iter().find(|effort| *effort as i64 == value);
        found.ok_or_else(|| Error::UnknownEffort { given: value.to_string() })
    }
}

impl TryFrom<&str> for PlanningEffort {
    type Error = Error;

    fn try_from(name: &str) -> Result<PlanningEffort> {
        let found = PlanningEffort::ALL.into_iter().find(|effort| effort.name() == name);
        found.ok_or_else(|| Error::UnknownEffort { given: format!("{name:?}") })
    }
}

/// The ranks that take part in the stages between the input and the output boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Participants {
    /// All ranks of the communicator.
    #[default]
    All,
    /// The first so many ranks.
    First(i64),
    /// The ranks that say `true`, or all where none does; each rank speaks for itself.
    Member(bool),
}

/// The choices of a plan that change how the result is computed, never what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanOptions {
    /// Whether lines are made contiguous before they are transformed. Accepted for heFFTe's sake; the sweeps of this
    /// library always bring lines into a contiguous tile.
    pub use_reorder: bool,
    /// How data travels between ranks.
    pub transport: Transport,
    /// Transform one axis per stage (`true`), or whole planes where the boxes allow it (`false`).
    pub use_pencils: bool,
    /// Whether MPI may be given device memory. Without effect on the CPU.
    pub use_gpu_aware: bool,
    /// The ranks of the intermediate stages.
    pub participants: Participants,
    /// Whether ranks of one node read each other's memory instead of sending messages. Where memory cannot be shared,
    /// messages are sent all the same.
    pub use_shared_memory: bool,
    /// Whether the likely ways are tried when a plan is made, and the fastest is kept, whatever `transport` says; else an
    /// estimate decides. Costs some transforms, unless the file that `HEFFTE_WISDOM` names remembers the outcome.
    pub tune: bool,
    /// What the backend spends on planning its transforms of lines. Ranks may differ.
    pub effort: PlanningEffort,
    /// Threads of each rank; at least 1. Ranks may have different numbers.
    pub threads: usize,
    /// Treats boxes of any size as large ones, which changes how they are worked on. The same on all ranks.
    #[doc(hidden)]
    pub treat_as_large: bool,
    /// Takes so many neighbouring ranks for a node; 0 for nodes as they are.
    #[doc(hidden)]
    pub pretended_node: usize,
    /// The largest count that one MPI call may be given, in elements; what exceeds it goes in chunks.
    #[doc(hidden)]
    pub count_limit: i64,
}

impl Default for PlanOptions {
    fn default() -> PlanOptions {
        PlanOptions {
            use_reorder: true,
            transport: Transport::Alltoallv,
            use_pencils: true,
            use_gpu_aware: true,
            participants: Participants::All,
            use_shared_memory: shared_memory_is_wanted(),
            tune: tuning_is_wanted(),
            effort: wanted_effort(),
            threads: default_threads(),
            treat_as_large: false,
            pretended_node: 0,
            count_limit: i64::from(i32::MAX),
        }
    }
}

/// Whether the environment asks to tune plans: `HEFFTE_TUNE=1` does.
fn tuning_is_wanted() -> bool {
    std::env::var("HEFFTE_TUNE").is_ok_and(|value| matches!(value.as_str(), "1" | "on" | "ON" | "yes"))
}

/// Whether the environment lets ranks share memory: `HEFFTE_SHARED_MEMORY=0` does not.
fn shared_memory_is_wanted() -> bool {
    std::env::var("HEFFTE_SHARED_MEMORY").map_or(true, |value| !matches!(value.as_str(), "0" | "off" | "OFF" | "no"))
}

/// The number of the effort that the program has chosen, if it has.
static CHOSEN_EFFORT: AtomicI32 = AtomicI32::new(-1);

/// Sets the effort of options that are made from now on in this process, whatever the environment asks for. Not collective; ranks may
/// differ.
pub fn set_planning_effort(effort: PlanningEffort) {
    CHOSEN_EFFORT.store(effort as i32, Ordering::Relaxed);
}

/// The effort of planning that the program has chosen, or that the environment asks for: `HEFFTE_FFTW_PLANNER`. A word that is none is
/// a warning, once.
fn wanted_effort() -> PlanningEffort {
    static WANTED: OnceLock<PlanningEffort> = OnceLock::new();
    let chosen = PlanningEffort::try_from(i64::from(CHOSEN_EFFORT.load(Ordering::Relaxed)));
    chosen.unwrap_or_else(|_| {
        *WANTED.get_or_init(|| {
            let Ok(word) = std::env::var("HEFFTE_FFTW_PLANNER") else { return PlanningEffort::default() };
            PlanningEffort::try_from(word.trim()).unwrap_or_else(|error| {
                eprintln!("heffte: warning: HEFFTE_FFTW_PLANNER: {error}");
                PlanningEffort::default()
            })
        })
    })
}

/// The threads of a rank that the environment asks for by `HEFFTE_NUM_THREADS`; `None` where it is not set, or no number from 1.
pub fn wanted_threads() -> Option<usize> {
    std::env::var("HEFFTE_NUM_THREADS").ok()?.trim().parse().ok().filter(|threads| *threads > 0)
}

/// The same, or 1; what is no number is a warning, once, on the first rank of the program.
fn default_threads() -> usize {
    static SAID: Once = Once::new();
    wanted_threads().unwrap_or_else(|| {
        let given = std::env::var_os("HEFFTE_NUM_THREADS").unwrap_or_default();
        // Before MPI runs nobody knows which rank this is.
        if !given.is_empty() && comm::world_rank().is_ok_and(|rank| rank == 0) {
            SAID.call_once(|| {
                let given = given.to_string_lossy();
                eprintln!("heffte: warning: HEFFTE_NUM_THREADS is {given}, which is no number of threads: 1 is taken");
            });
        }
        1
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_heffte_and_others_are_errors() {
        let names = ["alltoallv", "p2p_plined", "p2p", "alltoall"];
        for (number, name) in (0_i64..).zip(names) {
            assert_eq!(Transport::try_from(number).expect("it is known").name(), name);
        }
        for number in [-1_i64, 4, i64::MAX] {
            assert_eq!(Transport::try_from(number), Err(Error::UnknownAlgorithm { given: number }));
        }
        let scales = [Scale::None, Scale::Full, Scale::Symmetric];
        assert_eq!([0_i64, 1, 2].map(|number| Scale::try_from(number).expect("it is known")), scales);
        assert_eq!(Scale::try_from(3_i64), Err(Error::UnknownScale { given: 3 }));
        assert_eq!([Direction::Forward, Direction::Backward].map(Direction::name), ["forward", "backward"]);
    }

    #[test]
    fn an_effort_has_a_number_and_a_name_and_what_has_neither_is_an_error() {
        for (number, effort) in (0_i64..).zip(PlanningEffort::ALL) {
            assert_eq!(PlanningEffort::try_from(number), Ok(effort));
            assert_eq!(PlanningEffort::try_from(effort.name()), Ok(effort));
        }
        let unknown = [PlanningEffort::try_from(3_i64), PlanningEffort::try_from("Measure")];
        let says = unknown.map(|effort| effort.expect_err("it is unknown").to_string());
        assert!(says[0].starts_with("planning effort 3 is unknown: use estimate (0)"), "{}", says[0]);
        assert!(says[1].starts_with("planning effort \"Measure\" is unknown: "), "{}", says[1]);
    }
}
