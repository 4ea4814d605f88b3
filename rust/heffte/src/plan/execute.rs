//! Walking the steps of a plan, forward or backward.

use std::sync::PoisonError;

use super::call::{describe, overlaps};
use super::memory::{Begins, Memory};
use super::program::{Operation, Program, Step};
use super::workspace::Workspace;
use super::{Call, Plan};
use crate::backend::{Backend, Real};
use crate::comm::{Node, PendingAgreement};
use crate::error::{Error, Result};
use crate::exchange::Exchange;
use crate::lines::{Engine, LineOp};
use crate::options::Direction;

/// What a plan needs to run, and keeps between calls.
pub(super) struct State {
    exchanges: Vec<Exchange>,
    /// The node of all ranks, where they share one and its memory.
    node: Option<Node>,
    workspace: Workspace,
    begins: Begins,
    single: Option<Engine<f32>>,
    double: Option<Engine<f64>>,
}

impl State {
    pub fn new(exchanges: Vec<Exchange>, node: Option<Node>) -> State {
        let (workspace, begins) = (Workspace::default(), Begins::default());
        State { exchanges, node, workspace, begins, single: None, double: None }
    }
}

/// The engine of one precision, made when it is first used.
fn engine<T: Real>(program: &Program, backend: &dyn Backend) -> Engine<T> {
    let planner = T::planner(backend);
    let make = |operation: &Operation| match *operation {
        Operation::Copy => LineOp::Copy,
        Operation::C2c(n) => {
            LineOp::Complex([Direction::Forward, Direction::Backward].map(|way| planner.complex_lines(n, way)))
        }
        Operation::R2c(n) => LineOp::Real(planner.real_lines(n)),
    };
    Engine::new(program.operations().iter().map(make).collect(), program.visits())
}

impl Plan {
    /// One collective transform of arrays as the language borders hand them over. A rank that could not even describe
    /// its call passes its error: no rank then transforms anything, and all return that error.
    ///
    /// # Errors
    /// As for [`Plan::forward`].
    ///
    /// # Safety
    /// The arrays of the call are valid for `batch` times [`Plan::size_inbox`], [`Plan::size_outbox`] and
    /// [`Plan::size_workspace`] elements, or as long as they say. Nobody else uses them meanwhile. Input and output
    /// may overlap.
    pub unsafe fn execute(&self, call: Result<Call>) -> Result<()> {
        let call = call.and_then(|call| call.check(self).map(|()| call));
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let prepared = call.and_then(|call| {
            let workspace = self.workspace(&mut state, &call)?;
            Ok((call, workspace))
        });
        let signature = prepared.as_ref().map_or(0, |(call, _)| call.signature());
        let agreement = self.comm.begin_agreement(state.node.as_ref(), prepared.is_err(), signature)?;
        let (call, mut workspace) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return finish(agreement, state.node.as_mut(), Some(&error)).and(Err(error)),
        };
        let mut agreement = Some(agreement);
        let scale = call.input.element.to_complex().size() * call.batch;
        if let Some(node) = state.node.as_mut().filter(|node| !node.suffices(scale)) {
            // All ranks come to this together, once they know that they do the same.
            agreement.take().map_or(Ok(()), |pending| finish(pending, Some(node), None))?;
            if node.reserve(&self.comm, scale).is_err() {
                state.node = None;
                workspace = self.workspace(&mut state, &call)?;
            }
        }
        let backend = self.spec.backend.instance().expect("plans are made for backends of this build");
        let State { exchanges, node, begins, single, double, .. } = &mut *state;
        let mut run = Run { plan: self, call: &call, workspace, exchanges, node: node.as_mut(), begins };
        // SAFETY: the arrays were checked as far as can be; the caller vouches for the rest.
        unsafe {
            if call.input.element.is_double() {
                run.walk(double.get_or_insert_with(|| engine(&self.program, backend)), agreement)
            } else {
                run.walk(single.get_or_insert_with(|| engine(&self.program, backend)), agreement)
            }
        }
    }

    /// The caller's workspace or our own.
    fn workspace(&self, state: &mut State, call: &Call) -> Result<*mut u8> {
        match &call.workspace {
            Some(given) if !given.address.is_null() => Ok(given.address),
            _ => {
                let element = call.input.element.to_complex().size();
                let len = self.program.needed_len(state.node.is_none());
                state.workspace.reserve(len.saturating_mul(call.batch).saturating_mul(element))
            }
        }
    }

    /// Whether a single visit would overwrite what it has not read yet.
    fn must_detour(&self, call: &Call) -> bool {
        let (near, far) = call.near_and_far();
        let same = near.address == far.address
            && near.element == far.element
            && self.spec.inbox.same_layout(&self.spec.outbox);
        !same && overlaps((&near, self.size_inbox() * call.batch), (&far, self.size_outbox() * call.batch))
    }
}

