//! `speed3d_r2r`: the time of a cosine or sine transform, with heFFTe's arguments and output.

use std::process::ExitCode;

fn main() -> ExitCode {
    heffte_bench::speed3d::main(heffte_bench::speed3d::Kind::R2r)
}
