//! Walking the steps of a plan, forward or backward.

use std::sync::PoisonError;

use rayon::ThreadPool;

use super::call::{describe, overlaps};
use super::memory::{Begins, Memory};
use super::program::{Operation, Program, Step, VisitStep};
use super::threads::pool;
use super::vicinity::Vicinity;
use super::workspace::Workspace;
use super::{Body, Call, Plan};
use crate::backend::Real;
use crate::comm::{Comm, Node, PendingAgreement};
use crate::error::{Error, ErrorKind, Result};
use crate::exchange::Exchange;
use crate::lines::{Engine, LineOp, Passage};
use crate::options::Direction;
use crate::spec::Spec;
use crate::trace::{self, What};

/// What a plan needs to run, and keeps between calls.
pub(super) struct State {
    way: Way,
    workspace: Workspace,
    begins: Begins,
    single: Option<Engine<f32>>,
    double: Option<Engine<f64>>,
    /// Why there is no shared memory, where that was found out by a call.
    refusal: Option<Error>,
}

/// How data gets from rank to rank, and the steps that go with that.
pub(super) struct Way {
    pub program: Program,
    /// Empty where there is a node.
    pub exchanges: Vec<Exchange>,
    /// The node of all ranks, where they share one and its memory.
    pub node: Option<Node>,
    /// The ranks on the node of this one, where there are several nodes.
    pub vicinity: Option<Vicinity>,
    /// Whether a rank may still be reading the areas of others when it has done its part of a call.
    pub ends_elsewhere: bool,
}

impl Way {
    /// Whether areas of shared memory, if there are any, are large enough for that.
    fn suffices(&self, scale: usize) -> bool {
        self.node.iter().chain(self.vicinity.as_ref().map(|vicinity| &vicinity.node)).all(|node| node.suffices(scale))
    }

    /// Makes areas for elements of so many bytes, times transforms of a batch. Collective.
    ///
    /// # Errors
    /// [`Error::SharedMemory`] where any node has no room, on all ranks.
    fn reserve(&mut self, comm: &Comm, scale: usize) -> Result<()> {
        if let Some(vicinity) = &mut self.vicinity {
            return comm.agree(vicinity.node.reserve(&vicinity.comm, scale));
        }
        self.node.as_mut().map_or(Ok(()), |node| node.reserve(comm, scale))
    }
}

impl State {
    pub fn new(way: Way) -> State {
        State {
            way,
            workspace: Workspace::default(),
            begins: Begins::default(),
            single: None,
            double: None,
            refusal: None,
        }
    }

    /// Makes what transforms lines of a precision, when it is first used.
    fn make_engine(&mut self, is_double: bool, spec: &Spec) -> Result<()> {
        let program = &self.way.program;
        match (is_double, &self.single, &self.double) {
            (true, _, None) => self.double = Some(engine(program, spec)?),
            (false, None, _) => self.single = Some(engine(program, spec)?),
            _ => {}
        }
        Ok(())
    }

    /// Why messages go where shared memory should have been, if that was found out by a call.
    pub fn refusal(&self) -> Option<&Error> {
        self.refusal.as_ref()
    }

    pub fn way(&self) -> &Way {
        &self.way
    }

    /// Gives the way to `other` for its own, with what belongs to it. Each keeps its workspace, which serves any way.
    pub fn change_ways(&mut self, other: &mut State) {
        std::mem::swap(&mut self.way, &mut other.way);
        std::mem::swap(&mut self.single, &mut other.single);
        std::mem::swap(&mut self.double, &mut other.double);
    }
}

