//! Plans: a recipe instantiated on a communicator.

mod assembly;
mod call;
mod create;
mod device;
mod execute;
mod factor;
mod memory;
mod program;
#[cfg(test)]
mod scaling;
mod threads;
mod tune;
mod vicinity;
mod workspace;

use std::fmt;
use std::sync::{Mutex, PoisonError};

pub use call::Call;

use crate::array::{Element, ElementType, RawArray};
use crate::axis::Domain;
use crate::backend::BackendKind;
use crate::comm::Comm;
use crate::error::Result;
use crate::geometry::Box3d;
use crate::gpu;
use crate::options::{Direction, Scale};
use crate::recipe::Recipe;
use crate::spec::Spec;

/// A distributed transform: what it takes to go forward and backward, in either precision, any number of times.
///
/// Making one and using one is collective over its communicator: all ranks make the same calls in the same order.
/// Calls on one plan from several threads follow each other.
pub struct Plan {
    comm: Comm,
    spec: Spec,
    recipe: Recipe,
    sizes: Sizes,
    body: Body,
}

/// What carries a plan out.
enum Body {
    /// Visits to host memory.
    Host(Mutex<execute::State>),
    /// The engine of a device.
    Device(gpu::Engine),
}

/// Elements that callers ask about, of the type in which the plan works, for each transform of a batch.
#[derive(Debug)]
struct Sizes {
    /// What a transform uses of a workspace.
    needed: usize,
    /// The messages of the largest exchange, both ways.
    messages: usize,
    /// The largest box of any stage where data is of that type.
    largest_box: usize,
}

impl Plan {
    /// Elements of this rank's inbox: of the input of a forward transform, real ones for an r2c plan.
    #[must_use]
    pub fn size_inbox(&self) -> usize {
        self.spec.inbox.count()
    }

    /// Elements of this rank's outbox: of the output of a forward transform, complex ones but for an r2r plan.
    #[must_use]
    pub fn size_outbox(&self) -> usize {
        self.spec.outbox.count()
    }

    /// Elements that a caller's workspace must have for each transform of a batch: complex ones of the precision at hand, but
    /// those of the arrays for an r2r plan.
    #[must_use]
    pub fn size_workspace(&self) -> usize {
        // heFFTe's figure, which programs know: messages and a box. That is more than enough, but for padding.
        self.sizes.needed.max(self.sizes.messages + self.sizes.largest_box)
    }

    /// The part of the workspace that holds messages, in the same elements.
    #[must_use]
    pub fn size_comm_buffers(&self) -> usize {
        self.sizes.messages
    }

    /// This rank's inbox.
    #[must_use]
    pub fn inbox(&self) -> Box3d {
        self.spec.inbox
    }

    /// This rank's outbox.
    #[must_use]
    pub fn outbox(&self) -> Box3d {
        self.spec.outbox
    }

    /// The backend that transforms the lines.
    #[must_use]
    pub fn backend(&self) -> BackendKind {
        self.spec.backend
    }

    /// Whether the input of a forward transform is real, and half of its spectrum is kept.
    #[must_use]
    pub fn is_r2c(&self) -> bool {
        self.spec.r2c_axis().is_some()
    }

    /// The numbers in which the plan works.
    #[must_use]
    pub fn domain(&self) -> Domain {
        self.spec.domain()
    }

    /// The type in which it works when asked for `call`.
    fn working(&self, call: &Call) -> ElementType {
        self.domain().working(call.input.element)
    }

    /// This rank in the plan's communicator.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.comm.rank()
    }

    /// What the plan does; it prints itself. A plan whose shared memory was refused when the first call asked for it says so from
    /// then on.
    #[must_use]
    pub fn recipe(&self) -> Recipe {
        let mut recipe = self.recipe.clone();
        match &self.body {
            Body::Host(state) => {
                let state = state.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(refusal) = state.refusal() {
                    recipe.set_carrier(format!("{} ({refusal})", self.spec.options.transport.name()), false);
                }
            }
            Body::Device(engine) => recipe.set_carrier(engine.carrier_name(), false),
        }
        recipe
    }

    /// Transforms `input`, this rank's inbox, to `output`, its outbox. Collective.
    ///
    /// A c2c plan takes real or complex elements, an r2c plan real ones; the output is complex. An r2r plan takes either, and the
    /// output is the same. `input` has at least [`Plan::size_inbox`] elements, `output` [`Plan::size_outbox`].
    ///
    /// # Errors
    /// What is wrong with the arrays of any rank, on all ranks; `output` is then as it was. [`crate::Error::Lines`] where the library
    /// of a backend fails on any rank, on all ranks, too; `output` holds anything then. [`crate::Error::Mpi`], after which it may, too.
    pub fn forward<I: Element, O: Element>(&self, input: &[I], output: &mut [O], scale: Scale) -> Result<()> {
        let call = Call::new(Direction::Forward, RawArray::of(input), RawArray::of_mut(output), scale);
        // SAFETY: both arrays are slices, whose lengths are checked.
        unsafe { self.execute(Ok(call)) }
    }

    /// Transforms `input`, this rank's outbox, to `output`, its inbox; the reverse of [`Plan::forward`]. Collective.
    ///
    /// # Errors
    /// As for [`Plan::forward`].
    pub fn backward<I: Element, O: Element>(&self, input: &[I], output: &mut [O], scale: Scale) -> Result<()> {
        let call = Call::new(Direction::Backward, RawArray::of(input), RawArray::of_mut(output), scale);
        // SAFETY: as above.
        unsafe { self.execute(Ok(call)) }
    }

    /// Transforms in place, on a c2c or r2r plan. `data` has at least as many elements as the larger of both boxes.
    /// Collective.
    ///
    /// # Errors
    /// As for [`Plan::forward`].
    pub fn in_place<E: Element>(&self, direction: Direction, data: &mut [E], scale: Scale) -> Result<()> {
        let array = RawArray::of_mut(data);
        // SAFETY: the array is a slice, whose length is checked against both boxes; transforms may be in place.
        unsafe { self.execute(Ok(Call::new(direction, array, array, scale))) }
    }
}

impl Drop for Plan {
    fn drop(&mut self) {
        if let Body::Device(engine) = &self.body {
            engine.retire(&self.comm);
        }
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").field("spec", &self.spec).field("recipe", &self.recipe).finish_non_exhaustive()
    }
}
