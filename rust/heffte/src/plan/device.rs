//! Transforms of arrays in the memory of a device.

use super::call::describe;
use super::{Call, Plan};
use crate::array::{ElementType, RawArray};
use crate::error::{Error, Result};
use crate::gpu::{Engine, Task};

impl Plan {
    /// As [`Plan::execute`], by the engine of a device. The host waits for messages alone: what is queued last may still be under way.
    ///
    /// # Errors
    /// As for [`Plan::execute`]; [`Error::NotOnDevice`] where an array is in other memory.
    ///
    /// # Safety
    /// As for [`Plan::execute`].
    pub(super) unsafe fn execute_on_device(&self, engine: &Engine, call: Result<Call>) -> Result<()> {
        let signature = call.as_ref().map_or(0, Call::signature);
        let task = call.and_then(|call| {
            call.check_memory(engine)?;
            let (near, _) = call.near_and_far();
            Ok(Task {
                direction: call.direction,
                input: call.input.address as u64,
                output: call.output.address as u64,
                workspace: call.workspace.map(|given| given.address as u64).filter(|address| *address != 0),
                is_double: near.element.is_double(),
                is_complex: near.element.is_complex(),
                batch: call.batch,
                factor: self.factor(call.direction, call.scale),
                overlaps: self.arrays_overlap(&call),
                stream: call.stream,
            })
        });
        // SAFETY: by the caller's word.
        unsafe { engine.transform(&self.comm, task, (signature, describe), self.spec.options.use_gpu_aware) }
    }

    /// Waits for all that was queued on a stream of its device; a plan that works in host memory has nothing to wait for. Not
    /// collective.
    ///
    /// # Errors
    /// [`Error::Device`], also for what failed on the way.
    pub fn synchronize(&self, stream: usize) -> Result<()> {
        match &self.body {
            super::Body::Host(_) => Ok(()),
            super::Body::Device(engine) => engine.synchronize(stream),
        }
    }

    /// The number of the device in whose memory the plan transforms; none for a plan that works in host memory.
    #[must_use]
    pub fn device(&self) -> Option<i32> {
        match &self.body {
            super::Body::Host(_) => None,
            super::Body::Device(engine) => Some(engine.ordinal()),
        }
    }
}

impl Call {
    /// That the arrays are in the memory of the engine's device.
    fn check_memory(&self, engine: &Engine) -> Result<()> {
        let workspace = self.workspace.unwrap_or(RawArray {
            address: std::ptr::null_mut(),
            len: None,
            element: ElementType::Float32,
        });
        for (array, given) in [("input", &self.input), ("output", &self.output), ("workspace", &workspace)] {
            let address = given.address as u64;
            if address == 0 || given.len == Some(0) {
                continue;
            }
            let owner = engine.owner(address);
            if owner != Some(engine.ordinal()) {
                let found = owner.map_or("host memory".to_owned(), |other| format!("the memory of device {other}"));
                return Err(Error::NotOnDevice { array, address, found, device: engine.describe() });
            }
        }
        Ok(())
    }
}
