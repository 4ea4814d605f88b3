//! Transforms of lines by plans of FFTW.

use std::ffi::c_int;
use std::marker::PhantomData;

use num_complex::Complex;

use super::api::{Api, Dimension, Flags, Handle, planner};
use super::{parts, wisdom};
use crate::backend::batches::{BATCH, batches};
use crate::backend::{ComplexLines, R2rReals, Real, RealLines};
use crate::error::Result;
use crate::options::{Direction, PlanningEffort};

/// Plans for lines that lie one after the other: of a batch, and of one line, both where FFTW's vectors are aligned; and of one
/// anywhere.
struct Trio<T: Real> {
    api: &'static Api<T>,
    batch: Handle,
    one: Handle,
    anywhere: Handle,
}

// SAFETY: FFTW's plans may be executed by several threads at once, on arrays of their own; they are made and destroyed under the lock.
unsafe impl<T: Real> Send for Trio<T> {}
// SAFETY: as above.
unsafe impl<T: Real> Sync for Trio<T> {}

impl<T: Real> Trio<T> {
    /// Plans that `plan` makes of a number of lines and flags, in memory like that of tiles: `bytes` for a batch on each of the
    /// `sides`.
    fn new(
        api: &'static Api<T>,
        effort: PlanningEffort,
        bytes: [usize; 2],
        plan: impl Fn([*mut T; 2], usize, u32) -> Handle,
    ) -> Option<Trio<T>> {
        let _lock = planner();
        let memory = bytes.map(|bytes| Memory::new(api, bytes));
        let [Some(from), to] = memory else { return None };
        // In place, where there is no other side.
        let target = match (&to, bytes[1]) {
            (Some(to), _) => to.address,
            (None, 0) => from.address,
            (None, _) => return None,
        };
        let make = |lines, flags| plan([from.address, target], lines, flags);
        let effort_flag = Flags::effort(effort);
        let (batch, one) = (make(BATCH, effort_flag), make(1, effort_flag));
        let trio = Trio { api, batch, one, anywhere: make(1, Flags::ESTIMATE | Flags::UNALIGNED) };
        if effort != PlanningEffort::Estimate {
            wisdom::export_to_environment();
        }
        drop((from, to, _lock));
        // One that is dropped takes the lock itself.
        [trio.batch, trio.one, trio.anywhere].iter().all(|handle| !handle.is_null()).then_some(trio)
    }

    /// Calls `execute` with a plan and the first of its lines until all are transformed; `addresses` are those of a line.
    fn run(&self, count: usize, addresses: impl Fn(usize) -> [*mut T; 2], execute: impl Fn(Handle, [*mut T; 2])) {
        for (line, lines) in batches(count) {
            if addresses(line).into_iter().all(|address| self.api.is_aligned(address)) {
                execute(if lines == 1 { self.one } else { self.batch }, addresses(line));
            } else {
                (line..line + lines).for_each(|line| execute(self.anywhere, addresses(line)));
            }
        }
    }
}

impl<T: Real> Drop for Trio<T> {
    fn drop(&mut self) {
        let _lock = planner();
        for handle in [self.batch, self.one, self.anywhere] {
            if !handle.is_null() {
                // SAFETY: the plan is FFTW's, and nobody has it any more.
                unsafe { (self.api.destroy_plan)(handle) };
            }
        }
    }
}

/// Memory of FFTW's own, in which plans are tried.
struct Memory<T: Real> {
    api: &'static Api<T>,
    address: *mut T,
    elements: PhantomData<T>,
}

impl<T: Real> Memory<T> {
    /// So many bytes of zeros; `None` for none, and where they cannot be had.
    fn new(api: &'static Api<T>, bytes: usize) -> Option<Memory<T>> {
        if bytes == 0 {
            return None;
        }
        // SAFETY: the memory is written where it could be had.
        unsafe {
            let address = (api.malloc)(bytes).cast::<u8>();
            if address.is_null() {
                return None;
            }
            address.write_bytes(0, bytes);
            Some(Memory { api, address: address.cast(), elements: PhantomData })
        }
    }
}

impl<T: Real> Drop for Memory<T> {
    fn drop(&mut self) {
        // SAFETY: the memory is FFTW's, and nobody has it any more.
        unsafe { (self.api.free)(self.address.cast()) };
    }
}

/// Complex lines in place.
pub(super) struct Complexes<T: Real> {
    length: usize,
    trio: Trio<T>,
    /// Whether their parts are transformed, each for itself.
    by_parts: bool,
}

impl<T: Real> Complexes<T> {
    /// Their Fourier transform.
    pub fn fourier(
        api: &'static Api<T>,
        length: usize,
        direction: Direction,
        effort: PlanningEffort,
    ) -> Option<Complexes<T>> {
        let trio =
            Trio::new(api, effort, [BATCH * length * size_of::<Complex<T>>(), 0], |[from, to], lines, flags| {
                let (line, batch) = (Dimension::of(length, 1), Dimension::of(lines, length));
                // SAFETY: the memory holds the lines.
                unsafe { (api.plan_dft)(1, &line, 1, &batch, from.cast(), to.cast(), Flags::sign(direction), flags) }
            })?;
        Some(Complexes { length, trio, by_parts: false })
    }

