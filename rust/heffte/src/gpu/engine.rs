//! A plan on this rank's device: what it takes to transform, and what it keeps from call to call.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::carrier::{Carrier, Shared, free_retired, mpi_carries, refusal};
use super::device::{Address, Device, Fft, Stream, insist};
use super::lines::Shape;
use super::memory::{DeviceArray, Memory};
use super::program::{Carriage, Crossing, Ends, Peer, Program, Route, SLOTS, Step};
use super::staging::Events;
use crate::array::ElementType;
use crate::axis::Domain;
use crate::comm::Comm;
use crate::error::{ErrorKind, Result};
use crate::exchange::Exchange;
use crate::geometry::Box3d;
use crate::options::{Direction, Transport};
use crate::recipe::Recipe;
use crate::spec::Spec;
use crate::trace::{self, What};

/// Real numbers that arrays of the workspace begin at multiples of.
const ALIGNMENT: usize = 64;

/// The device's part of a plan.
pub(crate) struct Engine {
    pub(super) device: Arc<dyn Device>,
    pub(super) route: Route,
    pub(super) boxes: [Box3d; 2],
    pub(super) domain: Domain,
    transport: Transport,
    state: Mutex<State>,
}

/// What is kept between calls.
pub(super) struct State {
    pub exchanges: Vec<Exchange>,
    pub carrier: Carrier,
    events: Events,
    programs: Vec<(Ends, bool, Prepared)>,
    ffts: HashMap<(Shape, bool), Box<dyn Fft>>,
    workspace: Memory,
    pub scratch: Memory,
    /// The stream of the call before, if there was one.
    pub last_stream: Option<Stream>,
    /// Why ranks do not share memory, where that was found out by a call.
    refusal: Option<String>,
}

/// A program whose tables are on the device.
pub(super) struct Prepared {
    pub program: Program,
    pub tables: Memory,
    /// The begin of the table of each step, for those that have one.
    pub offsets: Vec<usize>,
}

/// What a call works with.
pub(super) struct Ready {
    /// The index of its program.
    pub program: usize,
    /// The begin of the workspace.
    pub workspace: Address,
    pub is_double: bool,
}

impl Engine {
    /// The device's part of a plan, on the device that `spec` names or else on that of this thread. The recipe is told what carries its
    /// exchanges. Collective.
    ///
    /// # Errors
    /// Why there is no such device on some rank, on all of them; [`Error::Mpi`].
    pub fn new(comm: &Comm, spec: &Spec, recipe: &mut Recipe, is_one_node: bool) -> Result<Engine> {
        let device = super::device_of(spec.backend, spec.device);
        let device = comm.agree(device.and_then(|device| device.load_kernels().map(|()| device)))?;
        let route = Route { recipe: recipe.clone(), rank: comm.rank() };
        let count = recipe.stages().len() - 1;
        let schedules = (0..count).map(|index| route.schedule(index, comm.rank())).collect();
        let options = &spec.options;
        let mut exchanges =
            Exchange::prepare(comm, schedules, options.transport, options.count_limit, &Arc::default())?;
        let carrier = if count == 0 {
            Carrier::Aware
        } else if is_one_node && options.use_shared_memory {
            Carrier::Shared(Shared::new(&device, shared_numbers(&exchanges)))
        } else {
            by_messages(comm, &device, options.use_gpu_aware)?
        };
        if options.transport != Transport::Alltoall {
            exchanges.iter_mut().for_each(|exchange| exchange.leave_own(comm.rank()));
        }
        let state = State {
            exchanges,
            carrier,
            events: Events::none(&device),
            programs: Vec::new(),
            ffts: HashMap::new(),
            workspace: Memory::none(&device),
            scratch: Memory::none(&device),
            last_stream: None,
            refusal: None,
        };
        let boxes = [spec.inbox, spec.outbox];
        let (domain, transport) = (spec.domain(), options.transport);
        let engine = Engine { device, route, boxes, domain, transport, state: Mutex::new(state) };
        recipe.set_carrier(engine.carrier_name(), false);
        recipe.set_device(engine.describe());
        Ok(engine)
    }

    /// The number of its device.
    pub fn ordinal(&self) -> i32 {
        self.device.ordinal()
    }