/// The engine of one precision.
fn engine<T: Real>(program: &Program, spec: &Spec) -> Result<Engine<T>> {
    let _span = trace::span(|| What::LinePlans);
    let backend = spec.backend.instance(spec.options.effort)?;
    let planner = T::planner(&*backend);
    let make = |operation: &Operation| match *operation {
        Operation::Copy => LineOp::Copy,
        Operation::C2c(n) => {
            LineOp::Complex([Direction::Forward, Direction::Backward].map(|way| planner.complex_lines(n, way)))
        }
        Operation::R2c(n) => LineOp::Real(planner.real_lines(n)),
        Operation::R2r(kind, n) => LineOp::R2r(planner.r2r_lines(kind, n)),
    };
    Engine::new(program.operations().iter().map(make).collect(), program.visits(), spec.options.threads)
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
    /// [`Plan::size_workspace`] elements, or as long as they say, in the memory of the plan's device if it has one: until
    /// the call's stream was waited for, then. Nobody else uses them meanwhile. Input and output may overlap.
    pub unsafe fn execute(&self, call: Result<Call>) -> Result<()> {
        let call = call.and_then(|call| call.check(self).map(|()| call));
        let _whole = call
            .as_ref()
            .ok()
            .and_then(|&Call { direction, batch, .. }| trace::span(|| What::Call { direction, batch }));
        let state = match &self.body {
            Body::Host(state) => state,
            // SAFETY: by the caller's word.
            Body::Device(engine) => return unsafe { self.execute_on_device(engine, call) },
        };
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let threads = self.spec.options.threads;
        let prepared = call.and_then(|call| {
            let pool = if threads > 1 { Some(pool(threads)?) } else { None };
            Ok((call, self.memory(&mut state, &call)?, pool))
        });
        let signature = prepared.as_ref().map_or(0, |(call, ..)| call.signature());
        let agreement = self.comm.begin_agreement(state.way.node.as_ref(), prepared.is_err(), signature)?;
        let (call, mut memory, pool) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return finish(agreement, state.way.node.as_mut(), Some(&error)).and(Err(error)),
        };
        let mut agreement = Some(agreement);
        let scale = self.working(&call).size() * call.batch;
        if !state.way.suffices(scale) {
            // All ranks come to this together, once they know that they do the same.
            agreement.take().map_or(Ok(()), |pending| finish(pending, state.way.node.as_mut(), None))?;
            let _reserved = trace::span(|| What::SharedMemory);
            if let Err(refusal) = state.way.reserve(&self.comm, scale) {
                if refusal.kind() != ErrorKind::Memory {
                    return Err(refusal);
                }
                *state = State::new(Way::by_messages(&self.comm, &self.spec, &self.recipe)?);
                state.refusal = Some(refusal);
                memory = self.comm.agree(self.memory(&mut state, &call))?;
            }
        }
        let State { way, begins, single, double, .. } = &mut *state;
        let Way { program, exchanges, node, vicinity, ends_elsewhere } = way;
        let mut run = Run {
            plan: self,
            call: &call,
            program,
            workspace: memory,
            exchanges,
            node: node.as_mut(),
            vicinity: vicinity.as_mut(),
            ends_elsewhere: *ends_elsewhere,
            begins,
            pool: pool.as_deref(),
            done: Ok(()),
            sends_nothing: false,
        };
        // SAFETY: the arrays were checked as far as can be; the caller vouches for the rest.
        unsafe {
            match (call.input.element.is_double(), single, double) {
                (true, _, Some(double)) => run.walk(double, agreement),
                (false, Some(single), _) => run.walk(single, agreement),
                _ => unreachable!("the engine was made before ranks agreed"),
            }
        }
    }

    /// Whether a visit would overwrite what it has not read yet, or leave numbers for the next in an array of another type.
    fn must_detour(&self, call: &Call, program: &Program) -> bool {
        let forward = call.direction == Direction::Forward;
        if program.works_in_output(forward) && call.output.element != self.working(call) {
            return true;
        }
        self.arrays_overlap(call)
    }

    /// Whether the caller's arrays overlap without being the same.
    pub(super) fn arrays_overlap(&self, call: &Call) -> bool {
        let (near, far) = call.near_and_far();
        let same = near.address == far.address
            && near.element == far.element
            && self.spec.inbox.same_layout(&self.spec.outbox);
        !same && overlaps((&near, self.size_inbox() * call.batch), (&far, self.size_outbox() * call.batch))
    }

    /// All memory that a call takes; the begin of the workspace.
    ///
    /// # Errors
    /// [`Error::Allocation`].
    fn memory(&self, state: &mut State, call: &Call) -> Result<*mut u8> {
        state.make_engine(call.input.element.is_double(), &self.spec)?;
        self.workspace(state, call)
    }

    /// The caller's workspace or our own.
    fn workspace(&self, state: &mut State, call: &Call) -> Result<*mut u8> {
        match &call.workspace {
            Some(given) if !given.address.is_null() => Ok(given.address),
            _ => {
                let element = self.working(call).size();
                let len = state.way.program.needed_len();
                state.workspace.reserve(len.saturating_mul(call.batch).saturating_mul(element))
            }
        }
    }
}

