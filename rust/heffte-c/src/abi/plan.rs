//! Making and freeing plans, and what they tell about themselves.

use std::ffi::{c_char, c_double, c_int, c_longlong};

use engine::{
    AxisKind, BackendKind, Error, Participants, Plan, PlanOptions, PlanningEffort, Result, Scale, Spec, Transport,
};
use mpi::ffi::MPI_Comm;

use super::types::{HEFFTE_ABI_ALL, HEFFTE_ABI_FIRST, HEFFTE_ABI_MEMBERS, heffte_abi_sizes, heffte_abi_spec};
use super::{coded, whole};
use crate::guard::guarded;

/// The direction of a transform that is not real-to-complex.
const NO_DIRECTION: c_int = -1;

/// A plan, which only the library looks into.
pub struct heffte_abi_plan {
    pub(super) plan: Plan,
    pub(super) class: Class,
}

/// The class of C++ that a plan belongs to, by which messages begin.
#[derive(Clone, Copy)]
pub(super) enum Class {
    Fft3d,
    Fft3dR2c,
    Transform3d,
}

impl Class {
    fn of(spec: &heffte_abi_spec) -> Class {
        match (spec.has_kinds != 0, spec.r2c_direction != NO_DIRECTION) {
            (true, _) => Class::Transform3d,
            (false, true) => Class::Fft3dR2c,
            (false, false) => Class::Fft3d,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Class::Fft3d => "heffte::fft3d",
            Class::Fft3dR2c => "heffte::fft3d_r2c",
            Class::Transform3d => "heffte::transform3d",
        }
    }
}

/// Makes a plan. Collective over `comm`. After an error, which all ranks have alike, `*plan` is NULL.
///
/// # Safety
/// `spec` and `plan` are not NULL; `comm` is a handle of the MPI that this library is linked with.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_create(
    spec: *const heffte_abi_spec,
    comm: MPI_Comm,
    plan: *mut *mut heffte_abi_plan,
) -> c_int {
    // SAFETY: by the caller's word.
    let given = unsafe { whole(spec) };
    let class = given.as_ref().map_or(Class::Fft3d, Class::of);
    coded(class.name(), || {
        // SAFETY: the caller vouches for the pointer and the handle.
        unsafe {
            plan.write(std::ptr::null_mut());
            let made = Plan::from_raw(comm, given.and_then(|spec| read(&spec)))?;
            plan.write(Box::into_raw(Box::new(heffte_abi_plan { plan: made, class })));
        }
        Ok(())
    })
}

/// Frees `plan`. NULL is nothing to free. Every rank frees its own; after MPI_Finalize it may still be done.
///
/// # Safety
/// `plan` is NULL, or was made by heffte_abi_create() and not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_destroy(plan: *mut heffte_abi_plan) {
    // What a destructor could do with an error is nothing.
    let _ = guarded("heffte::fft3d", || {
        if !plan.is_null() {
            // SAFETY: it was boxed by `heffte_abi_create`, and its owner gives it back.
            drop(unsafe { Box::from_raw(plan) });
        }
        Ok(())
    });
}

/// Writes the sizes that stay as they are while the plan lives. Not collective.
///
/// # Safety
/// `plan` was made by heffte_abi_create() and not freed; `sizes` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_get_sizes(plan: *const heffte_abi_plan, sizes: *mut heffte_abi_sizes) -> c_int {
    coded("heffte::fft3d", || {
        // SAFETY: by the caller's word.
        unsafe {
            let plan = plan_of(plan)?;
            sizes.write(heffte_abi_sizes {
                inbox: plan.size_inbox() as c_longlong,
                outbox: plan.size_outbox() as c_longlong,
                workspace: plan.size_workspace() as c_longlong,
                comm_buffers: plan.size_comm_buffers() as c_longlong,
            });
        }
        Ok(())
    })
}

/// Writes the factor that a transform with `scale`, a number of heffte::scale, applies to its result. Not collective.
///
/// # Safety
/// `plan` is NULL, or was made by heffte_abi_create() and not freed; `factor` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_get_scale_factor(
    plan: *const heffte_abi_plan,
    scale: c_int,
    factor: *mut c_double,
) -> c_int {
    coded("heffte::fft3d::get_scale_factor", || {
        // SAFETY: by the caller's word.
        unsafe { factor.write(plan_of(plan)?.scale_factor(Scale::try_from(i64::from(scale))?)) };
        Ok(())
    })
}

/// What the plan does, in a few lines: writes at most `capacity` bytes, the closing NUL included, to `text`, and the bytes
/// that all of it takes to `*needed`. Not collective.
///
/// # Safety
/// `plan` is NULL, or was made by heffte_abi_create() and not freed; `text` has room for `capacity` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heffte_abi_describe(
    plan: *const heffte_abi_plan,
    text: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> c_int {
    coded("heffte::fft3d::description", || {
        // SAFETY: by the caller's word.
        let plan = unsafe { plan_of(plan) }?;
        let whole = plan.recipe().to_string();
        let written = whole.len().min(capacity.saturating_sub(1));
        // SAFETY: there is room for what is written, by the caller's word.
        unsafe {
            needed.write(whole.len() + 1);
            if capacity > 0 {
                text.copy_from_nonoverlapping(whole.as_ptr().cast(), written);
                text.add(written).write(0);
            }
        }
        Ok(())
    })
}

/// The plan behind a handle.
///
/// # Errors
/// Where there is none.
///
/// # Safety
/// `plan` is null, or was made by [`heffte_abi_create`] and not freed.
pub(super) unsafe fn plan_of<'a>(plan: *const heffte_abi_plan) -> Result<&'a Plan> {
    // SAFETY: by the caller's word.
    unsafe { plan.as_ref() }.map(|plan| &plan.plan).ok_or_else(|| Error::Caller {
        message:
            "this object holds no transform, since another was move-constructed or move-assigned from it: use that one"
                .to_owned(),
    })
}

/// What a rank says, as the library has it.
pub(super) fn read(spec: &heffte_abi_spec) -> Result<Spec> {
    let backend = BackendKind::try_from(i64::from(spec.backend))?;
    let (inbox, outbox) = (spec.inbox.read("inbox")?, spec.outbox.read("outbox")?);
    let defaults = PlanOptions::for_backend(backend);
    let options = PlanOptions {
        use_reorder: spec.use_reorder != 0,
        transport: Transport::try_from(i64::from(spec.algorithm))?,
        use_pencils: spec.use_pencils != 0,
        use_gpu_aware: spec.use_gpu_aware != 0,
        participants: match spec.participants {
            HEFFTE_ABI_ALL => Participants::All,
            HEFFTE_ABI_FIRST => Participants::First(i64::from(spec.value)),
            HEFFTE_ABI_MEMBERS => Participants::Member(spec.value != 0),
            unknown => {
                return Err(Error::Caller { message: format!("participants {unknown} are unknown: use 0, 1 or 2") });
            }
        },
        effort: match spec.effort {
            0 => defaults.effort,
            effort => PlanningEffort::try_from(i64::from(effort) - 1)?,
        },
        ..defaults
    };
    let mut made = Spec::c2c(inbox, outbox).with_kind_numbers(spec.kinds.map(i64::from))?;
    if spec.r2c_direction != NO_DIRECTION {
        let direction = i64::from(spec.r2c_direction);
        let axis = usize::try_from(direction).ok().and_then(|axis| made.kinds.get_mut(axis));
        *axis.ok_or(Error::Direction { direction })? = AxisKind::R2c;
    }
    Ok(Spec { backend, doubles_backward: spec.doubles_backward != 0, options, ..made })
}
