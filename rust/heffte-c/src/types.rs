//! The structs of the C interface, and the codes that functions return.

use std::ffi::{c_int, c_void};
use std::sync::atomic::AtomicUsize;

use engine::Plan;

/// The choices of a plan that change how a result is computed, never what it is.
/// heffte_set_default_options() fills it.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct heffte_plan_options {
    /// Nonzero to make lines contiguous before they are transformed; accepted, and without effect here.
    pub use_reorder: c_int,
    /// How data travels: Heffte_RESHAPE_ALGORITHM_ALLTOALLV, _P2P_PLINED, _P2P or _ALLTOALL.
    pub algorithm: c_int,
    /// Nonzero to transform one axis at a time, zero to transform whole planes where the boxes allow it.
    pub use_pencils: c_int,
    /// Nonzero to hand device memory to MPI where it can take it; without effect on the CPU.
    pub use_gpu_aware: c_int,
}

/// A plan. Programs may read the first two members; what the third points to is private.
#[repr(C)]
pub struct heffte_fft_plan {
    /// The backend: one of Heffte_BACKEND_STOCK and its siblings.
    pub backend_type: c_int,
    /// Nonzero for a plan of real data, whose spectrum is half stored.
    pub using_r2c: c_int,
    /// The plan itself.
    pub fft: *mut c_void,
}

/// What the third member of a plan points to.
pub(crate) struct Held {
    pub plan: Plan,
    /// The stream in which a plan of a device does its work.
    pub stream: AtomicUsize,
}

/// Handle of a plan; made by heffte_plan_create() and its kin, freed by heffte_plan_destroy().
pub type heffte_plan = *mut heffte_fft_plan;

/// Everything went well.
pub(crate) const SUCCESS: c_int = 0;
/// The backend is unknown or not in this build.
pub(crate) const BAD_BACKEND: c_int = 1;
/// Anything else went wrong.
pub(crate) const FAILURE: c_int = 2;
/// A plan to be destroyed holds a backend that does not exist.
pub(crate) const BAD_PLAN: c_int = 3;
