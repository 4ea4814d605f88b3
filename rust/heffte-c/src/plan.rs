//! Making and freeing plans.

use std::ffi::{c_int, c_void};

use engine::geometry::{Box3d, Order};
use engine::{BackendKind, Error, ErrorKind, Plan, PlanOptions, Result, Spec, Transport};
use mpi::ffi::MPI_Comm;

use crate::guard::guarded;
use crate::types::{BAD_BACKEND, BAD_PLAN, FAILURE, SUCCESS, heffte_fft_plan, heffte_plan, heffte_plan_options};

/// Sets the four `options` to the defaults of `backend`: use_reorder as the backend likes it, ALLTOALLV, pencils,
/// use_gpu_aware.
///
/// Returns Heffte_SUCCESS, or 1 where the backend is unknown or not in this build; `options` is then left alone.
/// Not collective.
///
/// # Safety
/// `options` points to a struct that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_set_default_options(backend: c_int, options: *mut heffte_plan_options) -> c_int {
    code(guarded("heffte_set_default_options", || {
        let kind = BackendKind::try_from(i64::from(backend))?;
        kind.check_built()?;
        let defaults = PlanOptions::for_backend(kind);
        // SAFETY: the caller vouches for the pointer, if it is not null.
        let options = unsafe { options.as_mut() }.ok_or_else(|| null("options"))?;
        *options = heffte_plan_options {
            use_reorder: c_int::from(defaults.use_reorder),
            algorithm: defaults.transport as c_int,
            use_pencils: c_int::from(defaults.use_pencils),
            use_gpu_aware: c_int::from(defaults.use_gpu_aware),
        };
        Ok(())
    }))
}

/// Makes a plan for complex transforms. Collective over `comm`.
///
/// `inbox_low` and `inbox_high` are the first and the last point (inclusive) of this rank's input, three indices each;
/// high below low in any dimension is an empty box. `inbox_order` names the dimensions from the fastest-varying in memory to the
/// slowest; NULL stands for {0, 1, 2}. Likewise for the output. The inboxes of all ranks fill the world from {0, 0, 0} without
/// overlaps, and so do the outboxes. `options` NULL stands for the defaults of the backend; they are the same on all ranks.
///
/// Returns Heffte_SUCCESS; 1 where the backend is unknown or not in this build; 2 for anything else. On failure `*plan` is NULL and
/// heffte_last_error() has the same reason on every rank.
///
/// # Safety
/// Corner and order pointers point to three integers each, or are null where that is allowed; `comm` is a handle of the MPI
/// that this library is linked with.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_plan_create(
    backend: c_int,
    inbox_low: *const c_int,
    inbox_high: *const c_int,
    inbox_order: *const c_int,
    outbox_low: *const c_int,
    outbox_high: *const c_int,
    outbox_order: *const c_int,
    comm: MPI_Comm,
    options: *const heffte_plan_options,
    plan: *mut heffte_plan,
) -> c_int {
    let (inbox, outbox) = ([inbox_low, inbox_high, inbox_order], [outbox_low, outbox_high, outbox_order]);
    // SAFETY: the caller vouches for the pointers.
    unsafe { create("heffte_plan_create", backend, [inbox, outbox], None, comm, options, plan) }
}

/// Makes a plan for transforms of real data, of whose spectrum size/2 + 1 points are stored along `r2c_direction` (0, 1 or 2).
/// Collective over `comm`.
///
/// The outboxes fill the world whose size in that direction is the shorter one. All else is as for heffte_plan_create().
///
/// # Safety
/// As for heffte_plan_create().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_plan_create_r2c(
    backend: c_int,
    inbox_low: *const c_int,
    inbox_high: *const c_int,
    inbox_order: *const c_int,
    outbox_low: *const c_int,
    outbox_high: *const c_int,
    outbox_order: *const c_int,
    r2c_direction: c_int,
    comm: MPI_Comm,
    options: *const heffte_plan_options,
    plan: *mut heffte_plan,
) -> c_int {
    let (inbox, outbox) = ([inbox_low, inbox_high, inbox_order], [outbox_low, outbox_high, outbox_order]);
    // SAFETY: the caller vouches for the pointers.
    unsafe { create("heffte_plan_create_r2c", backend, [inbox, outbox], Some(r2c_direction), comm, options, plan) }
}

