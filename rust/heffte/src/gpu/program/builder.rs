//! Putting the steps of a call together.

use super::route::Pass;
use super::{Conversion, Crossing, FourierStep, MoveStep, Peer, Place, Program, R2rStep, Route, SLOTS, Step};
use crate::axis::{AxisKind, Domain};
use crate::geometry::{Box3d, Order};
use crate::gpu::lines::{BoxLines, Numbers};
use crate::gpu::moves::{Moves, Side};
use crate::options::Direction;

/// The begin and the end of a transform.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::gpu) struct Ends {
    pub direction: Direction,
    /// The caller's boxes, in the order of travel.
    pub boxes: [Box3d; 2],
    /// Whether the elements of the caller's arrays are complex.
    pub complex: [bool; 2],
    pub batch: usize,
    /// Whether the caller's arrays overlap so that no step may read one and write the other.
    pub overlaps: bool,
}

/// Data on its way.
#[derive(Debug, Clone, Copy)]
struct At {
    place: Place,
    /// The points, in the order in which they lie.
    held: Box3d,
    is_complex: bool,
}

/// How data gets from rank to rank.
pub(in crate::gpu) enum Carriage<'a> {
    /// By messages, with what leaves and arrives in each exchange.
    Messages(Vec<Crossing<'a>>),
    /// Through memory that peers read: besides, where the pieces for this rank lie, for each exchange in the order of its pieces.
    Memory(Vec<Crossing<'a>>, &'a [Vec<Peer>]),
}

struct Builder<'a> {
    route: &'a Route,
    ends: Ends,
    program: Program,
    at: At,
    /// Exchanges so far.
    exchanges: usize,
}

impl Program {
    /// The steps of a call.
    pub fn new(route: &Route, ends: Ends, carriage: &Carriage<'_>) -> Program {
        let at = At { place: Place::Input, held: ends.boxes[0], is_complex: ends.complex[0] };
        let program = Program { steps: Vec::new(), scaled: 0, slots: [0; SLOTS] };
        let mut builder = Builder { route, ends, program, at, exchanges: 0 };
        builder.build(carriage);
        builder.finish()
    }
}