/// Waits for the ranks' agreement on a call.
fn finish(agreement: PendingAgreement<'_>, node: Option<&mut Node>, local: Option<&Error>) -> Result<()> {
    let _span = trace::span(|| What::Agreement);
    agreement.finish(node, local, "the transform", describe)
}

/// A call on its way through the steps.
struct Run<'a> {
    plan: &'a Plan,
    call: &'a Call,
    program: &'a Program,
    workspace: *mut u8,
    exchanges: &'a mut [Exchange],
    node: Option<&'a mut Node>,
    vicinity: Option<&'a mut Vicinity>,
    ends_elsewhere: bool,
    begins: &'a mut Begins,
    pool: Option<&'a ThreadPool>,
    /// What went wrong. A rank that could not do what it should comes to where the others wait for it all the same.
    done: Result<()>,
    /// Whether an exchange of pairs failed: others may know nothing of it, and go on; so they are told in the next.
    sends_nothing: bool,
}

impl<'a> Run<'a> {
    /// Walks the steps. Until the ranks have agreed, nothing leaves this rank and the output is not written.
    ///
    /// # Safety
    /// As for [`Plan::execute`]; the workspace is as long as the program wants it for elements of `T`.
    unsafe fn walk<T: Real>(&mut self, engine: &Engine<T>, mut agreement: Option<PendingAgreement<'_>>) -> Result<()> {
        let (plan, call, program) = (self.plan, self.call, self.program);
        let factor = plan.factor(call.direction, call.scale);
        let must_detour = plan.must_detour(call, program);
        let steps = program.steps(call.direction == Direction::Forward, must_detour);
        let last = steps.len().saturating_sub(1);
        let scaled = program.scaled_step(call.direction == Direction::Forward, must_detour);
        let lines_may_fail = plan.spec.backend.may_fail();
        let moves_may_fail = self.exchanges.iter().any(|exchange| exchange.is_of_pairs(call.batch));
        let mut closing = None;
        self.await_areas();
        for (index, step) in steps.enumerate() {
            let is_last = index == last;
            let mut have_met = false;
            if (!matches!(step, Step::Visit(_)) || is_last)
                && let Some(pending) = agreement.take()
            {
                finish(pending, self.node.as_deref_mut(), None)?;
                have_met = true;
            }
            if matches!(step, Step::Visit(_)) && is_last && moves_may_fail && !lines_may_fail {
                // It hides behind the last visit.
                closing = Some(self.begin_closing()?);
            }
            // SAFETY: places hold what the program says they hold.
            unsafe {
                match step {
                    Step::Exchange(index) => self.exchange(*index)?,
                    Step::Meet if have_met => {}
                    Step::Meet => self.meet(),
                    Step::Visit(step) => {
                        let factor = (index == scaled && factor != 1.0).then(|| T::nearest(factor));
                        if self.done.is_ok() {
                            self.done = self.visit(engine, step, factor);
                        }
                    }
                }
            }
        }
        if let Some(node) = self.node.as_deref_mut().filter(|_| self.ends_elsewhere) {
            node.leave();
        }
        if lines_may_fail || moves_may_fail {
            let closing = closing.map_or_else(|| self.begin_closing(), Ok)?;
            finish(closing, self.node.as_deref_mut(), self.done.as_ref().err())?;
        }
        self.done.clone()
    }

