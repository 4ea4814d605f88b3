//! One transform on a device.

use std::ops::Range;

use super::carrier::Carrier;
use super::device::{Address, Device, Kernel, Stream, TILE, Verb, Way};
use super::engine::{Engine, Parts, Ready, real_size, slot_begin};
use super::lines::Shape;
use super::program::{Conversion, Ends, FourierStep, MoveStep, Place, Program, R2rStep, Step};
use super::staging::{Ferry, stage};
use crate::comm::{Comm, Describe};
use crate::error::{Error, Result};
use crate::options::Direction;
use crate::trace::{self, What};

/// What a transform is asked to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Task {
    pub direction: Direction,
    /// The caller's arrays, in the memory of the device.
    pub input: Address,
    pub output: Address,
    /// Memory of the device for [`Engine::needed_len`] elements for each transform of the batch; none for the plan's own.
    pub workspace: Option<Address>,
    /// Whether numbers have double precision, and whether those on the side of the inboxes are complex.
    pub is_double: bool,
    pub is_complex: bool,
    pub batch: usize,
    pub factor: f64,
    /// Whether the caller's arrays overlap without being the same.
    pub overlaps: bool,
    pub stream: Stream,
}

impl Engine {
    /// Queues a transform; the host waits for what has to be there before messages go. Collective.
    ///
    /// # Errors
    /// What is wrong on any rank, on all of them: with the task, of which `signature` is the same on all ranks, or with a device.
    ///
    /// # Safety
    /// The arrays of the task are valid until the stream was waited for, and nobody else uses them meanwhile.
    pub unsafe fn transform(
        &self,
        comm: &Comm,
        task: Result<Task>,
        (signature, describe): (i64, Describe),
        is_aware: bool,
    ) -> Result<()> {
        let mut state = self.lock();
        let entered = self.device.enter();
        let ready = task.and_then(|task| {
            entered.as_ref().map_err(Clone::clone)?;
            let ends = self.ends(task.direction, task.is_complex, task.batch, task.overlaps);
            // Another stream knows nothing of what is under way in this one; and where ranks read each other's memory, nobody begins
            // before all have read what is there from the call before.
            if let Some(stream) = state.last_stream.filter(|stream| *stream != task.stream || state.is_shared()) {
                self.device.synchronize(stream)?;
            }
            let size = real_size(task.is_double);
            // Without room, the program is made when there is some.
            let ready = state
                .suffices(size * task.batch)
                .then(|| self.prepare(&mut state, ends, task.is_double, task.workspace));
            Ok((task, ends, ready.transpose()?))
        });
        let signature = if ready.is_ok() { signature } else { 0 };
        let agreement = comm.begin_agreement(None, ready.is_err(), signature)?;
        let agreed = {
            let _span = trace::span(|| What::Agreement);
            agreement.finish(None, ready.as_ref().err(), "the transform", describe)
        };
        let (task, ends, ready) = agreed.and(ready)?;
        let ready = match ready {
            Some(ready) => ready,
            None => {
                let size = real_size(task.is_double);
                self.reserve_shared(comm, &mut state, size * task.batch, is_aware)?;
                comm.agree(self.prepare(&mut state, ends, task.is_double, task.workspace))?
            }
        };
        state.last_stream = Some(task.stream);
        let parts = state.parts(ready.program);
        let has_exchanges = !parts.exchanges.is_empty();
        let mut run =
            Run { engine: self, comm, task: &task, ends, ready: &ready, parts, done: Ok(()), sends_nothing: false };
        // SAFETY: by the caller's word.
        let moved = unsafe { run.walk() };
        let done = run.done;
        if !has_exchanges {
            return done;
        }
        moved?;
        let failed = matches!(&done, Err(error) if !matches!(error, Error::OnRank { .. }));
        let closing = comm.begin_agreement(None, failed, 0)?;
        closing.finish(None, done.as_ref().err(), "the transform", describe).and(done)
    }
}

/// A call on its way through the steps.
struct Run<'a> {
    engine: &'a Engine,
    comm: &'a Comm,
    task: &'a Task,
    ends: Ends,
    ready: &'a Ready,
    parts: Parts<'a>,
    /// What went wrong. A rank that could not do what it should comes to where the others wait for it all the same.
    done: Result<()>,
    /// Whether an exchange of pairs failed: others may know nothing of it, and go on; so they are told in the next.
    sends_nothing: bool,
}

