//! The sixteen transforms: each names its direction and element types, and [`run`] does the rest.

use std::ffi::{c_int, c_void};

use engine::Direction::{Backward, Forward};
use engine::ElementType::{Complex64, Complex128, Float32, Float64};
use engine::{Call, Direction, ElementType, RawArray, Scale};

use crate::guard::guarded;
use crate::query::plan_of;
use crate::types::heffte_plan;

/// The arrays of a call: input, output, and the workspace, which may be null.
type Arrays = ((*const c_void, ElementType), (*mut c_void, ElementType), *mut c_void);

/// # Safety
/// `plan` is null or one of ours; the arrays are as long as the plan wants them.
unsafe fn run(
    function: &'static str,
    plan: heffte_plan,
    direction: Direction,
    (input, output, workspace): Arrays,
    scale: c_int,
) {
    let array = |address: *mut c_void, element| RawArray { address: address.cast(), len: None, element };
    let result = guarded(function, || {
        // SAFETY: by the caller's word.
        let plan = unsafe { plan_of(plan) }?.1;
        let call = Call {
            direction,
            input: array(input.0.cast_mut(), input.1),
            output: array(output.0, output.1),
            workspace: (!workspace.is_null()).then(|| array(workspace, input.1.to_complex())),
            batch: 1,
            // Any other integer means none; that is heFFTe's rule.
            scale: Scale::try_from(i64::from(scale)).unwrap_or_default(),
        };
        // SAFETY: by the caller's word.
        unsafe { plan.execute(Ok(call)) }
    });
    if let Err(error) = result {
        // The function returns nothing, so a program that does not ask for the last error would never know.
        eprintln!("heffte: {function}: {error}");
    }
}

/// Forward transform from float to complex float, on c2c and r2c plans. Collective over the plan's communicator.
///
/// `input` has heffte_size_inbox() elements, `output` heffte_size_outbox(); both in the order of their boxes, and either may be NULL
/// where its box is empty. On a c2c plan real input counts as complex and the whole spectrum comes out; on an r2c plan the stored half.
/// Input and output may be the same array of one complex type on a c2c plan. `scale` is Heffte_SCALE_NONE, _FULL or _SYMMETRIC;
/// any other value means none.
///
/// Returns nothing: on an error no rank transforms anything, outputs stay as they were, heffte_last_error() tells why, and one line
/// goes to standard error.
///
/// # Safety
/// The plan is alive, and the arrays have as many elements as it wants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_forward_s2c(plan: heffte_plan, input: *const f32, output: *mut c_void, scale: c_int) {
    let arrays = ((input.cast(), Float32), (output, Complex64), std::ptr::null_mut());
    // SAFETY: by the caller's word.
    unsafe { run("heffte_forward_s2c", plan, Forward, arrays, scale) }
}

/// heffte_forward_s2c() with a workspace of heffte_size_workspace() complex float elements; NULL for the plan's own.
///
/// # Safety
/// The plan is alive, and the arrays have as many elements as it wants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_forward_s2c_buffered(
    plan: heffte_plan,
    input: *const f32,
    output: *mut c_void,
    workspace: *mut c_void,
    scale: c_int,
) {
    let arrays = ((input.cast(), Float32), (output, Complex64), workspace);
    // SAFETY: by the caller's word.
    unsafe { run("heffte_forward_s2c_buffered", plan, Forward, arrays, scale) }
}

/// Forward transform from complex float to complex float, on c2c plans only. Collective over the plan's communicator. See heffte_forward_s2c().
///
/// # Safety
/// The plan is alive, and the arrays have as many elements as it wants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_forward_c2c(
    plan: heffte_plan,
    input: *const c_void,
    output: *mut c_void,
    scale: c_int,
) {
    let arrays = ((input, Complex64), (output, Complex64), std::ptr::null_mut());
    // SAFETY: by the caller's word.
    unsafe { run("heffte_forward_c2c", plan, Forward, arrays, scale) }
}

