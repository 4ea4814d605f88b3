//! The steps of a plan on one rank: which visits, between which places, and where ranks meet. Holds no scalar type.

mod messages;
mod node;

use crate::axis::{AxisKind, R2rKind};
use crate::geometry::Box3d;
use crate::lines::{Piece, Thresholds, Visit};
use crate::recipe::{Recipe, Stage};
use crate::trace::{Axes, MESSAGES};

pub(super) use messages::{Crossing, Keeper};
pub(super) use node::Spread;

/// Memory that a visit reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The caller's array of the inbox.
    Inbox,
    /// The caller's array of the outbox.
    Outbox,
    /// Our own array of a whole box of `len` elements, at that end of the workspace; of real ones where a plan works in complex
    /// numbers only later.
    Staging { end: End, len: usize, is_real: bool },
    /// The packed pieces on the side of an exchange that is nearer to the inboxes.
    Near(usize),
    /// The packed pieces on its other side.
    Far(usize),
    /// Pieces in the memory that the ranks of a node share: an index into [`Program::spreads`].
    Areas(usize),
}

impl Place {
    fn is_callers(self) -> bool {
        matches!(self, Place::Inbox | Place::Outbox)
    }

    /// What a trace calls it.
    pub fn name(self) -> &'static str {
        match self {
            Place::Inbox => "inbox",
            Place::Outbox => "outbox",
            Place::Staging { .. } => "staging",
            Place::Near(_) | Place::Far(_) => MESSAGES,
            Place::Areas(_) => "shared memory",
        }
    }
}

/// An end of the workspace. Each step leaves its result at the end opposite to where it found its data, so that only
/// neighbours in the chain of places need room at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum End {
    #[default]
    Low,
    High,
}

impl End {
    pub fn opposite(self) -> End {
        match self {
            End::Low => End::High,
            End::High => End::Low,
        }
    }
}

/// What a pass does to its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    /// Moves them.
    Copy,
    /// Transforms complex lines of this length.
    C2c(usize),
    /// Transforms real lines of this length.
    R2c(usize),
    /// Transforms lines of this length by cosines or sines.
    R2r(R2rKind, usize),
}

/// A pass over a box between two places: forward from `near` to `far`, backward from `far` to `near`.
#[derive(Debug, Clone)]
pub(super) struct VisitStep {
    /// Its operations are indices into [`Program::operations`].
    pub visit: Visit,
    /// The axes that it transforms.
    pub axes: Axes,
    pub near: Place,
    pub far: Place,
}

/// One step of a transform.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Visit(VisitStep),
    /// Messages carry data from one side of an exchange to the other.
    Exchange(usize),
    /// The ranks of the node wait for each other.
    Meet,
}

/// The steps of one rank.
#[derive(Debug)]
pub(super) struct Program {
    forward: Vec<Step>,
    backward: Vec<Step>,
    /// Forward by way of the staging array, for arrays that overlap, or where the caller's output has no room for what comes before.
    detour: Vec<Step>,
    operations: Vec<Operation>,
    crossings: Vec<Crossing>,
    spreads: Vec<Spread>,
    needed_len: usize,
    area_lens: [usize; 2],
    thresholds: Thresholds,
}

impl Program {
    /// A program without steps.
    fn empty(thresholds: Thresholds) -> Program {
        Program {
            forward: Vec::new(),
            backward: Vec::new(),
            detour: Vec::new(),
            operations: vec![Operation::Copy],
            crossings: Vec::new(),
            spreads: Vec::new(),
            needed_len: 0,
            area_lens: [0; 2],
            thresholds,
        }
    }

    /// Whether visits leave results in the caller's output that others read there.
    pub fn works_in_output(&self, forward: bool) -> bool {
        let steps = if forward { &self.forward } else { &self.backward };
        let stays =
            |step: &Step| matches!(step, Step::Visit(VisitStep { near, far, .. }) if near == far && near.is_callers());
        steps.iter().any(stays)
    }

    /// The steps of a transform in the order in which they are taken; `overlapping` where the caller's arrays do not allow others
    /// than the detour.
    pub fn steps(&self, forward: bool, overlapping: bool) -> impl ExactSizeIterator<Item = &Step> {
        let steps = match (overlapping && !self.detour.is_empty(), forward) {
            (true, _) => &self.detour,
            (false, true) => &self.forward,
            (false, false) => &self.backward,
        };
        let reversed = std::ptr::eq(steps, &self.detour) && !forward;
        let count = steps.len();
        (0..count).map(move |index| &steps[if reversed { count - 1 - index } else { index }])
    }