impl Builder<'_> {
    fn build(&mut self, carriage: &Carriage<'_>) {
        if self.ends.overlaps {
            let slot = self.free([]);
            self.move_to(Place::Slot(slot), self.at.held.order, self.at.is_complex);
        }
        let direction = self.ends.direction;
        let stages = self.route.stages(direction);
        for (index, stage) in stages.iter().enumerate() {
            let passes = self.route.passes(stage, direction);
            for (place, pass) in passes.iter().enumerate() {
                let is_last = index + 1 == stages.len() && place + 1 == passes.len();
                let after = self.route.boxes(stage, direction)[1];
                match pass {
                    Pass::Fourier(axes) => self.fourier(axes, &after, self.route.order(stage), is_last),
                    Pass::R2r(axis) => self.r2r(*axis, is_last),
                }
            }
            if let Some(next) = stages.get(index + 1) {
                let exchange = if direction == Direction::Forward { index } else { stages.len() - 2 - index };
                let arriving = self.route.boxes(next, direction)[0];
                let passes = self.route.passes(next, direction);
                let after = self.route.boxes(next, direction)[1];
                let is_last = index + 2 == stages.len();
                let suits = is_last && self.suits(&passes, [arriving, after]);
                let order = if suits { self.ends.boxes[1].order } else { self.route.order(next) };
                self.exchange(exchange, carriage, arriving.with_order(order), is_last && passes.is_empty());
            }
        }
        if self.at.place != Place::Output {
            self.move_to(Place::Output, self.ends.boxes[1].order, self.ends.complex[1]);
        }
    }

    /// Whether `passes` can be made where data lies in the order of the caller's output.
    fn suits(&self, passes: &[Pass], [before, after]: [Box3d; 2]) -> bool {
        let order = self.ends.boxes[1].order;
        passes.iter().all(|pass| match pass {
            Pass::Fourier(axes) => {
                let (before, after) = (before.with_order(order), after.with_order(order));
                BoxLines::new(&before, &after, axes, self.numbers(axes)).is_some()
            }
            Pass::R2r(_) => true,
        })
    }

    /// The first array of the workspace that is neither where data is nor one of `taken`.
    fn free<const N: usize>(&self, taken: [usize; N]) -> usize {
        let is_free = |slot: &usize| self.at.place != Place::Slot(*slot) && !taken.contains(slot);
        (0..SLOTS).find(is_free).expect("a step takes at most three arrays")
    }

    /// Makes room for so many elements at a place, if it is one of the workspace, for each transform of the batch.
    fn need(&mut self, place: Place, elements: usize, is_complex: bool) {
        let numbers = elements * self.ends.batch * if is_complex { 2 } else { 1 };
        if let Place::Slot(slot) = place {
            self.program.slots[slot] = self.program.slots[slot].max(numbers);
        }
    }

    /// The type in which the plan works at this point: what the input is, but for a plan whose numbers are all complex.
    fn works_in_complex(&self) -> bool {
        self.at.is_complex || Domain::of(&self.route.recipe.problem().kinds) == Domain::C2c
    }

    /// Whether the pass that is next may leave its result of `after` in the caller's output.
    fn ends_here(&self, is_last: bool, after: &Box3d, is_complex: bool) -> bool {
        is_last && is_complex == self.ends.complex[1] && after.same_layout(&self.ends.boxes[1])
    }

    /// Moves the whole box.
    fn move_to(&mut self, place: Place, order: Order, is_complex: bool) {
        let (held, count) = (self.at.held.with_order(order), self.at.held.count());
        let mut moves = Moves::default();
        for transform in 0..self.ends.batch {
            let first = (transform * count) as i64;
            let (from, to) = (Side::within(&self.at.held, &held, 0, first), Side::within(&held, &held, 1, first));
            moves.push(&held, from, to);
        }
        self.need(place, count, is_complex);
        let conversion = Conversion::between(self.at.is_complex, is_complex);
        self.program.steps.push(Step::Move(MoveStep { moves, conversion, bases: [self.at.place, place, place] }));
        self.at = At { place, held, is_complex };
    }

    /// Brings data to an array of our own, in that order and the type in which the plan works.
    fn fetch(&mut self, order: Order) {
        let slot = self.free([]);
        self.move_to(Place::Slot(slot), order, self.works_in_complex());
    }

    fn fourier(&mut self, axes: &[usize], after: &Box3d, order: Order, is_last: bool) {
        let (numbers, halved) = self.numbers(axes);
        let is_read_only = numbers == Numbers::ToReal && self.at.place == Place::Input;
        let must_convert = numbers != Numbers::ToComplex && !self.at.is_complex;
        let lines = |at: &At| BoxLines::new(&at.held, &done(at, after, axes), axes, (numbers, halved));
        let lines = match lines(&self.at) {
            Some(lines) if !must_convert && !is_read_only => lines,
            found => {
                let order = if found.is_some() { self.at.held.order } else { with_first(axes, order) };
                self.fetch(order);
                lines(&self.at).expect("lines of the first axes in memory are equally far apart")
            }
        };
        let done = done(&self.at, after, axes);
        let is_complex = numbers != Numbers::ToReal;
        let to = if self.ends_here(is_last, &done, is_complex) {
            Place::Output
        } else if numbers == Numbers::Complex && self.at.place != Place::Input {
            self.at.place
        } else {
            Place::Slot(self.free([]))
        };
        self.need(to, done.count(), is_complex);
        self.program.steps.push(Step::Fourier(FourierStep {
            lines,
            from: self.at.place,
            to,
            counts: [self.at.held.count(), done.count()],
            complex: [self.at.is_complex, is_complex],
        }));
        self.at = At { place: to, held: done, is_complex };
    }

    /// What Fourier transforms along `axes` make of which numbers, and the axis that is halved, if one is.
    fn numbers(&self, axes: &[usize]) -> (Numbers, Option<usize>) {
        let halved = axes.iter().copied().find(|axis| self.route.recipe.kind(*axis) == AxisKind::R2c);
        let numbers = match (halved, self.ends.direction) {
            (None, _) => Numbers::Complex,
            (Some(_), Direction::Forward) => Numbers::ToComplex,
            (Some(_), Direction::Backward) => Numbers::ToReal,
        };
        (numbers, halved)
    }

    fn r2r(&mut self, axis: usize, is_last: bool) {
        let AxisKind::R2r(kind) = self.route.recipe.kind(axis) else { unreachable!("passes are made of kinds") };
        if !self.at.is_complex && self.works_in_complex() {
            self.fetch(self.at.held.order);
        }
        let (held, is_complex) = (self.at.held, self.at.is_complex);
        let parts = if is_complex { 2 } else { 1 };
        let strides = held.strides().map(|stride| stride as i64 * parts);
        let size = held.size().map(|extent| extent.max(0));
        let others: Vec<usize> = held.order.dimensions().into_iter().filter(|other| *other != axis).collect();
        let to = if self.ends_here(is_last, &held, is_complex) {
            Place::Output
        } else if self.at.place == Place::Input {
            Place::Slot(self.free([]))
        } else {
            self.at.place
        };
        let taken = if let Place::Slot(slot) = to { slot } else { SLOTS };
        let folded = self.free([taken]);
        let spectra = self.free([taken, folded]);
        let step = R2rStep {
            kind,
            length: size[axis],
            stride: strides[axis],
            parts,
            others: (size[others[0]].max(1), [strides[others[0]], strides[others[1]]]),
            lines: size[others[0]] * size[others[1]] * parts,
            numbers: held.count() as i64 * parts,
            from: self.at.place,
            to,
            folded: Place::Slot(folded),
            spectra: Place::Slot(spectra),
        };
        let (lines, period) = (step.lines as usize, step.period() as usize);
        self.need(to, held.count(), is_complex);
        self.need(step.folded, lines * period, false);
        self.need(step.spectra, lines * (period / 2 + 1), true);
        self.program.steps.push(Step::R2r(step));
        self.at.place = to;
    }

    /// Packs, exchanges, and unpacks to `held`; to the caller's output where that `ends` the transform.
    fn exchange(&mut self, index: usize, carriage: &Carriage<'_>, held: Box3d, ends: bool) {
        let is_complex = self.works_in_complex();
        let order = self.route.packed_order(index);
        let (send, receive) = (self.free([]), self.free([self.free([])]));
        let (crossing, bases) = match carriage {
            Carriage::Messages(crossings) => {
                (crossings[index], [self.at.place, Place::Slot(send), Place::Slot(receive)])
            }
            Carriage::Memory(crossings, _) => {
                let shared = Place::Shared(self.exchanges % 2);
                (crossings[index], [self.at.place, shared, shared])
            }
        };
        let moves = self.packing(&crossing, order);
        self.need(bases[1], crossing.leaving.len, is_complex);
        self.need(bases[2], crossing.arriving.len, is_complex);
        let conversion = Conversion::between(self.at.is_complex, is_complex);
        self.program.steps.push(Step::Move(MoveStep { moves, conversion, bases }));
        self.program.steps.push(Step::Exchange { index, from: bases[1], to: bases[2], is_complex });
        // What was packed is no longer needed where it was.
        self.at.place = Place::Anywhere;
        let (to, becomes_complex) = if ends {
            (Place::Output, self.ends.complex[1])
        } else {
            (Place::Slot(self.free([send, receive])), is_complex)
        };
        let (moves, from) = match carriage {
            Carriage::Messages(_) => (self.unpacking(&crossing, order, &held, None), Place::Slot(receive)),
            Carriage::Memory(_, peers) => {
                (self.unpacking(&crossing, order, &held, Some(&peers[index])), Place::Anywhere)
            }
        };
        self.need(to, held.count(), becomes_complex);
        let conversion = Conversion::between(is_complex, becomes_complex);
        self.program.steps.push(Step::Move(MoveStep { moves, conversion, bases: [from, to, to] }));
        self.at = At { place: to, held, is_complex: becomes_complex };
        self.exchanges += 1;
    }

    /// From where data is to packed pieces: those that leave at base 1, the one that stays at base 2.
    fn packing(&self, crossing: &Crossing<'_>, order: Order) -> Moves {
        let (batch, mut moves) = (self.ends.batch, Moves::default());
        let count = self.at.held.count();
        for piece in &crossing.leaving.pieces {
            let packed = piece.region.with_order(order);
            let stays = crossing.keeps_own && piece.rank == self.route.rank;
            let twin = crossing.arriving.pieces.iter().find(|other| other.rank == piece.rank).filter(|_| stays);
            for transform in 0..batch {
                let from = Side::within(&self.at.held, &piece.region, 0, (transform * count) as i64);
                let (base, offset) = twin.map_or((1, piece.offset), |twin| (2, twin.offset));
                let first = offset * batch + transform * piece.len;
                moves.push(&packed, from, Side::within(&packed, &packed, base, first as i64));
            }
        }
        moves
    }

    /// From packed pieces, at base 0 or where peers have them, to `held` at base 1.
    fn unpacking(&self, crossing: &Crossing<'_>, order: Order, held: &Box3d, peers: Option<&[Peer]>) -> Moves {
        let (batch, mut moves) = (self.ends.batch, Moves::default());
        let count = held.count();
        for (index, piece) in crossing.arriving.pieces.iter().enumerate() {
            let packed = piece.region.with_order(order);
            let begin = peers.map_or(piece.offset * batch, |peers| {
                debug_assert_eq!(peers[index].rank, piece.rank);
                peers[index].element
            });
            for transform in 0..batch {
                let first = begin + transform * piece.len;
                let to = Side::within(held, &piece.region, 1, (transform * count) as i64);
                moves.push(&packed, Side::within(&packed, &packed, 0, first as i64), to);
            }
        }
        moves
    }

    /// With the step that scales: the last that can, at no cost; else one more.
    fn finish(mut self) -> Program {
        let steps = &mut self.program.steps;
        self.program.scaled =
            steps.iter().rposition(|step| matches!(step, Step::Move(_) | Step::R2r(_))).unwrap_or_else(|| {
                let count = self.ends.boxes[1].count() * self.ends.batch;
                steps.push(Step::Scale { count, is_complex: self.ends.complex[1] });
                steps.len() - 1
            });
        self.program
    }
}

/// The box at `at` once `axes` were transformed, on the way to `after`: only the axis that is halved changes its points.
fn done(at: &At, after: &Box3d, axes: &[usize]) -> Box3d {
    let mut done = at.held;
    for &axis in axes {
        (done.low[axis], done.high[axis]) = (after.low[axis], after.high[axis]);
    }
    done
}

/// `order` with these axes before the others: those of a stage come first in its order, but not each group of them, where cosines or
/// sines are between.
fn with_first(axes: &[usize], order: Order) -> Order {
    let mut dimensions = order.dimensions();
    dimensions.sort_by_key(|axis| !axes.contains(axis));
    Order::new(dimensions.map(|axis| axis as i64), "stage").expect("sorted axes are a permutation")
}