/// Waits for the ranks' agreement on a call.
fn finish(agreement: PendingAgreement<'_>, node: Option<&mut Node>, local: Option<&Error>) -> Result<()> {
    agreement.finish(node, local, "the transform", describe)
}

/// A call on its way through the steps.
struct Run<'a> {
    plan: &'a Plan,
    call: &'a Call,
    workspace: *mut u8,
    exchanges: &'a mut [Exchange],
    node: Option<&'a mut Node>,
    begins: &'a mut Begins,
}

impl Run<'_> {
    /// Walks the steps. Until the ranks have agreed, nothing leaves this rank and the output is not written.
    ///
    /// # Safety
    /// As for [`Plan::execute`]; the workspace is as long as the program wants it for elements of `T`.
    unsafe fn walk<T: Real>(
        &mut self,
        engine: &mut Engine<T>,
        mut agreement: Option<PendingAgreement<'_>>,
    ) -> Result<()> {
        let (plan, call) = (self.plan, self.call);
        let forward = call.direction == Direction::Forward;
        let factor = plan.scale_factor(call.scale);
        let steps = plan.program.steps(plan.must_detour(call));
        for count in 0..steps.len() {
            let is_last = count + 1 == steps.len();
            let step = &steps[if forward { count } else { steps.len() - 1 - count }];
            let mut have_met = false;
            if (matches!(step, Step::Exchange(_)) || is_last)
                && let Some(pending) = agreement.take()
            {
                finish(pending, self.node.as_deref_mut(), None)?;
                have_met = true;
            }
            // SAFETY: places hold what the program says they hold.
            unsafe {
                match step {
                    Step::Exchange(index) => self.exchange(*index, have_met, size_of::<T>())?,
                    Step::Visit(step) => {
                        let factor = (is_last && factor != 1.0).then(|| T::nearest(factor));
                        let mut begins = std::mem::take(self.begins);
                        let memory = self.memory(size_of::<T>());
                        let operands = memory.operands(step, &mut begins);
                        engine.run(&step.visit, call.direction, operands, call.batch, factor);
                        *self.begins = begins;
                    }
                }
            }
        }
        Ok(())
    }

    /// Moves data between ranks, or lets them see that it is there. `have_met` where the ranks of the node just have.
    ///
    /// # Safety
    /// As for [`Run::walk`], with `real` the bytes of a real number.
    unsafe fn exchange(&mut self, index: usize, have_met: bool, real: usize) -> Result<()> {
        if let Some(node) = self.node.as_deref_mut() {
            if !have_met {
                node.meet(&self.plan.comm)?;
            }
            node.pass();
            return Ok(());
        }
        let (plan, call) = (self.plan, self.call);
        let size = if plan.program.crossing(index).is_real { real } else { 2 * real };
        // SAFETY: by the caller's word.
        let (near, far) = unsafe { self.memory(real).messages(index) };
        let buffers = match call.direction {
            Direction::Forward => (near.cast_const(), far),
            Direction::Backward => (far.cast_const(), near),
        };
        // SAFETY: both sides are places of the program, for a batch.
        unsafe { self.exchanges[index].run(&plan.comm, call.direction, buffers, size, call.batch) }
    }

    /// Where places lie, for real numbers of so many bytes.
    fn memory(&self, real: usize) -> Memory<'_> {
        let node = self.node.as_deref();
        Memory { plan: self.plan, call: self.call, workspace: self.workspace, exchanges: self.exchanges, node, real }
    }
}
