//! Distributed-memory fast Fourier transforms in Rust, with the interfaces of heFFTe 2.4.
//!
//! The points of a three-dimensional world lie in boxes on MPI ranks; a transform leaves its result in other boxes.
//! A [`Plan`] is made once, collectively, from what each rank says in its [`Spec`], and then transforms arrays of
//! `f32` or `f64`, real or complex, forward and backward.
//!
//! ```no_run
//! use heffte::geometry::{Box3d, split_world};
//! use heffte::{Plan, Scale, Spec};
//! use mpi::traits::*;
//!
//! # fn main() -> heffte::Result<()> {
//! let universe = mpi::initialize().expect("MPI is initialised once");
//! let comm = universe.world();
//! let slabs = split_world(&Box3d::of_size([64, 64, 64]), [1, 1, i64::from(comm.size())]);
//! let mine = slabs[comm.rank() as usize];
//!
//! let plan = Plan::new(&comm, Spec::c2c(mine, mine))?;
//! let input = vec![1.0_f64; plan.size_inbox()];
//! let mut output = vec![heffte::Complex::new(0.0, 0.0); plan.size_outbox()];
//! plan.forward(&input, &mut output, Scale::None)?;
//! # Ok(())
//! # }
//! ```
//!
//! # Layers
//! `geometry` (boxes, grids), `recipe` (what a plan will do; pure), `exchange` over `comm` (movement between ranks),
//! `backend` and `lines` (transforms of tiles of lines), `gpu` (the same in the memory of devices), `plan` (a recipe on a communicator). Each knows only those
//! before it.

#![warn(missing_docs)]

mod array;
mod axis;
mod backend;
mod comm;
mod error;
mod exchange;
mod files;
pub mod geometry;
mod gpu;
mod lines;
mod options;
mod plan;
pub mod recipe;
mod spec;
pub mod trace;

pub use array::{Element, ElementType, RawArray};
pub use axis::{AxisKind, Domain, R2rKind};
pub use backend::{BackendKind, fftw_export_wisdom, fftw_import_wisdom};
pub use comm::{comm_from_fortran, mpi_library_version};
pub use error::{Error, ErrorKind, Result};
pub use gpu::{DeviceArray, devices};
pub use num_complex::Complex;
pub use options::{
    Direction, Participants, PlanOptions, PlanningEffort, Scale, Transport, set_planning_effort, wanted_threads,
};
pub use plan::{Call, Plan};
pub use spec::Spec;
