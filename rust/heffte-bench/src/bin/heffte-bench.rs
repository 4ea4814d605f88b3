//! `heffte-bench`: comparisons of this library with others, and the tables made of them.

use std::process::ExitCode;

fn main() -> ExitCode {
    heffte_bench::compare::main()
}
