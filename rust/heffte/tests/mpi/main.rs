//! Tests of the library on several ranks: `mpiexec -n N` runs this program, and every rank runs every test.
//!
//! The last line is `N passed, N failed`, counted over all ranks; the exit status is 1 where a test failed on any. With the argument
//! `faults`, the tests are those in which libraries of others are missing or fail; with `fuzz <first> <count>`, so many more random
//! problems.

mod failures;
mod faults;
mod harness;
mod large;
mod lifetime;
mod memory;
mod oracle;
mod planning;
mod problem;
mod tracing;
mod transforms;
mod transports;
mod tuning;

use harness::Harness;

fn main() {
    let (universe, _) = mpi::initialize_with_threading(mpi::Threading::Serialized).expect("MPI starts once");
    let comm = universe.world();
    let mut harness = Harness::new(&comm);
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_part = match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["faults"] => {
            faults::run(&mut harness);
            true
        }
        ["fuzz", first, count] => {
            let number = |word: &str| word.parse::<u64>().expect("a number of problems");
            transforms::fuzz(&mut harness, number(first)..number(first) + number(count));
            true
        }
        others => panic!("{others:?}: give nothing, `faults`, or `fuzz <first> <count>`"),
    };
    if is_part {
        let failed = harness.summary();
        drop(universe);
        std::process::exit(i32::from(failed > 0));
    }
    transforms::run(&mut harness);
    transports::run(&mut harness);
    large::run(&mut harness);
    memory::run(&mut harness);
    planning::run(&mut harness);
    tuning::run(&mut harness);
    tracing::run(&mut harness);
    failures::run(&mut harness);
    let survivor = lifetime::run(&mut harness);
    let failed = harness.summary();
    drop(universe);
    // Nothing can be asserted about it any more; a crash would show in the exit status.
    drop(survivor);
    std::process::exit(i32::from(failed > 0));
}