/// heffte_forward_c2c() with a workspace of heffte_size_workspace() complex float elements; NULL for the plan's own.
///
/// # Safety
/// The plan is alive, and the arrays have as many elements as it wants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_forward_c2c_buffered(
    plan: heffte_plan,
    input: *const c_void,
    output: *mut c_void,
    workspace: *mut c_void,
    scale: c_int,
) {
    let arrays = ((input, Complex64), (output, Complex64), workspace);
    // SAFETY: by the caller's word.
    unsafe { run("heffte_forward_c2c_buffered", plan, Forward, arrays, scale) }
}

/// Forward transform from double to complex double, on c2c and r2c plans. Collective over the plan's communicator. See heffte_forward_s2c().
///
/// # Safety
/// The plan is alive, and the arrays have as many elements as it wants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_forward_d2z(plan: heffte_plan, input: *const f64, output: *mut c_void, scale: c_int) {
    let arrays = ((input.cast(), Float64), (output, Complex128), std::ptr::null_mut());
    // SAFETY: by the caller's word.
    unsafe { run("heffte_forward_d2z", plan, Forward, arrays, scale) }
}

/// heffte_forward_d2z() with a workspace of heffte_size_workspace() complex double elements; NULL for the plan's own.
///
/// # Safety
/// The plan is alive, and the arrays have as many elements as it wants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_forward_d2z_buffered(
    plan: heffte_plan,
    input: *const f64,
    output: *mut c_void,
    workspace: *mut c_void,
    scale: c_int,
) {
    let arrays = ((input.cast(), Float64), (output, Complex128), workspace);
    // SAFETY: by the caller's word.
    unsafe { run("heffte_forward_d2z_buffered", plan, Forward, arrays, scale) }
}

/// Forward transform from complex double to complex double, on c2c plans only. Collective over the plan's communicator. See heffte_forward_s2c().
///
/// # Safety
/// The plan is alive, and the arrays have as many elements as it wants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_forward_z2z(
    plan: heffte_plan,
    input: *const c_void,
    output: *mut c_void,
    scale: c_int,
) {
    let arrays = ((input, Complex128), (output, Complex128), std::ptr::null_mut());
    // SAFETY: by the caller's word.
    unsafe { run("heffte_forward_z2z", plan, Forward, arrays, scale) }
}

/// heffte_forward_z2z() with a workspace of heffte_size_workspace() complex double elements; NULL for the plan's own.
///
/// # Safety
/// The plan is alive, and the arrays have as many elements as it wants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_forward_z2z_buffered(
    plan: heffte_plan,
    input: *const c_void,
    output: *mut c_void,
    workspace: *mut c_void,
    scale: c_int,
) {
    let arrays = ((input, Complex128), (output, Complex128), workspace);
    // SAFETY: by the caller's word.
    unsafe { run("heffte_forward_z2z_buffered", plan, Forward, arrays, scale) }
}

/// Backward transform from complex float to float, on c2c and r2c plans. Collective over the plan's communicator.
///
/// `input` has heffte_size_outbox() elements and is not changed, `output` heffte_size_inbox(). On a c2c plan the imaginary part of the
/// result is dropped. Scales and errors are as for heffte_forward_s2c().
///
/// # Safety
/// The plan is alive, and the arrays have as many elements as it wants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_backward_c2s(plan: heffte_plan, input: *const c_void, output: *mut f32, scale: c_int) {
    let arrays = ((input, Complex64), (output.cast(), Float32), std::ptr::null_mut());
    // SAFETY: by the caller's word.
    unsafe { run("heffte_backward_c2s", plan, Backward, arrays, scale) }
}

