//! Arrays where the backend wants them.

use std::borrow::Cow;

use anyhow::{Context, Result, bail};
use heffte::{BackendKind, DeviceArray, Element, Plan, RawArray, devices};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;
use num_traits::Zero;

use super::arguments::Problem;

/// A number that an array holds.
pub trait Number: Element + Zero + Default + std::ops::Mul<Output = Self> {}

impl<E: Element + Zero + Default + std::ops::Mul<Output = E>> Number for E {}

/// A real number, whose complex counterpart arrays hold, too.
pub trait RealNumber: Number + num_traits::Float {}

impl<R: Number + num_traits::Float> RealNumber for R {}

/// An array in host memory or in that of this rank's device.
pub enum Array<E> {
    Host(Vec<E>),
    Device(DeviceArray),
}

impl<E: Number> Array<E> {
    /// These numbers, with room for `length` in all.
    pub fn of(backend: BackendKind, data: &[E], length: usize) -> Result<Array<E>> {
        let mut all = reserved(length)?;
        all.extend_from_slice(data);
        all.resize(length, E::zero());
        Ok(if backend.is_device() { Array::Device(DeviceArray::of(backend, &all)?) } else { Array::Host(all) })
    }

    /// Room for as many.
    pub fn scratch(backend: BackendKind, length: usize) -> Result<Array<E>> {
        if backend.is_device() {
            return Ok(Array::Device(DeviceArray::new(backend, length, E::TYPE)?));
        }
        Array::of(backend, &[], length)
    }

    pub fn raw(&mut self) -> RawArray {
        match self {
            Array::Host(data) => RawArray::of_mut(data),
            Array::Device(array) => array.raw(),
        }
    }

    /// Multiplies each number by that of `other`, an array like this in the same memory.
    pub fn multiply_by(&mut self, other: &Array<E>) -> Result<()> {
        match (self, other) {
            (Array::Host(own), Array::Host(other)) => own.iter_mut().zip(other).for_each(|(x, y)| *x = *x * *y),
            (Array::Device(own), Array::Device(other)) => own.multiply_by(other)?,
            _ => bail!("arrays of one plan are in one memory"),
        }
        Ok(())
    }

    /// The numbers, once all that was queued is done.
    pub fn read(&self) -> Result<Cow<'_, [E]>> {
        Ok(match self {
            Array::Host(data) => Cow::Borrowed(data),
            Array::Device(array) => Cow::Owned(array.to_vec()?),
        })
    }
}

fn reserved<E>(count: usize) -> Result<Vec<E>> {
    let mut array = Vec::new();
    array.try_reserve_exact(count).with_context(|| format!("{count} elements do not fit in memory"))?;
    Ok(array)
}

/// Makes the device of this rank's number that of its plan, where the backend has devices and ranks are to share them out.
pub fn choose_device(comm: &SimpleCommunicator, problem: &Problem) -> Result<()> {
    let backend = problem.library.backend;
    if problem.shares_devices && backend.is_device() {
        devices::choose(backend, comm.rank() % devices::count(backend)?)?;
    }
    Ok(())
}

/// Waits for what the plan has queued.
pub fn finish(plan: &Plan) -> Result<()> {
    if let Some(device) = plan.device() {
        devices::synchronize(plan.backend(), Some(device), 0)?;
    }
    Ok(())
}
