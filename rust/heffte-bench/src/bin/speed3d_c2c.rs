//! `speed3d_c2c`: the time of a complex transform, with heFFTe's arguments and output.

use std::process::ExitCode;

fn main() -> ExitCode {
    heffte_bench::speed3d::main(heffte_bench::speed3d::Kind::C2c)
}
