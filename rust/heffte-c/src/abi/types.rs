//! The structs and constants that the C++ headers share with the library.

use std::ffi::{c_int, c_longlong, c_void};

use engine::Result;
use engine::geometry::{Box3d, Order};

use super::Growing;

/// The call did what it was asked to.
pub const HEFFTE_ABI_SUCCESS: c_int = 0;
/// An argument was wrong: std::invalid_argument.
pub const HEFFTE_ABI_INVALID_ARGUMENT: c_int = 1;
/// Anything else was wrong: std::runtime_error.
pub const HEFFTE_ABI_FAILURE: c_int = 2;

/// All ranks take part in the stages between the boxes.
pub const HEFFTE_ABI_ALL: c_int = 0;
/// The first `value` ranks do.
pub const HEFFTE_ABI_FIRST: c_int = 1;
/// Those whose `value` is not 0 do.
pub const HEFFTE_ABI_MEMBERS: c_int = 2;

/// Elements of float.
pub const HEFFTE_ABI_FLOAT: c_int = 0;
/// Elements of double.
pub const HEFFTE_ABI_DOUBLE: c_int = 1;
/// Elements of two floats, the real part first.
pub const HEFFTE_ABI_COMPLEX_FLOAT: c_int = 2;
/// Elements of two doubles, the real part first.
pub const HEFFTE_ABI_COMPLEX_DOUBLE: c_int = 3;

/// The length of an array where only the caller knows it.
pub const HEFFTE_ABI_UNKNOWN_LENGTH: c_longlong = -1;

/// The points of a box, both corners inclusive, and their order in memory.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct heffte_abi_box {
    /// The first point.
    pub low: [c_longlong; 3],
    /// The last point.
    pub high: [c_longlong; 3],
    /// The dimensions from the fastest-varying to the slowest.
    pub order: [c_int; 3],
}

impl heffte_abi_box {
    pub(super) fn read(&self, argument: &'static str) -> Result<Box3d> {
        Ok(Box3d::new(self.low, self.high).with_order(Order::new(self.order.map(i64::from), argument)?))
    }
}

impl From<Box3d> for heffte_abi_box {
    fn from(b: Box3d) -> heffte_abi_box {
        heffte_abi_box { low: b.low, high: b.high, order: b.order.dimensions().map(|d| d as c_int) }
    }
}

/// What one rank says about its plan. All but the boxes and a member's `value` is the same on all ranks.
#[repr(C)]
pub struct heffte_abi_spec {
    /// sizeof(heffte_abi_spec) where the program was compiled.
    pub struct_size: usize,
    /// The backend by its number in the C interface.
    pub backend: c_int,
    /// What happens along each axis: Heffte_AXIS_C2C and its siblings in the C interface.
    pub kinds: [c_int; 3],
    /// The axis that is real-to-complex, whatever its kind says; -1 for none.
    pub r2c_direction: c_int,
    /// Nonzero where a backward transform is to be twice the usual along each real-to-real axis.
    pub doubles_backward: c_int,
    /// This rank's points before a forward transform.
    pub inbox: heffte_abi_box,
    /// This rank's points after it.
    pub outbox: heffte_abi_box,
    /// The members of heffte::plan_options.
    pub use_reorder: c_int,
    /// How data travels, by its number in heffte::reshape_algorithm.
    pub algorithm: c_int,
    /// Nonzero to transform one axis at a time.
    pub use_pencils: c_int,
    /// Nonzero to hand device memory to MPI.
    pub use_gpu_aware: c_int,
    /// Which ranks take part in the stages between the boxes: HEFFTE_ABI_ALL and its siblings.
    pub participants: c_int,
    /// What that needs to know.
    pub value: c_int,
    /// Nonzero where the program has chosen the kinds one by one, by heffte::transform3d, which messages then name.
    pub has_kinds: c_int,
    /// What FFTW spends on planning, by its number in heffte::planning_effort: 0 for the default of the process.
    pub effort: c_int,
}

// SAFETY: integers, the first of which is the size.
unsafe impl Growing for heffte_abi_spec {}

/// Elements of this rank.
#[repr(C)]
pub struct heffte_abi_sizes {
    /// Of the inbox.
    pub inbox: c_longlong,
    /// Of the outbox.
    pub outbox: c_longlong,
    /// That a workspace must have for each transform of a batch.
    pub workspace: c_longlong,
    /// The part of it that holds messages.
    pub comm_buffers: c_longlong,
}

/// An array.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct heffte_abi_array {
    /// Its first element; may be NULL where no element is needed.
    pub data: *mut c_void,
    /// Its elements, or HEFFTE_ABI_UNKNOWN_LENGTH.
    pub length: c_longlong,
    /// Their type: HEFFTE_ABI_FLOAT and its siblings.
    pub element: c_int,
}

/// One collective transform.
#[repr(C)]
pub struct heffte_abi_call {
    /// sizeof(heffte_abi_call) where the program was compiled.
    pub struct_size: usize,
    /// Zero forward, nonzero backward.
    pub is_backward: c_int,
    /// The number of transforms, whose arrays lie one after the other.
    pub batch: c_int,
    /// The factor, by its number in heffte::scale.
    pub scale: c_int,
    /// What is read.
    pub input: heffte_abi_array,
    /// What is written; may be the input where both have elements of one type.
    pub output: heffte_abi_array,
    /// Elements of the type that the transform works in; `data` NULL stands for a workspace of the plan's own.
    pub workspace: heffte_abi_array,
    /// Bytes that the program could not allocate for the output, which is an error on all ranks; 0 where it could.
    pub missing: usize,
    /// The stream of the device; NULL is the default one.
    pub stream: *mut c_void,
}

// SAFETY: as above, and addresses that may be null.
unsafe impl Growing for heffte_abi_call {}
