//! `speed3d_r2c`: the time of a transform of real data, with heFFTe's arguments and output.

use std::process::ExitCode;

fn main() -> ExitCode {
    heffte_bench::speed3d::main(heffte_bench::speed3d::Kind::R2c)
}