    /// Cosines or sines of their parts.
    pub fn part_by_part(
        api: &'static Api<T>,
        length: usize,
        kind: c_int,
        effort: PlanningEffort,
    ) -> Option<Complexes<T>> {
        let trio =
            Trio::new(api, effort, [BATCH * length * size_of::<Complex<T>>(), 0], |[from, to], lines, flags| {
                let line = Dimension::of(length, 2);
                let loops = [Dimension::of(lines, 2 * length), Dimension::of(2, 1)];
                // SAFETY: the memory holds the lines.
                unsafe { (api.plan_r2r)(1, &line, 2, loops.as_ptr(), from, to, &kind, flags) }
            })?;
        Some(Complexes { length, trio, by_parts: true })
    }
}

impl<T: Real> ComplexLines<T> for Complexes<T> {
    fn scratch_len(&self) -> usize {
        0
    }

    fn transform(&self, lines: &mut [Complex<T>], _: &mut [Complex<T>]) -> Result<()> {
        let (begin, api) = (lines.as_mut_ptr(), self.trio.api);
        let address = |line| [parts(begin.wrapping_add(line * self.length)); 2];
        self.trio.run(lines.len() / self.length, address, |plan, [from, to]| {
            // SAFETY: the lines of a call are inside the slice, and the plan was made for such an array, in place.
            unsafe {
                if self.by_parts {
                    (api.execute_r2r)(plan, from, to);
                } else {
                    (api.execute_dft)(plan, from.cast(), to.cast());
                }
            }
        });
        Ok(())
    }
}

/// Cosines or sines of real lines in place.
pub(super) struct RealR2rs<T: Real> {
    length: usize,
    trio: Trio<T>,
}

impl<T: Real> RealR2rs<T> {
    pub fn new(api: &'static Api<T>, length: usize, kind: c_int, effort: PlanningEffort) -> Option<RealR2rs<T>> {
        let trio = Trio::new(api, effort, [BATCH * length * size_of::<T>(), 0], |[from, to], lines, flags| {
            let (line, batch) = (Dimension::of(length, 1), Dimension::of(lines, length));
            // SAFETY: the memory holds the lines.
            unsafe { (api.plan_r2r)(1, &line, 1, &batch, from, to, &kind, flags) }
        })?;
        Some(RealR2rs { length, trio })
    }
}

impl<T: Real> R2rReals<T> for RealR2rs<T> {
    fn transform(&self, lines: &mut [T]) {
        let (begin, api) = (lines.as_mut_ptr(), self.trio.api);
        let address = |line| [begin.wrapping_add(line * self.length); 2];
        self.trio.run(lines.len() / self.length, address, |plan, [from, to]| {
            // SAFETY: the lines of a call are inside the slice, and the plan was made for such an array, in place.
            unsafe { (api.execute_r2r)(plan, from, to) };
        });
    }
}

/// Real lines to half their spectrum, and back.
pub(super) struct Reals<T: Real> {
    length: usize,
    forward: Trio<T>,
    backward: Trio<T>,
}

impl<T: Real> Reals<T> {
    pub fn new(api: &'static Api<T>, length: usize, effort: PlanningEffort) -> Option<Reals<T>> {
        let half = length / 2 + 1;
        let (real, complex) = (BATCH * length * size_of::<T>(), BATCH * half * size_of::<Complex<T>>());
        let line = Dimension::of(length, 1);
        let forward = Trio::new(api, effort, [real, complex], |[from, to], lines, flags| {
            let batch = Dimension::between(lines, length, half);
            // SAFETY: the memory holds the lines.
            unsafe { (api.plan_r2c)(1, &line, 1, &batch, from, to.cast(), flags | Flags::DESTROY_INPUT) }
        })?;
        let backward = Trio::new(api, effort, [complex, real], |[from, to], lines, flags| {
            let batch = Dimension::between(lines, half, length);
            // SAFETY: the memory holds the lines.
            unsafe { (api.plan_c2r)(1, &line, 1, &batch, from.cast(), to, flags | Flags::DESTROY_INPUT) }
        })?;
        Some(Reals { length, forward, backward })
    }

    /// The addresses of a line, real and half.
    fn addresses(&self, real: &mut [T], half: &mut [Complex<T>]) -> impl Fn(usize) -> [*mut T; 2] + use<T> {
        let (length, real, half) = (self.length, real.as_mut_ptr(), half.as_mut_ptr());
        move |line| [real.wrapping_add(line * length), parts(half.wrapping_add(line * (length / 2 + 1)))]
    }
}

impl<T: Real> RealLines<T> for Reals<T> {
    fn scratch_len(&self) -> usize {
        0
    }

    fn forward(&self, real: &mut [T], half: &mut [Complex<T>], _: &mut [Complex<T>]) -> Result<()> {
        let (api, addresses) = (self.forward.api, self.addresses(real, half));
        self.forward.run(real.len() / self.length, addresses, |plan, [real, half]| {
            // SAFETY: the lines of a call are inside the slices, and the plan was made for such arrays.
            unsafe { (api.execute_r2c)(plan, real, half.cast()) };
        });
        Ok(())
    }

    fn backward(&self, half: &mut [Complex<T>], real: &mut [T], _: &mut [Complex<T>]) -> Result<()> {
        let (api, addresses) = (self.backward.api, self.addresses(real, half));
        self.backward.run(real.len() / self.length, addresses, |plan, [real, half]| {
            // SAFETY: as above.
            unsafe { (api.execute_c2r)(plan, half.cast(), real) };
        });
        Ok(())
    }
}
