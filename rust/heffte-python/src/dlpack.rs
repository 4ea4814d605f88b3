//! What a capsule of DLPack says of its array. Layouts are those of DLPack's header, versions 0.8 and 1.

use std::ffi::{CStr, c_void};

use heffte::Error;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyCapsuleMethods};

use crate::errors::exception;

const OF_OLD: &CStr = c"dltensor";
const VERSIONED: &CStr = c"dltensor_versioned";

/// The major version of the layout of a capsule that has one.
const MAJOR: u32 = 1;
/// A flag of such a capsule: nobody may write the array.
const READ_ONLY: u64 = 1;

/// `DLTensor`.
#[repr(C)]
struct Tensor {
    data: *mut c_void,
    device_kind: i32,
    device_number: i32,
    dimensions: i32,
    code: u8,
    bits: u8,
    lanes: u16,
    shape: *const i64,
    strides: *const i64,
    offset: u64,
}

/// `DLManagedTensorVersioned`.
#[repr(C)]
struct Versioned {
    major: u32,
    minor: u32,
    manager: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut Versioned)>,
    flags: u64,
    tensor: Tensor,
}

/// Kind and number of the device, address, shape, elements between neighbours along each axis, numpy's name of the type, whether it is read-only.
type Description = (i32, i32, usize, Vec<i64>, Option<Vec<i64>>, String, bool);

/// Reads a capsule, which stays with its owner: its array is there as long as it is.
#[pyfunction]
pub fn dlpack(capsule: &Bound<'_, PyCapsule>) -> PyResult<Description> {
    if capsule.is_valid_checked(Some(OF_OLD)) {
        // A `DLManagedTensor` begins with its tensor.
        let tensor = capsule.pointer_checked(Some(OF_OLD))?.cast::<Tensor>();
        // SAFETY: by its name the capsule has one.
        return unsafe { described(tensor.as_ref(), false) };
    }
    let versioned = capsule.pointer_checked(Some(VERSIONED))?.cast::<Versioned>();
    // SAFETY: by its name the capsule has one; versions come first in all of them.
    let major = unsafe { (&raw const (*versioned.as_ptr()).major).read() };
    if major != MAJOR {
        return Err(refused(format!("version {major} of DLPack is not known: pass an array of version {MAJOR}")));
    }
    // SAFETY: of this version it has these fields.
    unsafe { described(&versioned.as_ref().tensor, versioned.as_ref().flags & READ_ONLY != 0) }
}

/// # Safety
/// The shape has as many numbers as there are dimensions; so have the strides, if there are any.
unsafe fn described(tensor: &Tensor, is_read_only: bool) -> PyResult<Description> {
    let list = |numbers: *const i64| -> Option<Vec<i64>> {
        let count = usize::try_from(tensor.dimensions).unwrap_or(0);
        // SAFETY: by the caller's word.
        (!numbers.is_null()).then(|| unsafe { std::slice::from_raw_parts(numbers, count) }.to_vec())
    };
    let kind = match tensor.code {
        0 => "int",
        1 => "uint",
        2 => "float",
        5 => "complex",
        _ => "",
    };
    if kind.is_empty() || tensor.lanes != 1 {
        let Tensor { code, bits, lanes, .. } = tensor;
        let message =
            format!("elements of DLPack's type {code} with {bits} bits and {lanes} lanes are no numbers of numpy");
        return Err(refused(message));
    }
    let address = (tensor.data as usize).wrapping_add(tensor.offset as usize);
    let shape = list(tensor.shape).unwrap_or_default();
    let name = format!("{kind}{}", tensor.bits);
    Ok((tensor.device_kind, tensor.device_number, address, shape, list(tensor.strides), name, is_read_only))
}

fn refused(message: String) -> PyErr {
    exception(&Error::Caller { message })
}
