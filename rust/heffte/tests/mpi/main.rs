//! Tests of the library on several ranks: `mpiexec -n N` runs this program, and every rank runs every test.
//!
//! The last line is `N passed, N failed`, counted over all ranks; the exit status is 1 where a test failed on any. With the argument
//! `faults <which>`, the tests are those of what goes wrong outside the library; with `threads`, those of several threads that call
//! MPI; with `fuzz <first> <count>`, so many more random problems; with
//! `devices <backends>`, those of backends that work on devices; with `big`, one with a message of more than 2^31 bytes.

mod arrays;
mod big;
mod devices;
mod failures;
mod faults;
mod harness;
mod large;
mod lifetime;
mod memory;
mod oracle;
mod planning;
mod problem;
mod threads;
mod tracing;
mod transforms;
mod transports;
mod tuning;

use harness::Harness;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let threading = if arguments == ["threads"] { mpi::Threading::Multiple } else { mpi::Threading::Serialized };
    let (universe, _) = mpi::initialize_with_threading(threading).expect("MPI starts once");
    let comm = universe.world();
    let mut harness = Harness::new(&comm);
    let is_part = match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["faults", which @ ..] => {
            faults::run(&mut harness, which);
            true
        }
        ["threads"] => {
            threads::run(&mut harness);
            true
        }
        ["big"] => {
            big::run(&mut harness);
            true
        }
        ["devices", which @ ..] => {
            devices::run(&mut harness, which);
            true
        }
        ["fuzz", first, count] => {
            let number = |word: &str| word.parse::<u64>().expect("a number of problems");
            transforms::fuzz(&mut harness, number(first)..number(first) + number(count));
            true
        }
        others => panic!(
            "{others:?}: give nothing, `faults <which>`, `threads`, `fuzz <first> <count>`, `devices <backends>` or `big`"
        ),
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
    faults::run_harmless(&mut harness);
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
