//! Making and freeing plans.

use std::ffi::{c_int, c_void};
use std::sync::atomic::AtomicUsize;

use engine::geometry::{Box3d, Order};
use engine::{BackendKind, Error, ErrorKind, Plan, PlanOptions, Result, Spec, Transport};
use mpi::ffi::MPI_Comm;

use crate::guard::guarded;
use crate::query::plan_of;
use crate::types::{BAD_BACKEND, BAD_PLAN, FAILURE, Held, SUCCESS, heffte_fft_plan, heffte_plan, heffte_plan_options};

/// Sets all four members of `options` to the defaults of `backend`: use_reorder 1 (0 for MKL and cuFFT), algorithm
/// Heffte_RESHAPE_ALGORITHM_ALLTOALLV, use_pencils 1, use_gpu_aware 1.
///
/// Returns Heffte_SUCCESS; 1 where the backend is unknown or not in this build; 2 where `options` is NULL. After an
/// error `options` is as it was. Not collective.
///
/// # Safety
/// `options` is NULL or points to a struct that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_set_default_options(backend: c_int, options: *mut heffte_plan_options) -> c_int {
    code(guarded("heffte_set_default_options", || {
        let kind = BackendKind::try_from(i64::from(backend))?;
        kind.check_built()?;
        if options.is_null() {
            return Err(null("options"));
        }
        let defaults = PlanOptions::for_backend(kind);
        let defaults = heffte_plan_options {
            use_reorder: c_int::from(defaults.use_reorder),
            algorithm: defaults.transport as c_int,
            use_pencils: c_int::from(defaults.use_pencils),
            use_gpu_aware: c_int::from(defaults.use_gpu_aware),
        };
        // SAFETY: by the caller's word.
        unsafe { options.write(defaults) };
        Ok(())
    }))
}

/// Makes a plan for transforms of complex data, or of real data with a full spectrum. Collective over `comm`.
///
/// `inbox_low` and `inbox_high` are the first and the last (inclusive) point of this rank's part of the input, an
/// index in each of the dimensions 0, 1 and 2; where a last index is below the first, the box is empty. `inbox_order`
/// names the dimensions from the fastest-varying in memory to the slowest, each once; NULL stands for {0, 1, 2}.
/// `outbox_low`, `outbox_high` and `outbox_order` say the same of the output of a forward transform. The inboxes of
/// all ranks are disjoint and fill a world that begins at {0, 0, 0}; the outboxes do so in their own way.
///
/// `backend` Heffte_BACKEND_AUTO, which heFFTe does not have, stands for that of the others which should be the fastest;
/// heffte_get_backend() tells which that is. `options` NULL stands for the defaults of `backend`. Backend and options are the same on all ranks. The plan works
/// on a duplicate of `comm`, which may be freed at once.
///
/// With Heffte_BACKEND_CUFFT or Heffte_BACKEND_ROCFFT the plan works on the device that is this thread's now, and its transforms take arrays
/// and workspaces in that memory. Where they return, their work is queued in the plan's stream (heffte_set_stream()), and may be under way
/// until heffte_synchronize() or the vendor's own functions waited for it.
///
/// Returns Heffte_SUCCESS; 1 where the backend is unknown, not in this build, or cannot be loaded; 2 for anything else. What is wrong on
/// one rank is an error on all: each has the same code, the same heffte_last_error(), and NULL in `*plan`. Only a
/// communicator that cannot be used is an error of its rank alone, and the others wait for it.
/// cbindgen:ptrs-as-arrays=[[inbox_low;3], [inbox_high;3], [outbox_low;3], [outbox_high;3]]
///
/// # Safety
/// Corners and orders are NULL or three integers, and a NULL corner or `plan` is an error. `comm` is a
/// handle of the MPI that this library is linked with.
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
    unsafe { create("heffte_plan_create", backend, [inbox, outbox], Axes::C2c, comm, options, plan) }
}

/// Makes a plan for transforms of real data, whose spectrum is symmetric: of its n points along `r2c_direction` (0, 1
/// or 2) the first n / 2 + 1 are stored, and the outboxes fill that shorter world. Collective over `comm`.
///
/// All else is as for heffte_plan_create().
/// cbindgen:ptrs-as-arrays=[[inbox_low;3], [inbox_high;3], [outbox_low;3], [outbox_high;3]]
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
    let axes = Axes::R2c(r2c_direction);
    // SAFETY: the caller vouches for the pointers.
    unsafe { create("heffte_plan_create_r2c", backend, [inbox, outbox], axes, comm, options, plan) }
}

/// Makes a plan with a kind of transform for each of the dimensions 0, 1 and 2. Collective over `comm`.
///
/// `kinds` are Heffte_AXIS_IDENTITY, Heffte_AXIS_C2C, Heffte_AXIS_R2C (at most one), Heffte_AXIS_COS, Heffte_AXIS_SIN,
/// Heffte_AXIS_COS1 (of at least two points) or Heffte_AXIS_SIN1, in any mix, the same on all ranks.
///
/// Without a Fourier axis (C2C or R2C) the plan goes from any type to the same: heffte_forward_s2s(), heffte_forward_d2d(),
/// and heffte_forward_c2c() and heffte_forward_z2z(), which transform the parts of complex numbers for themselves. With an
/// R2C axis it goes from real to complex as plans of heffte_plan_create_r2c() do, and the outboxes fill the world that is
/// shorter there. Else it goes as those of heffte_plan_create().
///
/// A backward cosine or sine transform is the inverse times 2 n, 2 (n - 1) for COS1, or 2 (n + 1) for SIN1; the full scale
/// divides by the product of these and of the points of Fourier axes. All else is as for heffte_plan_create().
/// cbindgen:ptrs-as-arrays=[[inbox_low;3], [inbox_high;3], [outbox_low;3], [outbox_high;3], [kinds;3]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_plan_create_axes(
    backend: c_int,
    inbox_low: *const c_int,
    inbox_high: *const c_int,
    inbox_order: *const c_int,
    outbox_low: *const c_int,
    outbox_high: *const c_int,
    outbox_order: *const c_int,
    kinds: *const c_int,
    comm: MPI_Comm,
    options: *const heffte_plan_options,
    plan: *mut heffte_plan,
) -> c_int {
    let (inbox, outbox) = ([inbox_low, inbox_high, inbox_order], [outbox_low, outbox_high, outbox_order]);
    // SAFETY: the caller vouches for the pointers.
    unsafe { create("heffte_plan_create_axes", backend, [inbox, outbox], Axes::Kinds(kinds), comm, options, plan) }
}