    /// Begins to agree on whether all ranks could do what they should. The one that could not speaks, not those that it told.
    fn begin_closing(&self) -> Result<PendingAgreement<'a>> {
        let failed = matches!(&self.done, Err(error) if !matches!(error, Error::OnRank { .. }));
        self.plan.comm.begin_agreement(self.node.as_deref(), failed, 0)
    }

    /// Meets the other ranks of the node.
    fn meet(&self) {
        let _span = trace::span(|| What::Meeting);
        self.node.as_deref().into_iter().for_each(|node| node.meet(&self.plan.comm));
    }

    /// Waits until nobody reads in our areas any more what the call before left there.
    fn await_areas(&self) {
        if let Some(node) = self.node.as_deref().filter(|_| self.ends_elsewhere) {
            let _span = trace::span(|| What::Departures);
            node.await_departures(&self.plan.comm);
        }
    }

    /// # Safety
    /// As for [`Run::walk`].
    unsafe fn visit<T: Real>(&mut self, engine: &Engine<T>, step: &VisitStep, factor: Option<T>) -> Result<()> {
        let _span = trace::span(|| {
            let (near, far) = (step.near.name(), step.far.name());
            let (from, to) = if self.call.direction == Direction::Forward { (near, far) } else { (far, near) };
            What::Visit { axes: step.axes, from, to }
        });
        let mut begins = std::mem::take(self.begins);
        let memory = self.memory();
        // SAFETY: by the caller's word.
        let done = unsafe {
            let (from, to) = memory.operands(step, &mut begins);
            let passage = Passage { direction: self.call.direction, from, to, batch: self.call.batch, factor };
            engine.run(&step.visit, &passage, self.pool)
        };
        *self.begins = begins;
        done
    }

    /// Moves data between ranks.
    ///
    /// # Errors
    /// Those with which no rank goes on.
    ///
    /// # Safety
    /// As for [`Run::walk`].
    unsafe fn exchange(&mut self, index: usize) -> Result<()> {
        let _span = trace::span(|| What::Exchange);
        let (plan, call) = (self.plan, self.call);
        let working = plan.working(call);
        let size = if self.program.crossing(index).is_real { working.to_real().size() } else { working.size() };
        // SAFETY: by the caller's word.
        let (near, far) = unsafe { self.memory().messages(index) };
        let (from, to) = if call.direction == Direction::Forward { (near, far) } else { (far, near) };
        let from = self.vicinity.as_deref().map_or(from, Vicinity::leaving).cast_const();
        let exchange = &mut self.exchanges[index];
        // SAFETY: both sides are places of the program, for a batch.
        let moved = unsafe {
            exchange.run(&plan.comm, call.direction, (from, to), (size, call.batch), self.sends_nothing, None)
        };
        self.vicinity.as_deref_mut().into_iter().for_each(Vicinity::meet);
        if !self.exchanges[index].is_of_pairs(call.batch) {
            return moved;
        }
        self.sends_nothing |= moved.is_err();
        if self.done.is_ok() {
            self.done = moved;
        }
        Ok(())
    }

    /// Where places lie.
    fn memory(&self) -> Memory<'_> {
        Memory {
            plan: self.plan,
            call: self.call,
            program: self.program,
            workspace: self.workspace,
            exchanges: self.exchanges,
            node: self.node.as_deref(),
            vicinity: self.vicinity.as_deref(),
            working: self.plan.working(self.call),
        }
    }
}
