//! `convolution`: the time of a convolution by way of transforms, with heFFTe's arguments and output.

use std::process::ExitCode;

fn main() -> ExitCode {
    heffte_bench::speed3d::main(heffte_bench::speed3d::Kind::Convolution)
}
