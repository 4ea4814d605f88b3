//! The steps of a plan on one rank: which sweeps and exchanges, between which places. Holds no scalar type.

use crate::exchange::Exchange;
use crate::geometry::Box3d;
use crate::lines::{Piece, Visit};
use crate::recipe::{Recipe, Stage};
use crate::spec::{AxisKind, Spec};

/// Memory that a visit reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The caller's array of the inbox.
    Inbox,
    /// The caller's array of the outbox.
    Outbox,
    /// Our own array of a whole box of `len` elements, at that end of the workspace.
    Staging { end: End, len: usize },
    /// The packed pieces on the side of an exchange that is nearer to the inboxes.
    Near(usize),
    /// The packed pieces on its other side.
    Far(usize),
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

/// Where both sides of an exchange lie, and of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Crossing {
    /// The end of the workspace that holds the near side; the far side lies at the other.
    pub near: End,
    /// Whether the elements are real.
    pub is_real: bool,
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
}

/// A pass over a box between two places; backward it goes from `to` to `from`.
#[derive(Debug, Clone)]
pub(super) struct VisitStep {
    /// Its operations are indices into [`Program::operations`].
    pub visit: Visit,
    pub from: Place,
    pub to: Place,
}

/// One step of a forward transform.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Visit(VisitStep),
    Exchange(usize),
}

/// The steps of one rank.
#[derive(Debug)]
pub(super) struct Program {
    steps: Vec<Step>,
    /// The same by way of the staging array, for arrays that overlap where there is a single visit.
    detour: Vec<Step>,
    operations: Vec<Operation>,
    crossings: Vec<Crossing>,
    needed_len: usize,
    staging_len: usize,
    messages_len: usize,
    largest_box: usize,
}

impl Program {
    /// The steps of `rank` in `recipe`.
    pub fn new(recipe: &Recipe, spec: &Spec, rank: usize, exchanges: &[Exchange]) -> Program {
        let messages = exchanges.iter().map(|e| e.schedule().near.len + e.schedule().far.len);
        let mut builder = Builder {
            recipe,
            spec,
            rank,
            exchanges,
            operations: vec![Operation::Copy],
            crossings: Vec::new(),
            next: End::Low,
            last_len: 0,
            needed_len: 0,
            staging_len: 0,
        };
        let steps = builder.steps();
        let detour = if steps.len() == 1 { builder.detour() } else { Vec::new() };
        Program {
            steps,
            detour,
            operations: builder.operations,
            crossings: builder.crossings,
            needed_len: builder.needed_len,
            staging_len: builder.staging_len,
            messages_len: messages.max().unwrap_or(0),
            largest_box: recipe.largest_complex_box(rank),
        }
    }

    /// The steps of a forward transform; `overlapping` where both arrays share memory in different layouts.
    pub fn steps(&self, overlapping: bool) -> &[Step] {
        if overlapping && !self.detour.is_empty() { &self.detour } else { &self.steps }
    }