/// Frees `plan`; a null plan is nothing to free.
///
/// Returns Heffte_SUCCESS, or 3 where the plan was not made by this library or was destroyed before; nothing is then freed.
/// Every rank destroys its plan; ranks need not wait for each other.
///
/// # Safety
/// `plan` is null or was made by this library and not yet destroyed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_plan_destroy(plan: heffte_plan) -> c_int {
    let result = guarded("heffte_plan_destroy", || {
        // SAFETY: the caller vouches for the pointer, if it is not null.
        let Some(handle) = (unsafe { plan.as_ref() }) else { return Ok(()) };
        BackendKind::try_from(i64::from(handle.backend_type))?;
        // SAFETY: both were boxed by `create`, and their owner gives them back.
        unsafe {
            drop(Box::from_raw(handle.fft.cast::<Plan>()));
            drop(Box::from_raw(plan));
        }
        Ok(())
    });
    if result.is_ok() { SUCCESS } else { BAD_PLAN }
}

type Corners = [*const c_int; 3];

/// # Safety
/// As for [`heffte_plan_create`].
unsafe fn create(
    function: &str,
    backend: c_int,
    boxes: [Corners; 2],
    r2c_direction: Option<c_int>,
    comm: MPI_Comm,
    options: *const heffte_plan_options,
    plan: *mut heffte_plan,
) -> c_int {
    code(guarded(function, || {
        // SAFETY: the caller vouches for the pointers, where they are not null.
        unsafe {
            if let Some(plan) = plan.as_mut() {
                *plan = std::ptr::null_mut();
            }
            let spec = spec(backend, boxes, r2c_direction, options.as_ref());
            let spec = if plan.is_null() { Err(null("plan")) } else { spec };
            let made = Plan::from_raw(comm, spec)?;
            let handle = heffte_fft_plan {
                backend_type: backend,
                using_r2c: c_int::from(made.is_r2c()),
                fft: Box::into_raw(Box::new(made)).cast::<c_void>(),
            };
            plan.write(Box::into_raw(Box::new(handle)));
        }
        Ok(())
    }))
}

/// What this rank says about its plan.
///
/// # Safety
/// Pointers that are not null point to three integers.
unsafe fn spec(
    backend: c_int,
    [inbox, outbox]: [Corners; 2],
    r2c_direction: Option<c_int>,
    options: Option<&heffte_plan_options>,
) -> Result<Spec> {
    let kind = BackendKind::try_from(i64::from(backend))?;
    // SAFETY: by the caller's word.
    let (inbox, outbox) = unsafe { (read_box(inbox, "inbox")?, read_box(outbox, "outbox")?) };
    let spec = match r2c_direction {
        None => Spec::c2c(inbox, outbox),
        Some(direction) => Spec::r2c(inbox, outbox, i64::from(direction))?,
    }
    .with_backend(kind);
    let Some(options) = options else { return Ok(spec) };
    Ok(spec.with_options(PlanOptions {
        use_reorder: options.use_reorder != 0,
        transport: Transport::try_from(i64::from(options.algorithm))?,
        use_pencils: options.use_pencils != 0,
        use_gpu_aware: options.use_gpu_aware != 0,
        ..spec.options
    }))
}

/// # Safety
/// Pointers that are not null point to three integers.
unsafe fn read_box([low, high, order]: Corners, argument: &'static str) -> Result<Box3d> {
    // SAFETY: by the caller's word.
    let read = |pointer: *const c_int| unsafe { pointer.cast::<[c_int; 3]>().as_ref() }.map(|v| v.map(i64::from));
    let corner = |pointer, which: &str| read(pointer).ok_or_else(|| null(&format!("{argument}_{which}")));
    let order = read(order).map_or(Ok(Order::default()), |order| Order::new(order, argument))?;
    Ok(Box3d::new(corner(low, "low")?, corner(high, "high")?).with_order(order))
}

fn null(argument: &str) -> Error {
    Error::Caller { message: format!("{argument} is NULL: pass its address") }
}

fn code(result: Result<()>) -> c_int {
    match result {
        Ok(()) => SUCCESS,
        Err(error) if error.kind() == ErrorKind::Backend => BAD_BACKEND,
        Err(_) => FAILURE,
    }
}