    /// The step that applies the factor of a transform: the last that does anything else to lines, or the last.
    pub fn scaled_step(&self, forward: bool, overlapping: bool) -> usize {
        let steps = self.steps(forward, overlapping);
        let last = steps.len().saturating_sub(1);
        let transforms =
            |step: &Step| matches!(step, Step::Visit(step) if step.visit.operations().any(|op| op != COPY));
        steps.enumerate().filter(|(_, step)| transforms(step)).map(|(index, _)| index).last().unwrap_or(last)
    }

    /// All visits, whichever steps are taken.
    pub fn visits(&self) -> impl Iterator<Item = &Visit> {
        self.forward.iter().chain(&self.backward).chain(&self.detour).filter_map(|step| match step {
            Step::Visit(step) => Some(&step.visit),
            Step::Exchange(_) | Step::Meet => None,
        })
    }

    /// What visits do to lines.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Where the exchange `index` lies.
    pub fn crossing(&self, index: usize) -> Crossing {
        self.crossings[index]
    }

    /// The exchanges that this rank's own piece need not travel by.
    pub fn keeping_own(&self) -> impl Iterator<Item = usize> {
        let keeps = |index: &usize| self.crossings[*index].keeper.is_some();
        (0..self.crossings.len()).filter(keeps)
    }

    /// The pieces of [`Place::Areas`].
    pub fn spread(&self, index: usize) -> &Spread {
        &self.spreads[index]
    }

    /// Elements of the workspace that are used, for each transform of a batch, of the type in which the plan works.
    pub fn needed_len(&self) -> usize {
        self.needed_len
    }

    /// Such elements of this rank's areas of shared memory, for each transform of a batch.
    pub fn area_lens(&self) -> [usize; 2] {
        self.area_lens
    }

    /// The index of what `recipe` does along `axis`.
    fn operation(&mut self, recipe: &Recipe, axis: usize) -> usize {
        let length = recipe.problem().world_in.size()[axis] as usize;
        let operation = match recipe.kind(axis) {
            AxisKind::Identity => Operation::Copy,
            AxisKind::C2c => Operation::C2c(length),
            AxisKind::R2c => Operation::R2c(length),
            AxisKind::R2r(kind) => Operation::R2r(kind, length),
        };
        self.operations.iter().position(|known| *known == operation).unwrap_or_else(|| {
            self.operations.push(operation);
            self.operations.len() - 1
        })
    }

    /// A visit that transforms along `axes`: none, one, or two of which [`groups`] says that they go together.
    fn visit(
        &mut self,
        recipe: &Recipe,
        axes: &[usize],
        (stage, rank): (&Stage, usize),
        sides: (&[Piece], &[Piece]),
    ) -> Visit {
        let (order, thresholds) = (recipe.inner_order(), self.thresholds);
        match *axes {
            [] => Visit::lines(order.dimensions()[0], order, COPY, sides, thresholds),
            [axis] => Visit::lines(axis, order, self.operation(recipe, axis), sides, thresholds),
            [first, second] => {
                let axes = [first, second].map(|axis| (axis, self.operation(recipe, axis)));
                let commute = ![first, second].map(|axis| recipe.kind(axis)).contains(&AxisKind::R2c);
                Visit::planes(axes, commute, &recipe.after_axis(stage, first).box_of(rank), sides, thresholds)
            }
            _ => unreachable!("a visit transforms at most two axes"),
        }
    }
}

/// The index of [`Operation::Copy`], which every program has.
const COPY: usize = 0;

/// The axes of a stage by visits: the first two together, where [planes are worth it](Visit::keeps_planes). The same on all ranks, which
/// find each other's data by it; so it goes by the world, and not by the boxes that ranks have of it.
fn groups(recipe: &Recipe, stage: &Stage) -> Vec<Vec<usize>> {
    let fits = |[first, second]: [usize; 2]| {
        let problem = recipe.problem();
        let mut size = problem.world_in.size();
        size[first] = problem.world_out.size()[first];
        Visit::keeps_planes([first, second], &Box3d::of_size(size).with_order(recipe.inner_order()))
    };
    match stage.axes[..] {
        [] => vec![Vec::new()],
        [first, second, ref rest @ ..] if fits([first, second]) => {
            std::iter::once(vec![first, second]).chain(rest.iter().map(|axis| vec![*axis])).collect()
        }
        ref axes => axes.iter().map(|axis| vec![*axis]).collect(),
    }
}

/// Elements that callers are asked for in heFFTe's terms: the messages of the largest exchange, both ways.
pub(super) fn messages_len(recipe: &Recipe, rank: usize) -> usize {
    let exchanges = recipe.stages().windows(2);
    exchanges.map(|pair| pair[0].after.box_of(rank).count() + pair[1].before.box_of(rank).count()).max().unwrap_or(0)
}
