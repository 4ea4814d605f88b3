//! The transforms: each names its direction and element types, and [`run`] does the rest.

use std::ffi::{c_int, c_void};
use std::io::Write;
use std::sync::atomic::Ordering;

use engine::Direction::{Backward, Forward};
use engine::ElementType::{Complex64, Complex128, Float32, Float64};
use engine::{Call, Direction, ElementType, Error, RawArray, Scale};

use crate::guard::{guarded, one_line};
use crate::query::held;
use crate::types::{Held, heffte_plan};

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
    // SAFETY: by the caller's word.
    let find = || unsafe { held(plan) };
    let result = guarded(function, || {
        let Held { plan, stream } = find()?;
        let call = Call {
            direction,
            input: array(input.0.cast_mut(), input.1),
            output: array(output.0, output.1),
            workspace: (!workspace.is_null()).then(|| array(workspace, plan.domain().working(input.1))),
            batch: 1,
            // Any other integer means none; that is heFFTe's rule.
            scale: Scale::try_from(i64::from(scale)).unwrap_or_default(),
            stream: stream.load(Ordering::Relaxed),
        };
        // SAFETY: by the caller's word.
        unsafe { plan.execute(Ok(call)) }
    });
    if let Err(error) = result {
        report(function, &error, find().ok().map(|held| held.plan.rank()));
    }
}

/// The functions return nothing, so a program that does not ask for the last error would never know of it: one line
/// goes to standard error, on one rank where all have the same.
#[cold]
fn report(function: &str, error: &Error, me: Option<usize>) {
    let speaker = match error {
        Error::OnRank { rank, .. } => Some(*rank),
        Error::Disagreement { ranks, .. } => Some(ranks.0),
        _ => None,
    };
    if speaker.is_none() || speaker == me {
        // Where standard error is closed or full there is no one left to tell.
        let _ = writeln!(std::io::stderr(), "heffte: {}", one_line(function, error));
    }
}

/// Forward transform of float to complex float, on c2c and r2c plans. Collective over the plan's communicator.
///
/// `input` has heffte_size_inbox() elements and is only read, `output` has heffte_size_outbox(); either may be NULL
/// where its box is empty. A c2c plan makes the full spectrum, an r2c plan the stored part of it. `scale` is
/// Heffte_SCALE_NONE, Heffte_SCALE_FULL (divide by the points of the real-space world) or Heffte_SCALE_SYMMETRIC
/// (divide by the square root of that); any other value means none. It is the same on all ranks.
///
/// Where an argument is wrong on any rank, no rank transforms anything and every `output` is as it was; all ranks have
/// the same heffte_last_error(), and one of them writes it to standard error. Only a NULL `plan` is an error of its
/// rank alone, and the others wait for it.
///
/// # Safety
/// `plan` is NULL, or was made by this library and not freed; the arrays have as many elements as said.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_forward_s2c(plan: heffte_plan, input: *const f32, output: *mut c_void, scale: c_int) {
    let arrays = ((input.cast(), Float32), (output, Complex64), std::ptr::null_mut());
    // SAFETY: by the caller's word.
    unsafe { run("heffte_forward_s2c", plan, Forward, arrays, scale) }
}

/// heffte_forward_s2c() with `workspace`, which has heffte_size_workspace() elements of complex float and overlaps
/// neither array; NULL stands for one that the plan keeps.
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

/// Forward transform of complex float to complex float, on plans without an r2c axis only.
/// `input` may be `output`, where that has room for both boxes. All else is as for heffte_forward_s2c().
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

/// heffte_forward_c2c() with `workspace`, which has heffte_size_workspace() elements of complex float and overlaps
/// neither array; NULL stands for one that the plan keeps.
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

/// Forward transform of double to complex double, on c2c and r2c plans. All else is as for heffte_forward_s2c().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_forward_d2z(plan: heffte_plan, input: *const f64, output: *mut c_void, scale: c_int) {
    let arrays = ((input.cast(), Float64), (output, Complex128), std::ptr::null_mut());
    // SAFETY: by the caller's word.
    unsafe { run("heffte_forward_d2z", plan, Forward, arrays, scale) }
}

/// heffte_forward_d2z() with `workspace`, which has heffte_size_workspace() elements of complex double and overlaps
/// neither array; NULL stands for one that the plan keeps.
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

/// Forward transform of complex double to complex double, on plans without an r2c axis only.
/// `input` may be `output`, where that has room for both boxes. All else is as for heffte_forward_s2c().
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

/// heffte_forward_z2z() with `workspace`, which has heffte_size_workspace() elements of complex double and overlaps
/// neither array; NULL stands for one that the plan keeps.
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

/// Backward transform of complex float to float, on c2c and r2c plans. Collective over the plan's communicator.
///
/// The reverse of heffte_forward_s2c(): `input` has heffte_size_outbox() elements and is only read, `output` has
/// heffte_size_inbox(). On a c2c plan the imaginary part of the result is dropped. Scale and errors are as there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_backward_c2s(plan: heffte_plan, input: *const c_void, output: *mut f32, scale: c_int) {
    let arrays = ((input, Complex64), (output.cast(), Float32), std::ptr::null_mut());
    // SAFETY: by the caller's word.
    unsafe { run("heffte_backward_c2s", plan, Backward, arrays, scale) }
}

/// heffte_backward_c2s() with `workspace`, which has heffte_size_workspace() elements of complex float and overlaps
/// neither array; NULL stands for one that the plan keeps.
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