impl Run<'_> {
    fn device(&self) -> &dyn Device {
        &*self.engine.device
    }

    fn program(&self) -> &Program {
        &self.parts.prepared.program
    }

    fn real_size(&self) -> usize {
        real_size(self.ready.is_double)
    }

    /// The kernel for the precision at hand, of real or complex numbers.
    fn kernel(&self, verb: Verb, is_complex: bool) -> Kernel {
        Kernel { verb, is_complex, is_double: self.ready.is_double }
    }

    fn address(&self, place: Place) -> Address {
        match place {
            Place::Input => self.task.input,
            Place::Output => self.task.output,
            Place::Slot(slot) => self.ready.workspace + (slot_begin(self.program(), slot) * self.real_size()) as u64,
            Place::Shared(parity) => match self.parts.carrier {
                Carrier::Shared(shared) => shared.begin(self.comm.rank(), parity, self.real_size() * self.ends.batch),
                Carrier::Staged(_) | Carrier::Aware => unreachable!("programs of messages share nothing"),
            },
            Place::Anywhere => 0,
        }
    }

    /// Walks the steps. What fails on this rank alone is remembered, and it goes on to what others wait for.
    ///
    /// # Errors
    /// Those with which no rank goes on.
    ///
    /// # Safety
    /// As for [`Engine::transform`].
    unsafe fn walk(&mut self) -> Result<()> {
        let prepared = self.parts.prepared;
        for (index, step) in prepared.program.steps.iter().enumerate() {
            let factor = if index == prepared.program.scaled { self.task.factor } else { 1.0 };
            if let Step::Exchange { index, from, to, is_complex } = *step {
                let element = if is_complex { 2 * self.real_size() } else { self.real_size() };
                // SAFETY: by the caller's word.
                unsafe { self.exchange(index, (from, to), element) }?;
                continue;
            }
            if self.done.is_err() {
                continue;
            }
            // SAFETY: places hold what the program says they hold.
            self.done = unsafe {
                match step {
                    Step::Move(step) => self.moves(step, prepared.offsets[index], factor),
                    Step::Fourier(step) => self.fourier(step),
                    Step::R2r(step) => self.r2r(step, factor),
                    Step::Scale { count, is_complex } => self.scale(*count, *is_complex, factor),
                    Step::Exchange { .. } => unreachable!("it is taken above"),
                }
            };
        }
        Ok(())
    }

    /// # Safety
    /// As for [`Run::walk`].
    unsafe fn moves(&self, step: &MoveStep, offset: usize, factor: f64) -> Result<()> {
        let bases = step.bases.map(|place| self.address(place));
        let kernel = match step.conversion {
            Conversion::Real => self.kernel(Verb::Move, false),
            Conversion::Complex => self.kernel(Verb::Move, true),
            Conversion::Promote => self.kernel(Verb::Promote, false),
            Conversion::Extract => self.kernel(Verb::Extract, false),
        };
        let table = self.parts.prepared.tables.begin() + offset as u64;
        let arguments = [table, step.moves.len() as u64, bases[0], bases[1], bases[2], 0, factor.to_bits()];
        // SAFETY: by the caller's word.
        unsafe { self.launch(kernel, step.moves.blocks(), &arguments) }
    }

    /// # Safety
    /// As for [`Run::walk`].
    unsafe fn launch(&self, kernel: Kernel, blocks: usize, arguments: &[u64]) -> Result<()> {
        if blocks == 0 {
            return Ok(());
        }
        // SAFETY: by the caller's word.
        unsafe { self.device().launch(kernel, blocks, arguments, self.task.stream) }
    }

    /// # Safety
    /// As for [`Run::walk`].
    unsafe fn fourier(&self, step: &FourierStep) -> Result<()> {
        let calls = if step.lines.batches { 1 } else { self.ends.batch };
        let shape = step.lines.of_batch(self.ends.batch);
        let bytes =
            |side: usize| (step.counts[side] * self.real_size() * if step.complex[side] { 2 } else { 1 }) as u64;
        for call in 0..calls as u64 {
            let (from, to) = (self.address(step.from) + call * bytes(0), self.address(step.to) + call * bytes(1));
            // SAFETY: by the caller's word.
            unsafe { self.lines(&shape, from, to) }?;
        }
        Ok(())
    }

    /// # Safety
    /// As for [`Run::walk`].
    unsafe fn lines(&self, shape: &Shape, from: Address, to: Address) -> Result<()> {
        let Some(fft) = self.parts.ffts.get(&(shape.clone(), self.ready.is_double)) else { return Ok(()) };
        // SAFETY: by the caller's word; there is as much scratch as any of them needs.
        unsafe { fft.run(from, to, self.task.direction, self.parts.scratch, self.task.stream) }
    }

    /// # Safety
    /// As for [`Run::walk`].
    unsafe fn r2r(&self, step: &R2rStep, factor: f64) -> Result<()> {
        let (period, half) = (step.period(), step.period() / 2 + 1);
        let is_inverse = step.is_inverse(self.task.direction);
        let (verbs, lens) = if is_inverse {
            ([Verb::FoldBack, Verb::UnfoldBack], [half, period])
        } else {
            ([Verb::Fold, Verb::Unfold], [period, half])
        };
        // Spectra are folded to where complex numbers have room, and come from there.
        let (first, second) = if is_inverse { (step.spectra, step.folded) } else { (step.folded, step.spectra) };
        let (first, second, size) = (self.address(first), self.address(second), self.real_size() as u64);
        let batch = self.ends.batch;
        let bytes = |len: i64, is_complex: bool| (step.lines * len) as u64 * size * if is_complex { 2 } else { 1 };
        let launch =
            |verb: Verb, place: Place, folded: Address, (len, numbers): (i64, i64), factor: f64, is_complex| {
                for transform in 0..batch as u64 {
                    let in_box = self.address(place) + transform * step.numbers as u64 * size;
                    let (others, [near, far]) = step.others;
                    let arguments = [in_box, folded + transform * bytes(len, is_complex)]
                        .into_iter()
                        .chain(
                            [len, step.lines, step.length, step.stride, step.parts, others, near, far]
                                .map(|n| n as u64),
                        )
                        .chain([step.kind as u64, factor.to_bits()]);
                    let arguments: Vec<u64> = arguments.collect();
                    let blocks = ((numbers * step.lines) as usize).div_ceil(TILE);
                    // SAFETY: by the caller's word.
                    unsafe { self.launch(self.kernel(verb, false), blocks, &arguments) }?;
                }
                Ok(())
            };
        launch(verbs[0], step.from, first, (lens[0], lens[0]), 1.0, is_inverse)?;
        if let Some(shape) = Step::R2r(*step).shape(&self.ends) {
            // SAFETY: by the caller's word.
            unsafe { self.lines(&shape, first, second) }?;
        }
        launch(verbs[1], step.to, second, (lens[1], step.length), factor, !is_inverse)
    }

    /// # Safety
    /// As for [`Run::walk`].
    unsafe fn scale(&self, count: usize, is_complex: bool, factor: f64) -> Result<()> {
        if factor == 1.0 {
            return Ok(());
        }
        let numbers = count * if is_complex { 2 } else { 1 };
        let arguments = [self.task.output, numbers as u64, factor.to_bits()];
        // SAFETY: by the caller's word.
        unsafe { self.launch(self.kernel(Verb::Scale, false), numbers.div_ceil(TILE), &arguments) }
    }

    /// Moves packed pieces between ranks.
    ///
    /// # Errors
    /// Those with which no rank goes on.
    ///
    /// # Safety
    /// As for [`Run::walk`].
    unsafe fn exchange(&mut self, index: usize, (from, to): (Place, Place), element: usize) -> Result<()> {
        let _span = trace::span(|| What::Exchange);
        let sides = [self.address(from), self.address(to)];
        // Others go on as if nothing were amiss here, until messages between pairs tell them.
        self.sends_nothing |= self.done.is_err();
        // SAFETY: by the caller's word.
        let (queued, moved) = unsafe {
            match self.parts.carrier {
                // Who has come here has packed, and has read what was there before.
                Carrier::Shared(_) => {
                    let waited = self.device().synchronize(self.task.stream);
                    (waited, self.comm.max(&[0]).map(drop))
                }
                Carrier::Aware => self.pass_on(index, sides, element),
                Carrier::Staged(pinned) => {
                    let host = [pinned[0].begin(), pinned[1].begin()];
                    if self.parts.exchanges[index].takes_porter(self.ends.batch) {
                        (Ok(()), self.pass_in_chunks(index, sides, host, element))
                    } else {
                        self.pass_by_host(index, sides, host, element)
                    }
                }
            }
        };
        if self.done.is_ok() {
            self.done = queued;
        }
        if !self.parts.exchanges[index].is_of_pairs(self.ends.batch) || matches!(self.parts.carrier, Carrier::Shared(_))
        {
            return moved;
        }
        self.sends_nothing |= moved.is_err();
        if self.done.is_ok() {
            self.done = moved;
        }
        Ok(())
    }

    /// By messages from the device's memory to that of others: what the device says, and MPI.
    ///
    /// # Safety
    /// As for [`Run::walk`].
    unsafe fn pass_on(&mut self, index: usize, sides: [Address; 2], element: usize) -> (Result<()>, Result<()>) {
        let mut queued = self.device().synchronize(self.task.stream);
        // SAFETY: MPI carries memory of this device.
        let moved = unsafe { self.send(index, (sides[0] as *const u8, sides[1] as *mut u8), element) };
        if self.parts.exchanges[index].schedule().block.is_some() {
            // MPI brings blocks of the same length to this rank, too, but not where they go in chunks.
            if let [Some(leaving), Some(arriving)] = self.owns(index, element) {
                let (from, to) = (sides[0] + leaving.start as u64, sides[1] + arriving.start as u64);
                // SAFETY: both are this rank's piece.
                let copied = unsafe { self.device().copy(Way::Inside, to, from, leaving.len(), self.task.stream) };
                queued = queued.and(copied);
            }
        }
        (queued, moved)
    }

    /// By messages between pairs of ranks, from host memory to host memory, to which and from which chunks are copied meanwhile.
    ///
    /// # Errors
    /// What the device says, or MPI.
    ///
    /// # Safety
    /// As for [`Run::walk`]; the host's memory is as long as any side.
    unsafe fn pass_in_chunks(
        &mut self,
        index: usize,
        sides: [Address; 2],
        host: [Address; 2],
        element: usize,
    ) -> Result<()> {
        let (places, how) = ((host[0] as *const u8, host[1] as *mut u8), (element, self.ends.batch));
        let (comm, direction, is_empty) = (self.comm, self.task.direction, self.sends_nothing);
        // SAFETY: by the caller's word.
        unsafe {
            let mut ferry = Ferry::new(&mut *self.parts.events, self.task.stream, sides, host);
            self.parts.exchanges[index].run(comm, direction, places, how, is_empty, Some(&mut ferry))
        }
    }

    /// By messages from host memory to host memory: what the device says, and MPI.
    ///
    /// # Safety
    /// As for [`Run::walk`]; the host's memory is as long as any side.
    unsafe fn pass_by_host(
        &mut self,
        index: usize,
        sides: [Address; 2],
        host: [Address; 2],
        element: usize,
    ) -> (Result<()>, Result<()>) {
        let exchange = &self.parts.exchanges[index];
        let (leaving, arriving) = exchange.schedule().sides(self.task.direction);
        let lens = [leaving, arriving].map(|side| side.len * element * self.ends.batch);
        // What stays on this rank is where it should be already, but among blocks of the same length.
        let stays = exchange.schedule().block.is_none();
        let [out, back] = self.owns(index, element).map(|own| own.filter(|_| stays));
        let (device, stream) = (&*self.engine.device, self.task.stream);
        // SAFETY: by the caller's word.
        unsafe {
            let down = stage(device, (Way::ToHost, host[0], sides[0]), lens[0], out, stream);
            let down = down.and(device.synchronize(stream));
            let moved = self.send(index, (host[0] as *const u8, host[1] as *mut u8), element);
            let up = stage(device, (Way::ToDevice, sides[1], host[1]), lens[1], back, stream);
            (down.and(up), moved)
        }
    }

    /// The bytes of this rank's own piece among those that leave and those that arrive.
    fn owns(&self, index: usize, element: usize) -> [Option<Range<usize>>; 2] {
        let scale = element * self.ends.batch;
        let (leaving, arriving) = self.parts.exchanges[index].schedule().sides(self.task.direction);
        [leaving, arriving].map(|side| {
            let piece = side.pieces.iter().find(|piece| piece.rank == self.engine.route.rank)?;
            Some(piece.offset * scale..(piece.offset + piece.len) * scale)
        })
    }

    /// # Safety
    /// As for [`Run::walk`]; both places hold their sides, where MPI can reach them.
    unsafe fn send(&mut self, index: usize, places: (*const u8, *mut u8), element: usize) -> Result<()> {
        let how = (element, self.ends.batch);
        // SAFETY: by the caller's word.
        unsafe {
            self.parts.exchanges[index].run(self.comm, self.task.direction, places, how, self.sends_nothing, None)
        }
    }
}
