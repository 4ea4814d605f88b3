//! Walking the steps of a plan, forward or backward.

use std::sync::PoisonError;

use num_complex::Complex;

use super::call::{describe, overlaps};
use super::program::{End, Operation, Place, Program, Step, VisitStep};
use super::workspace::Workspace;
use super::{Call, Plan};
use crate::array::RawArray;
use crate::backend::{Backend, Real};
use crate::comm::PendingAgreement;
use crate::error::Result;
use crate::exchange::Exchange;
use crate::lines::{Engine, Layout, LineOp, Operand};
use crate::options::Direction;

/// What a plan needs to run, and keeps between calls.
pub(super) struct State {
    exchanges: Vec<Exchange>,
    workspace: Workspace,
    single: Option<Engine<f32>>,
    double: Option<Engine<f64>>,
}

impl State {
    pub fn new(exchanges: Vec<Exchange>) -> State {
        State { exchanges, workspace: Workspace::default(), single: None, double: None }
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
        let agreement = self.comm.begin_agreement(prepared.is_err(), signature)?;
        let (call, workspace) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return finish(agreement, Some(&error)).and(Err(error)),
        };
        let backend = self.spec.backend.instance().expect("plans are made for backends of this build");
        let State { exchanges, single, double, .. } = &mut *state;
        // SAFETY: the arrays were checked as far as can be; the caller vouches for the rest.
        unsafe {
            if call.input.element.is_double() {
                let engine = double.get_or_insert_with(|| engine(&self.program, backend));
                self.run::<f64>(&call, workspace, engine, exchanges, agreement)
            } else {
                let engine = single.get_or_insert_with(|| engine(&self.program, backend));
                self.run::<f32>(&call, workspace, engine, exchanges, agreement)
            }
        }
    }

    /// The caller's workspace or our own.
    fn workspace(&self, state: &mut State, call: &Call) -> Result<*mut u8> {
        match &call.workspace {
            Some(given) if !given.address.is_null() => Ok(given.address),
            _ => {
                let element = call.input.element.to_complex().size();
                let bytes = self.program.needed_len().saturating_mul(call.batch).saturating_mul(element);
                state.workspace.reserve(bytes)
            }
        }
    }

    /// Walks the steps. Until the ranks have agreed, nothing leaves this rank and the output is not written.
    ///
    /// # Safety
    /// As for [`Plan::execute`]; `workspace` is as long as the program wants it for elements of `T`.
    unsafe fn run<T: Real>(
        &self,
        call: &Call,
        workspace: *mut u8,
        engine: &mut Engine<T>,
        exchanges: &mut [Exchange],
        agreement: PendingAgreement<'_>,
    ) -> Result<()> {
        let mut agreement = Some(agreement);
        let steps = self.program.steps(self.must_detour(call));
        let memory = Memory { program: &self.program, call, workspace, element: size_of::<Complex<T>>() };
        let factor = self.scale_factor(call.scale);
        let forward = call.direction == Direction::Forward;
        for count in 0..steps.len() {
            let is_last = count + 1 == steps.len();
            let step = &steps[if forward { count } else { steps.len() - 1 - count }];
            if matches!(step, Step::Exchange(_)) || is_last {
                agreement.take().map_or(Ok(()), |pending| finish(pending, None))?;
            }
            // SAFETY: places hold what the program says they hold.
            unsafe {
                match step {
                    Step::Exchange(index) => {
                        let exchange = &mut exchanges[*index];
                        let (near, far) = memory.messages(*index, exchange);
                        let buffers = if forward { (near.cast_const(), far) } else { (far.cast_const(), near) };
                        let size = memory.exchanged_size(self.program.crossing(*index).is_real);
                        exchange.run(&self.comm, call.direction, buffers, size, call.batch)?;
                    }
                    Step::Visit(step) => {
                        let factor = (is_last && factor != 1.0).then(|| T::nearest(factor));
                        let operands = memory.operands(step, exchanges, self);
                        let operands = if forward { operands } else { (operands.1, operands.0) };
                        engine.run(&step.visit, call.direction, operands, call.batch, factor);
                    }
                }
            }
        }
        Ok(())
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
fn finish(agreement: PendingAgreement<'_>, local: Option<&crate::Error>) -> Result<()> {
    agreement.finish(local, "the transform", describe)
}

/// Where the places of a program lie during a call.
struct Memory<'a> {
    program: &'a Program,
    call: &'a Call,
    workspace: *mut u8,
    /// Bytes of a complex element.
    element: usize,
}

impl Memory<'_> {
    /// Bytes of the elements that an exchange moves.
    fn exchanged_size(&self, is_real: bool) -> usize {
        if is_real { self.element / 2 } else { self.element }
    }

    /// The begin of a place of so many bytes at an end of the workspace.
    ///
    /// # Safety
    /// The workspace is as long as the program needs it, and the place is one of the program's.
    unsafe fn at(&self, end: End, bytes: usize) -> *mut u8 {
        let total = self.program.needed_len() * self.call.batch;
        let offset = match end {
            End::Low => 0,
            End::High => total - bytes.div_ceil(self.element),
        };
        // SAFETY: the program needs room for each of its places.
        unsafe { self.workspace.add(offset * self.element) }
    }

    /// The begin of both sides of the exchange `index`.
    ///
    /// # Safety
    /// As for [`Memory::at`].
    unsafe fn messages(&self, index: usize, exchange: &Exchange) -> (*mut u8, *mut u8) {
        let crossing = self.program.crossing(index);
        let bytes = |len: usize| len * self.call.batch * self.exchanged_size(crossing.is_real);
        // SAFETY: both sides are places of the program.
        unsafe {
            let near = self.at(crossing.near, bytes(exchange.schedule().near.len));
            (near, self.at(crossing.near.opposite(), bytes(exchange.schedule().far.len)))
        }
    }

    /// Both sides of a visit, the one that a forward transform reads first.
    ///
    /// # Safety
    /// As for [`Memory::at`].
    unsafe fn operands<'b>(
        &self,
        step: &VisitStep,
        exchanges: &'b [Exchange],
        plan: &Plan,
    ) -> (Operand<'b>, Operand<'b>) {
        let (inbox, outbox) = self.call.near_and_far();
        let batch = self.call.batch;
        let whole = |array: RawArray, apart: usize| Operand {
            address: array.address,
            is_complex: array.element.is_complex(),
            layout: Layout::Whole(apart),
        };
        let operand = |place: Place| match place {
            Place::Inbox => whole(inbox, plan.size_inbox()),
            Place::Outbox => whole(outbox, plan.size_outbox()),
            Place::Staging { end, len } => {
                // SAFETY: the staging array is a place of the program.
                let address = unsafe { self.at(end, len * batch * self.element) };
                Operand { address, is_complex: true, layout: Layout::Whole(len) }
            }
            Place::Near(index) | Place::Far(index) => {
                let schedule = exchanges[index].schedule();
                // SAFETY: by the caller's word.
                let (near, far) = unsafe { self.messages(index, &exchanges[index]) };
                let is_complex = !self.program.crossing(index).is_real;
                let (address, side) =
                    if matches!(place, Place::Near(_)) { (near, &schedule.near) } else { (far, &schedule.far) };
                Operand { address, is_complex, layout: Layout::Packed(side, batch) }
            }
        };
        (operand(step.from), operand(step.to))
    }
}
