//! What goes wrong outside the library: calls of MPI, libraries of others, memory, processes.
//!
//! Some of it is once in a process, or the end of it, so these are runs of their own: `mpiexec -n N <this program> faults <which>`.

mod libraries;

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod cycles;
#[cfg(target_os = "linux")]
mod preloaded;
#[cfg(target_os = "linux")]
mod programs;
#[cfg(target_os = "linux")]
mod scarcity;
#[cfg(target_os = "linux")]
mod signals;

#[cfg(target_os = "linux")]
use mpi::traits::*;

use crate::harness::Harness;

/// Runs those of a kind: `libraries`, `calls`, `calls <turns>`, `cycles <count>`, `killed <way>` or `stopped <way> <seconds>`.
pub fn run(harness: &mut Harness<'_>, which: &[&str]) {
    match which {
        ["libraries"] => libraries::run(harness),
        #[cfg(target_os = "linux")]
        ["calls"] => {
            calls::run(harness);
            // More ranks than cores take long to agree, and would find nothing new.
            cycles::run(harness, if harness.comm.size() > 2 { 100 } else { 1000 });
        }
        #[cfg(target_os = "linux")]
        ["calls", turns] => calls::run_others(harness, turns.parse().expect("a number of calls")),
        #[cfg(target_os = "linux")]
        ["cycles", count] => cycles::run(harness, count.parse().expect("a number of plans")),
        #[cfg(target_os = "linux")]
        ["killed", way] => signals::killed(harness.comm, way),
        #[cfg(target_os = "linux")]
        ["stopped", way, seconds] => signals::stopped(harness, way, seconds.parse().expect("a number of seconds")),
        others => panic!("there are no faults {others:?} on this system"),
    }
}

/// Runs those after which all is as before.
pub fn run_harmless(harness: &mut Harness<'_>) {
    #[cfg(target_os = "linux")]
    scarcity::run(harness);
    #[cfg(not(target_os = "linux"))]
    let _ = harness;
}