/// Backward transform of complex float to complex float, on plans without an r2c axis only.
/// `input` may be `output`, where that has room for both boxes. All else is as for heffte_backward_c2s().
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

/// heffte_backward_c2c() with `workspace`, which has heffte_size_workspace() elements of complex float and overlaps
/// neither array; NULL stands for one that the plan keeps.
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

/// Backward transform of complex double to double, on c2c and r2c plans. All else is as for heffte_backward_c2s().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_backward_z2d(plan: heffte_plan, input: *const c_void, output: *mut f64, scale: c_int) {
    let arrays = ((input, Complex128), (output.cast(), Float64), std::ptr::null_mut());
    // SAFETY: by the caller's word.
    unsafe { run("heffte_backward_z2d", plan, Backward, arrays, scale) }
}

/// heffte_backward_z2d() with `workspace`, which has heffte_size_workspace() elements of complex double and overlaps
/// neither array; NULL stands for one that the plan keeps.
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

/// Backward transform of complex double to complex double, on plans without an r2c axis only.
/// `input` may be `output`, where that has room for both boxes. All else is as for heffte_backward_c2s().
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

/// heffte_backward_z2z() with `workspace`, which has heffte_size_workspace() elements of complex double and overlaps
/// neither array; NULL stands for one that the plan keeps.
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

/// Forward transform of float to float, on plans without a Fourier axis only (heffte_plan_create_axes()). Collective over
/// the plan's communicator.
///
/// `input` has heffte_size_inbox() elements, `output` heffte_size_outbox(); either may be NULL where its box is empty, and
/// `input` may be `output`, where that has room for both boxes. Scale and errors are as for heffte_forward_s2c().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_forward_s2s(plan: heffte_plan, input: *const f32, output: *mut f32, scale: c_int) {
    let arrays = ((input.cast(), Float32), (output.cast(), Float32), std::ptr::null_mut());
    // SAFETY: by the caller's word.
    unsafe { run("heffte_forward_s2s", plan, Forward, arrays, scale) }
}

/// heffte_forward_s2s() with `workspace`, which has heffte_size_workspace() elements of float and overlaps neither array;
/// NULL stands for one that the plan keeps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_forward_s2s_buffered(
    plan: heffte_plan,
    input: *const f32,
    output: *mut f32,
    workspace: *mut c_void,
    scale: c_int,
) {
    let arrays = ((input.cast(), Float32), (output.cast(), Float32), workspace);
    // SAFETY: by the caller's word.
    unsafe { run("heffte_forward_s2s_buffered", plan, Forward, arrays, scale) }
}

/// Forward transform of double to double. All else is as for heffte_forward_s2s().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_forward_d2d(plan: heffte_plan, input: *const f64, output: *mut f64, scale: c_int) {
    let arrays = ((input.cast(), Float64), (output.cast(), Float64), std::ptr::null_mut());
    // SAFETY: by the caller's word.
    unsafe { run("heffte_forward_d2d", plan, Forward, arrays, scale) }
}

/// heffte_forward_d2d() with `workspace`, which has heffte_size_workspace() elements of double and overlaps neither array;
/// NULL stands for one that the plan keeps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_forward_d2d_buffered(
    plan: heffte_plan,
    input: *const f64,
    output: *mut f64,
    workspace: *mut c_void,
    scale: c_int,
) {
    let arrays = ((input.cast(), Float64), (output.cast(), Float64), workspace);
    // SAFETY: by the caller's word.
    unsafe { run("heffte_forward_d2d_buffered", plan, Forward, arrays, scale) }
}

/// Backward transform of float to float, the reverse of heffte_forward_s2s(): `input` has heffte_size_outbox() elements,
/// `output` heffte_size_inbox(). All else is as there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_backward_s2s(plan: heffte_plan, input: *const f32, output: *mut f32, scale: c_int) {
    let arrays = ((input.cast(), Float32), (output.cast(), Float32), std::ptr::null_mut());
    // SAFETY: by the caller's word.
    unsafe { run("heffte_backward_s2s", plan, Backward, arrays, scale) }
}

/// heffte_backward_s2s() with `workspace`, which has heffte_size_workspace() elements of float and overlaps neither array;
/// NULL stands for one that the plan keeps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_backward_s2s_buffered(
    plan: heffte_plan,
    input: *const f32,
    output: *mut f32,
    workspace: *mut c_void,
    scale: c_int,
) {
    let arrays = ((input.cast(), Float32), (output.cast(), Float32), workspace);
    // SAFETY: by the caller's word.
    unsafe { run("heffte_backward_s2s_buffered", plan, Backward, arrays, scale) }
}

/// Backward transform of double to double. All else is as for heffte_backward_s2s().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_backward_d2d(plan: heffte_plan, input: *const f64, output: *mut f64, scale: c_int) {
    let arrays = ((input.cast(), Float64), (output.cast(), Float64), std::ptr::null_mut());
    // SAFETY: by the caller's word.
    unsafe { run("heffte_backward_d2d", plan, Backward, arrays, scale) }
}

/// heffte_backward_d2d() with `workspace`, which has heffte_size_workspace() elements of double and overlaps neither array;
/// NULL stands for one that the plan keeps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_backward_d2d_buffered(
    plan: heffte_plan,
    input: *const f64,
    output: *mut f64,
    workspace: *mut c_void,
    scale: c_int,
) {
    let arrays = ((input.cast(), Float64), (output.cast(), Float64), workspace);
    // SAFETY: by the caller's word.
    unsafe { run("heffte_backward_d2d_buffered", plan, Backward, arrays, scale) }
}