    /// Waits for all that was queued on a stream of its device.
    ///
    /// # Errors
    /// [`crate::Error::Device`].
    pub fn synchronize(&self, stream: Stream) -> Result<()> {
        let _entered = self.device.enter()?;
        self.device.synchronize(stream)
    }

    /// The name of its device.
    pub fn describe(&self) -> String {
        self.device.describe()
    }

    /// The device that has the memory at an address, if one has.
    pub fn owner(&self, address: Address) -> Option<i32> {
        self.device.owner(address)
    }

    /// The state of the engine, for a call.
    pub(super) fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What carries exchanges, in words for the recipe.
    pub fn carrier_name(&self) -> String {
        let (state, transport) = (self.lock(), self.transport.name());
        let suffix = state.refusal.as_ref().map_or(String::new(), |refusal| format!(" ({refusal})"));
        match &state.carrier {
            Carrier::Shared(_) => "shared device memory".to_owned(),
            carrier => format!("{transport} {}{suffix}", carrier.memory()),
        }
    }

    /// What all that was measured of it depends on: the model of its device, and the memory by way of which exchanges go.
    pub fn conditions(&self) -> String {
        format!("{}, {}", self.device.name(), self.lock().carrier.memory())
    }

    /// Whether ranks read each other's memory.
    pub fn is_shared(&self) -> bool {
        self.lock().is_shared()
    }

    /// Gives what it does to `other` for what that does. Memory that serves any way stays with each.
    pub fn change_ways(&mut self, other: &mut Engine) {
        std::mem::swap(self, other);
        let [own, others] = [self, other].map(|engine| engine.state.get_mut().unwrap_or_else(PoisonError::into_inner));
        std::mem::swap(&mut own.workspace, &mut others.workspace);
        std::mem::swap(&mut own.scratch, &mut others.scratch);
        std::mem::swap(&mut own.events, &mut others.events);
        std::mem::swap(&mut own.last_stream, &mut others.last_stream);
        if let (Carrier::Staged(own), Carrier::Staged(others)) = (&mut own.carrier, &mut others.carrier) {
            std::mem::swap(own, others);
        }
    }

    /// An array of `len` elements on its device, which may hold anything.
    ///
    /// # Errors
    /// [`crate::Error::Allocation`], [`crate::Error::Device`].
    pub fn array(&self, len: usize, element: ElementType) -> Result<DeviceArray> {
        DeviceArray::on(&self.device, len, element)
    }

    /// Elements of a workspace that a single transform needs, of the type in which the plan works.
    pub fn needed_len(&self) -> usize {
        let state = self.lock();
        let is_r2r = self.domain == Domain::R2r;
        let needed = self.all_ends().into_iter().map(|ends| {
            let program = Program::new(&self.route, ends, &state.carriage(&self.route, ends, &[]));
            let numbers = slots_len(&program);
            // Only those whose numbers are all real have real ones in their workspace.
            if is_r2r && !ends.complex[0] { numbers } else { numbers.div_ceil(2) }
        });
        needed.max().unwrap_or(0)
    }

    /// Single transforms of each kind.
    fn all_ends(&self) -> Vec<Ends> {
        let mut all = Vec::new();
        for direction in [Direction::Forward, Direction::Backward] {
            for (complex, overlaps) in [(false, false), (false, true), (true, false), (true, true)] {
                let ends = self.ends(direction, complex, 1, overlaps);
                // Not every plan makes these differences.
                if !all.contains(&ends) {
                    all.push(ends);
                }
            }
        }
        all
    }

    /// A kind of calls: with complex arrays on the side of the inboxes or with real ones.
    pub(super) fn ends(&self, direction: Direction, near: bool, batch: usize, overlaps: bool) -> Ends {
        let near = near && self.domain != Domain::R2c;
        let far = if self.domain == Domain::R2r { near } else { true };
        let overlaps = overlaps && self.route.recipe.stages().len() == 1;
        let (boxes, complex) = (self.boxes, [near, far]);
        match direction {
            Direction::Forward => Ends { direction, boxes, complex, batch, overlaps },
            Direction::Backward => {
                Ends { direction, boxes: [boxes[1], boxes[0]], complex: [complex[1], complex[0]], batch, overlaps }
            }
        }
    }

