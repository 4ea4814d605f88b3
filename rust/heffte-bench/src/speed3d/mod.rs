//! `speed3d_c2c`, `speed3d_r2c`, `speed3d_r2r` and `convolution`: heFFTe's arguments, and its output to the byte, because tools parse it.
//!
//! Unlike heFFTe's, these programs end with a code other than 0 when the numbers or the arguments are wrong.

mod arguments;
mod arrays;
mod convolution;
mod data;
mod grids;
mod library;
mod measure;
mod report;
mod usage;

use std::process::ExitCode;

use mpi::topology::SimpleCommunicator;
use mpi::traits::*;

use arguments::{Problem, Request};
use measure::Measured;

/// What is transformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Complex data, in place.
    C2c,
    /// Real data, out of place, to half of its spectrum.
    R2c,
    /// Real data by cosines or sines, in place.
    R2r,
    /// Two complex fields, to their convolution.
    Convolution,
}

impl Kind {
    /// The program that transforms it.
    #[must_use]
    pub fn program(self) -> &'static str {
        match self {
            Kind::C2c => "speed3d_c2c",
            Kind::R2c => "speed3d_r2c",
            Kind::R2r => "speed3d_r2r",
            Kind::Convolution => "convolution",
        }
    }
}

/// What the program ends with where its arguments are wrong.
const BAD_ARGUMENTS: u8 = 2;

/// The whole program.
#[must_use]
pub fn main(kind: Kind) -> ExitCode {
    let Some(universe) = mpi::initialize() else {
        eprintln!("MPI cannot be initialised");
        return ExitCode::FAILURE;
    };
    let comm = universe.world();
    // Every rank comes to the same end; one says so.
    let say = |text: &str| {
        if comm.rank() == 0 {
            print!("{text}");
        }
    };
    match arguments::parse(kind, std::env::args().skip(1)) {
        Request::Usage { complaint: None } => {
            say(&usage::text(kind));
            ExitCode::SUCCESS
        }
        Request::Usage { complaint: Some(complaint) } => {
            say(&format!("{complaint}{}", usage::text(kind)));
            ExitCode::from(BAD_ARGUMENTS)
        }
        Request::Refuse(message) => {
            say(&message);
            ExitCode::from(BAD_ARGUMENTS)
        }
        Request::Run(problem) => match measure(&comm, &problem) {
            Ok(measured) => {
                say(&report::text(&problem, &measured));
                if measured.is_right(&problem) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
            }
            Err(error) => {
                say(&format!("Error: {error:#}\n"));
                ExitCode::from(BAD_ARGUMENTS)
            }
        },
    }
}

/// Measures, inside a trace where one is wanted.
fn measure(comm: &SimpleCommunicator, problem: &Problem) -> anyhow::Result<Measured> {
    if problem.is_traced {
        heffte::trace::start(comm, problem.trace_root())?;
    }
    let measured = measure_kind(comm, problem)?;
    // Nothing happens where there is no trace.
    heffte::trace::stop()?;
    Ok(measured)
}

fn measure_kind(comm: &SimpleCommunicator, problem: &Problem) -> anyhow::Result<Measured> {
    match (problem.kind, problem.precision.is_double) {
        (Kind::C2c, true) => measure::complex::<f64>(comm, problem),
        (Kind::C2c, false) => measure::complex::<f32>(comm, problem),
        (Kind::R2c, true) => measure::real::<f64>(comm, problem),
        (Kind::R2c, false) => measure::real::<f32>(comm, problem),
        (Kind::R2r, true) => measure::cosines::<f64>(comm, problem),
        (Kind::R2r, false) => measure::cosines::<f32>(comm, problem),
        (Kind::Convolution, true) => convolution::measure::<f64>(comm, problem),
        (Kind::Convolution, false) => convolution::measure::<f32>(comm, problem),
    }
}