/// Frees `plan`. NULL is nothing to free.
///
/// Returns Heffte_SUCCESS; 3 where `plan` holds no transform or a backend that does not exist, and nothing is freed.
/// Every rank frees its own, in the same order of plans; after MPI_Finalize it may still be done.
///
/// # Safety
/// `plan` is NULL, or was made by this library and not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_plan_destroy(plan: heffte_plan) -> c_int {
    let result = guarded("heffte_plan_destroy", || {
        if plan.is_null() {
            return Ok(());
        }
        // SAFETY: by the caller's word.
        let (handle, _) = unsafe { plan_of(plan) }?;
        let backend = handle.backend_type;
        BackendKind::try_from(i64::from(backend)).map_err(|_| Error::Caller {
            message: format!("plan holds backend {backend}, which does not exist: pass a plan as it was made"),
        })?;
        // SAFETY: both were boxed by `create`, and their owner gives them back.
        unsafe {
            let handle = Box::from_raw(plan);
            drop(Box::from_raw(handle.fft.cast::<Held>()));
        }
        Ok(())
    });
    if result.is_ok() { SUCCESS } else { BAD_PLAN }
}

/// A box as C has it: low corner, high corner, order.
type Corners = [*const c_int; 3];

/// What happens along the axes, as C says it.
enum Axes {
    C2c,
    /// The direction.
    R2c(c_int),
    /// Three numbers.
    Kinds(*const c_int),
}

/// # Safety
/// As for [`heffte_plan_create`].
unsafe fn create(
    function: &str,
    backend: c_int,
    boxes: [Corners; 2],
    axes: Axes,
    comm: MPI_Comm,
    options: *const heffte_plan_options,
    plan: *mut heffte_plan,
) -> c_int {
    code(guarded(function, || {
        // SAFETY: the caller vouches for the pointers, where they are not null.
        unsafe {
            let spec = spec(backend, boxes, axes, options.as_ref());
            let spec = if plan.is_null() {
                Err(null("plan"))
            } else {
                plan.write(std::ptr::null_mut());
                spec
            };
            let made = Plan::from_raw(comm, spec)?;
            let handle = heffte_fft_plan {
                backend_type: made.backend() as c_int,
                using_r2c: c_int::from(made.is_r2c()),
                fft: Box::into_raw(Box::new(Held { plan: made, stream: AtomicUsize::new(0) })).cast::<c_void>(),
            };
            plan.write(Box::into_raw(Box::new(handle)));
        }
        Ok(())
    }))
}

/// What this rank says about its plan.
///
/// # Safety
/// Pointers that are not NULL point to three integers.
unsafe fn spec(
    backend: c_int,
    [inbox, outbox]: [Corners; 2],
    axes: Axes,
    options: Option<&heffte_plan_options>,
) -> Result<Spec> {
    let kind = BackendKind::try_from(i64::from(backend))?;
    // SAFETY: by the caller's word.
    let (inbox, outbox) = unsafe { (read_box(inbox, "inbox")?, read_box(outbox, "outbox")?) };
    let spec = match axes {
        Axes::C2c => Spec::c2c(inbox, outbox),
        Axes::R2c(direction) => Spec::r2c(inbox, outbox, i64::from(direction))?,
        Axes::Kinds(kinds) => {
            // SAFETY: by the caller's word.
            let kinds = unsafe { kinds.cast::<[c_int; 3]>().as_ref() }.ok_or_else(|| null("kinds"))?;
            Spec::c2c(inbox, outbox).with_kind_numbers(kinds.map(i64::from))?
        }
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
/// Pointers that are not NULL point to three integers.
unsafe fn read_box([low, high, order]: Corners, argument: &'static str) -> Result<Box3d> {
    // SAFETY: by the caller's word.
    let read = |pointer: *const c_int| unsafe { pointer.cast::<[c_int; 3]>().as_ref() }.map(|v| v.map(i64::from));
    let corner = |pointer, which: &str| read(pointer).ok_or_else(|| null(&format!("{argument}_{which}")));
    let order = read(order).map_or(Ok(Order::default()), |order| Order::new(order, argument))?;
    Ok(Box3d::new(corner(low, "low")?, corner(high, "high")?).with_order(order))
}

pub(crate) fn null(argument: &str) -> Error {
    Error::Caller { message: format!("{argument} is NULL: pass its address") }
}

pub(crate) fn code(result: Result<()>) -> c_int {
    match result {
        Ok(()) => SUCCESS,
        Err(error) if error.kind() == ErrorKind::Backend => BAD_BACKEND,
        Err(_) => FAILURE,
    }
}