    /// All visits, whichever steps are taken.
    pub fn visits(&self) -> impl Iterator<Item = &Visit> {
        self.steps.iter().chain(&self.detour).filter_map(|step| match step {
            Step::Visit(step) => Some(&step.visit),
            Step::Exchange(_) => None,
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

    /// Complex elements for the messages of the largest exchange.
    pub fn messages_len(&self) -> usize {
        self.messages_len
    }

    /// Complex elements that callers are asked for: messages and a box, which is heFFTe's figure.
    pub fn workspace_len(&self) -> usize {
        self.messages_len + self.largest_box
    }

    /// Complex elements that are used, for each transform of a batch; never more than callers are asked for. Messages
    /// need none where pieces are read in the memory of those who have them.
    pub fn needed_len(&self, with_messages: bool) -> usize {
        if with_messages { self.needed_len } else { self.staging_len }
    }
}

struct Builder<'a> {
    recipe: &'a Recipe,
    spec: &'a Spec,
    rank: usize,
    exchanges: &'a [Exchange],
    operations: Vec<Operation>,
    crossings: Vec<Crossing>,
    /// The end of the workspace for the next place.
    next: End,
    /// Complex elements of the place at the other end.
    last_len: usize,
    needed_len: usize,
    staging_len: usize,
}

impl Builder<'_> {
    fn steps(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        for (index, stage) in self.recipe.stages().iter().enumerate() {
            if index > 0 {
                steps.push(Step::Exchange(index - 1));
            }
            self.add_stage(&mut steps, index, stage);
        }
        steps
    }

    /// Room for a place of `len` elements after the one before it in the chain.
    fn place(&mut self, len: usize, is_real: bool) -> End {
        let slots = if is_real { len.div_ceil(2) } else { len };
        self.needed_len = self.needed_len.max(self.last_len + slots);
        self.last_len = slots;
        let end = self.next;
        self.next = end.opposite();
        end
    }

    /// Room for the staging array of `stage`.
    fn staging(&mut self, stage: &Stage) -> Place {
        let len = stage.after.box_of(self.rank).count();
        self.staging_len = self.staging_len.max(len);
        Place::Staging { end: self.place(len, false), len }
    }

    /// The visits of a stage: the first reads what arrived, the last writes what leaves.
    fn add_stage(&mut self, steps: &mut Vec<Step>, index: usize, stage: &Stage) {
        let first = if index == 0 { Place::Inbox } else { Place::Far(index - 1) };
        let groups = groups(stage, self.rank);
        let staging = if groups.len() > 1 { Some(self.staging(stage)) } else { None };
        let last = if index == self.exchanges.len() {
            Place::Outbox
        } else {
            let (schedule, is_real) = (self.exchanges[index].schedule(), self.recipe.is_real_after(index));
            let near = self.place(schedule.near.len, is_real);
            self.place(schedule.far.len, is_real);
            self.crossings.push(Crossing { near, is_real });
            Place::Near(index)
        };
        for (position, axes) in groups.iter().enumerate() {
            let from = if position == 0 { first } else { staging.unwrap_or(first) };
            let to = if position + 1 == groups.len() { last } else { staging.unwrap_or(last) };
            let step = self.visit(axes, stage, (from, to));
            steps.push(step);
        }
    }

    /// The only visit of the plan by way of the staging array.
    fn detour(&mut self) -> Vec<Step> {
        let stage = &self.recipe.stages()[0];
        let staging = self.staging(stage);
        let axes = groups(stage, self.rank).concat();
        vec![self.visit(&axes, stage, (Place::Inbox, staging)), self.visit(&[], stage, (staging, Place::Outbox))]
    }

    /// The index of what happens along `axis`.
    fn operation(&mut self, axis: usize) -> usize {
        let length = self.recipe.problem().world_in.size()[axis] as usize;
        let operation = match self.recipe.kind(axis) {
            AxisKind::Identity => Operation::Copy,
            AxisKind::C2c => Operation::C2c(length),
            AxisKind::R2c => Operation::R2c(length),
        };
        self.operations.iter().position(|known| *known == operation).unwrap_or_else(|| {
            self.operations.push(operation);
            self.operations.len() - 1
        })
    }

    /// A visit that transforms along `axes`: none, one, or two of which [`groups`] says that they go together.
    fn visit(&mut self, axes: &[usize], stage: &Stage, (from, to): (Place, Place)) -> Step {
        let (near, far) = (self.pieces(from, stage), self.pieces(to, stage));
        let order = self.recipe.inner_order();
        let visit = match *axes {
            [] => Visit::lines(order.dimensions()[0], order, 0, &near, &far),
            [axis] => Visit::lines(axis, order, self.operation(axis), &near, &far),
            [first, second] => {
                let axes = [first, second].map(|axis| (axis, self.operation(axis)));
                Visit::planes(axes, &stage.after.box_of(self.rank), &near, &far)
            }
            _ => unreachable!("a visit transforms at most two axes"),
        };
        Step::Visit(VisitStep { visit, from, to })
    }

    /// How the box of `stage` is cut in `place`.
    fn pieces(&self, place: Place, stage: &Stage) -> Vec<Piece> {
        let boxes: Vec<Box3d> = match place {
            Place::Inbox => vec![self.spec.inbox],
            Place::Outbox => vec![self.spec.outbox],
            Place::Staging { .. } => vec![stage.after.box_of(self.rank).with_order(self.recipe.inner_order())],
            Place::Near(k) => self.exchanges[k].schedule().near.pieces.iter().map(|piece| piece.region).collect(),
            Place::Far(k) => self.exchanges[k].schedule().far.pieces.iter().map(|piece| piece.region).collect(),
        };
        boxes.into_iter().map(Piece::from).collect()
    }
}

/// The axes of a stage by visits: the first two together, where their planes stay in cache.
fn groups(stage: &Stage, rank: usize) -> Vec<Vec<usize>> {
    match stage.axes[..] {
        [] => vec![Vec::new()],
        [first, second, ref rest @ ..] if Visit::keeps_planes([first, second], &stage.after.box_of(rank)) => {
            std::iter::once(vec![first, second]).chain(rest.iter().map(|axis| vec![*axis])).collect()
        }
        ref axes => axes.iter().map(|axis| vec![*axis]).collect(),
    }
}
