//! Transforms.

use std::ffi::c_int;

use engine::{Call, Direction, ElementType, Error, RawArray, Result, Scale};

use super::plan::{Class, heffte_abi_plan, plan_of};
use super::types::{
    HEFFTE_ABI_COMPLEX_DOUBLE, HEFFTE_ABI_COMPLEX_FLOAT, HEFFTE_ABI_DOUBLE, HEFFTE_ABI_FLOAT,
    HEFFTE_ABI_UNKNOWN_LENGTH, heffte_abi_array, heffte_abi_call,
};
use super::{coded, whole};

/// Does one transform, or a batch. Collective. Where an argument is wrong on any rank, no rank transforms anything, and all
/// have the same error; only a NULL `plan` is an error of its rank alone.
///
/// # Safety
/// `plan` is NULL, or was made by heffte_abi_create() and not freed; `call` is not NULL, and its arrays have the elements
/// that they say, or where they do not say, those that the plan needs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_execute(plan: *const heffte_abi_plan, call: *const heffte_abi_call) -> c_int {
    // SAFETY: by the caller's word.
    let given = unsafe { whole(call) };
    let is_backward = given.as_ref().is_ok_and(|call| call.is_backward != 0);
    // SAFETY: as above.
    let class = unsafe { plan.as_ref() }.map_or(Class::Fft3d, |plan| plan.class);
    coded(name_of(class, is_backward), || {
        // SAFETY: by the caller's word.
        unsafe { plan_of(plan)?.execute(given.and_then(|call| read(&call))) }
    })
}

fn name_of(class: Class, is_backward: bool) -> &'static str {
    match (class, is_backward) {
        (Class::Fft3d, false) => "heffte::fft3d::forward",
        (Class::Fft3d, true) => "heffte::fft3d::backward",
        (Class::Fft3dR2c, false) => "heffte::fft3d_r2c::forward",
        (Class::Fft3dR2c, true) => "heffte::fft3d_r2c::backward",
        (Class::Transform3d, false) => "heffte::transform3d::forward",
        (Class::Transform3d, true) => "heffte::transform3d::backward",
    }
}

/// What a rank wants to be done, as the library has it.
fn read(call: &heffte_abi_call) -> Result<Call> {
    if call.missing > 0 {
        return Err(Error::Allocation { what: "output", bytes: call.missing });
    }
    let batch = usize::try_from(call.batch).ok().filter(|batch| *batch > 0);
    Ok(Call {
        direction: if call.is_backward == 0 { Direction::Forward } else { Direction::Backward },
        input: array(&call.input)?,
        output: array(&call.output)?,
        workspace: if call.workspace.data.is_null() { None } else { Some(array(&call.workspace)?) },
        batch: batch
            .ok_or_else(|| Error::Caller { message: format!("batch_size is {}: it must be 1 or more", call.batch) })?,
        scale: Scale::try_from(i64::from(call.scale))?,
        stream: call.stream as usize,
    })
}

fn array(given: &heffte_abi_array) -> Result<RawArray> {
    let element = match given.element {
        HEFFTE_ABI_FLOAT => ElementType::Float32,
        HEFFTE_ABI_DOUBLE => ElementType::Float64,
        HEFFTE_ABI_COMPLEX_FLOAT => ElementType::Complex64,
        HEFFTE_ABI_COMPLEX_DOUBLE => ElementType::Complex128,
        unknown => return Err(Error::Caller { message: format!("element type {unknown} is unknown: use 0 to 3") }),
    };
    let len = (given.length != HEFFTE_ABI_UNKNOWN_LENGTH).then(|| usize::try_from(given.length).unwrap_or(0));
    Ok(RawArray { address: given.data.cast(), len, element })
}