    /// All that a call takes on this rank.
    ///
    /// # Errors
    /// [`Error::Allocation`], [`Error::Device`].
    pub(super) fn prepare(
        &self,
        state: &mut State,
        ends: Ends,
        is_double: bool,
        given: Option<Address>,
    ) -> Result<Ready> {
        let known = state.programs.iter().position(|(kind, double, _)| *kind == ends && *double == is_double);
        let program = match known {
            Some(program) => program,
            None => {
                let prepared = self.prepared(state, ends, is_double)?;
                state.programs.push((ends, is_double, prepared));
                state.programs.len() - 1
            }
        };
        let size = real_size(is_double);
        let needed = slots_len(&state.programs[program].2.program) * size;
        let workspace = match given {
            Some(given) => given,
            None => {
                if let Some(stream) = state.last_stream.filter(|_| state.workspace.is_shorter(needed)) {
                    self.device.synchronize(stream)?;
                }
                state.workspace.reserve(needed)?
            }
        };
        if let Carrier::Staged(pinned) = &mut state.carrier {
            let lens =
                state.exchanges.iter().flat_map(|exchange| [exchange.schedule().near.len, exchange.schedule().far.len]);
            let bytes = lens.max().unwrap_or(0) * ends.batch * 2 * size;
            // The call before may still copy from there.
            if let Some(stream) = state.last_stream.filter(|_| pinned.iter().any(|side| side.is_shorter(bytes))) {
                self.device.synchronize(stream)?;
            }
            for side in pinned {
                side.reserve(bytes)?;
            }
        }
        Ok(Ready { program, workspace, is_double })
    }

    /// The program of a kind of calls, with its tables and what transforms its lines.
    fn prepared(&self, state: &mut State, ends: Ends, is_double: bool) -> Result<Prepared> {
        let _span = trace::span(|| What::LinePlans);
        let size = real_size(is_double);
        let peers = state.peers(&self.route, ends, size);
        let program = Program::new(&self.route, ends, &state.carriage(&self.route, ends, &peers));
        let (mut bytes, mut offsets): (Vec<u8>, Vec<_>) = Default::default();
        for step in &program.steps {
            offsets.push(bytes.len());
            if let Step::Move(step) = step {
                bytes.extend_from_slice(step.moves.bytes());
            }
        }
        let tables = Memory::new(&self.device, bytes.len())?;
        tables.write(0, &bytes)?;
        let mut scratch = 0;
        for shape in program.steps.iter().filter_map(|step| step.shape(&ends)) {
            let key = (shape, is_double);
            if !state.ffts.contains_key(&key) {
                let fft = self.device.fft(&key.0, is_double)?;
                state.ffts.insert(key.clone(), fft);
            }
            scratch = scratch.max(state.ffts[&key].scratch());
        }
        if let Some(stream) = state.last_stream.filter(|_| state.scratch.is_shorter(scratch)) {
            self.device.synchronize(stream)?;
        }
        state.scratch.reserve(scratch)?;
        Ok(Prepared { program, tables, offsets })
    }