/// heffte_backward_c2s() with a workspace of heffte_size_workspace() complex float elements; NULL for the plan's own.
///
/// # Safety
/// The plan is alive, and the arrays have as many elements as it wants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_backward_c2s_buffered(
    plan: heffte_plan,
    input: *const c_void,
    output: *mut f32,
    workspace: *mut c_void,
    scale: c_int,
) {
    let arrays = ((input, Complex64), (output.cast(), Float32), workspace);
    // SAFETY: by the caller's word.
    unsafe { run("heffte_backward_c2s_buffered", plan, Backward, arrays, scale) }
}

/// Backward transform from complex float to complex float, on c2c plans only. Collective over the plan's communicator. See heffte_backward_c2s().
///
/// # Safety
/// The plan is alive, and the arrays have as many elements as it wants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_backward_c2c(
    plan: heffte_plan,
    input: *const c_void,
    output: *mut c_void,
    scale: c_int,
) {
    let arrays = ((input, Complex64), (output, Complex64), std::ptr::null_mut());
    // SAFETY: by the caller's word.
    unsafe { run("heffte_backward_c2c", plan, Backward, arrays, scale) }
}

/// heffte_backward_c2c() with a workspace of heffte_size_workspace() complex float elements; NULL for the plan's own.
///
/// # Safety
/// The plan is alive, and the arrays have as many elements as it wants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_backward_c2c_buffered(
    plan: heffte_plan,
    input: *const c_void,
    output: *mut c_void,
    workspace: *mut c_void,
    scale: c_int,
) {
    let arrays = ((input, Complex64), (output, Complex64), workspace);
    // SAFETY: by the caller's word.
    unsafe { run("heffte_backward_c2c_buffered", plan, Backward, arrays, scale) }
}

/// Backward transform from complex double to double, on c2c and r2c plans. Collective over the plan's communicator. See heffte_backward_c2s().
///
/// # Safety
/// The plan is alive, and the arrays have as many elements as it wants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_backward_z2d(plan: heffte_plan, input: *const c_void, output: *mut f64, scale: c_int) {
    let arrays = ((input, Complex128), (output.cast(), Float64), std::ptr::null_mut());
    // SAFETY: by the caller's word.
    unsafe { run("heffte_backward_z2d", plan, Backward, arrays, scale) }
}

/// heffte_backward_z2d() with a workspace of heffte_size_workspace() complex double elements; NULL for the plan's own.
///
/// # Safety
/// The plan is alive, and the arrays have as many elements as it wants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_backward_z2d_buffered(
    plan: heffte_plan,
    input: *const c_void,
    output: *mut f64,
    workspace: *mut c_void,
    scale: c_int,
) {
    let arrays = ((input, Complex128), (output.cast(), Float64), workspace);
    // SAFETY: by the caller's word.
    unsafe { run("heffte_backward_z2d_buffered", plan, Backward, arrays, scale) }
}

/// Backward transform from complex double to complex double, on c2c plans only. Collective over the plan's communicator. See heffte_backward_c2s().
///
/// # Safety
/// The plan is alive, and the arrays have as many elements as it wants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_backward_z2z(
    plan: heffte_plan,
    input: *const c_void,
    output: *mut c_void,
    scale: c_int,
) {
    let arrays = ((input, Complex128), (output, Complex128), std::ptr::null_mut());
    // SAFETY: by the caller's word.
    unsafe { run("heffte_backward_z2z", plan, Backward, arrays, scale) }
}

/// heffte_backward_z2z() with a workspace of heffte_size_workspace() complex double elements; NULL for the plan's own.
///
/// # Safety
/// The plan is alive, and the arrays have as many elements as it wants.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_backward_z2z_buffered(
    plan: heffte_plan,
    input: *const c_void,
    output: *mut c_void,
    workspace: *mut c_void,
    scale: c_int,
) {
    let arrays = ((input, Complex128), (output, Complex128), workspace);
    // SAFETY: by the caller's word.
    unsafe { run("heffte_backward_z2z_buffered", plan, Backward, arrays, scale) }
}