    /// Makes room in the memory that ranks share, or gives up to share it. Collective.
    ///
    /// # Errors
    /// [`Error::Mpi`].
    pub(super) fn reserve_shared(&self, comm: &Comm, state: &mut State, scale: usize, is_aware: bool) -> Result<()> {
        let Carrier::Shared(shared) = &mut state.carrier else { return Ok(()) };
        // Tables have addresses of what is about to be freed.
        state.programs.clear();
        match shared.reserve(comm, &self.device, scale) {
            Err(error) if error.kind() == ErrorKind::Mpi => Err(error),
            Err(error) => {
                state.refusal = Some(refusal(&error));
                state.carrier = by_messages(comm, &self.device, is_aware)?;
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Ends what is under way, and gives everything back; what others may still have open, once they have not. Waits for no rank.
    pub fn retire(&self, comm: &Comm) {
        let mut state = self.lock();
        if let Some(stream) = state.last_stream {
            insist(&*self.device, || self.device.synchronize(stream));
        }
        // Libraries give back what they hold of the device that is this thread's.
        let entered = self.device.enter().or_else(|_| self.device.enter());
        state.ffts.clear();
        drop(entered);
        free_retired();
        if let Carrier::Shared(shared) = &mut state.carrier {
            shared.retire(comm, &self.device);
        }
    }
}

/// Messages, from the memory of devices where MPI can. Collective.
fn by_messages(comm: &Comm, device: &Arc<dyn Device>, is_aware: bool) -> Result<Carrier> {
    let staged = || Carrier::Staged([Memory::pinned(device), Memory::pinned(device)]);
    Ok(if is_aware && mpi_carries(comm, device)? { Carrier::Aware } else { staged() })
}

/// Real numbers of the memory that peers read, for a single transform.
fn shared_numbers(exchanges: &[Exchange]) -> usize {
    exchanges
        .iter()
        .map(|exchange| 2 * exchange.schedule().near.len.max(exchange.schedule().far.len))
        .max()
        .unwrap_or(0)
}

/// Bytes of a real number.
pub(super) fn real_size(is_double: bool) -> usize {
    if is_double { 8 } else { 4 }
}

/// Real numbers of all arrays of the workspace.
fn slots_len(program: &Program) -> usize {
    slot_begin(program, SLOTS)
}

/// Where an array of the workspace begins, in real numbers.
pub(super) fn slot_begin(program: &Program, slot: usize) -> usize {
    program.slots[..slot].iter().map(|numbers| numbers.next_multiple_of(ALIGNMENT)).sum()
}

impl State {
    /// The program and what transforms its lines.
    pub fn parts(&mut self, index: usize) -> Parts<'_> {
        let prepared = &self.programs[index].2;
        Parts {
            prepared,
            ffts: &self.ffts,
            exchanges: &mut self.exchanges,
            carrier: &self.carrier,
            events: &mut self.events,
            scratch: self.scratch.begin(),
        }
    }

    /// Whether there is shared memory for real numbers of so many bytes, times transforms of a batch.
    pub fn suffices(&self, scale: usize) -> bool {
        if let Carrier::Shared(shared) = &self.carrier { shared.suffices(scale) } else { true }
    }

    /// Whether ranks read each other's memory.
    pub fn is_shared(&self) -> bool {
        matches!(self.carrier, Carrier::Shared(_))
    }

    fn carriage<'a>(&'a self, route: &Route, ends: Ends, peers: &'a [Vec<Peer>]) -> Carriage<'a> {
        let keeps = |exchange: &Exchange| exchange.schedule().block.is_none() && !self.is_shared();
        let crossing = |exchange| Crossing::of(exchange, ends.direction, keeps(exchange));
        let crossings: Vec<_> = self.exchanges.iter().map(crossing).collect();
        if self.is_shared() && (!peers.is_empty() || route.recipe.stages().len() == 1) {
            Carriage::Memory(crossings, peers)
        } else {
            Carriage::Messages(crossings)
        }
    }

    /// Where pieces for this rank lie in the memory of its peers, for each exchange; none where memory is not shared.
    fn peers(&self, route: &Route, ends: Ends, size: usize) -> Vec<Vec<Peer>> {
        let Carrier::Shared(shared) = &self.carrier else { return Vec::new() };
        let (scale, count) = (size * ends.batch, self.exchanges.len());
        let of_exchange = |(index, exchange): (usize, &Exchange)| {
            let is_forward = ends.direction == Direction::Forward;
            let parity = if is_forward { index % 2 } else { (count - 1 - index) % 2 };
            let (_, arriving) = exchange.schedule().sides(ends.direction);
            let is_complex = route.is_complex_in(index, &ends);
            let element = if is_complex { 2 * size } else { size };
            let of_piece = |rank: usize| {
                let schedule = route.schedule(index, rank);
                let (leaving, _) = schedule.sides(ends.direction);
                let twin = leaving.pieces.iter().find(|piece| piece.rank == route.rank);
                let packed = twin.map_or(0, |piece| piece.offset);
                let offset = exchange.schedule().block.map_or(packed, |block| block * route.rank);
                Peer { rank, element: shared.begin(rank, parity, scale) as usize / element + offset * ends.batch }
            };
            arriving.pieces.iter().map(|piece| of_piece(piece.rank)).collect()
        };
        self.exchanges.iter().enumerate().map(of_exchange).collect()
    }
}

/// What a run works with.
pub(super) struct Parts<'a> {
    pub prepared: &'a Prepared,
    pub ffts: &'a HashMap<(Shape, bool), Box<dyn Fft>>,
    pub exchanges: &'a mut [Exchange],
    pub carrier: &'a Carrier,
    pub events: &'a mut Events,
    pub scratch: Address,
}
