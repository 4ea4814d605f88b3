//! The steps of a plan whose ranks share a node: they leave their boxes where all of them see it, and from then on each works
//! on its lines where they lie.

use super::{Place, Program, Step, VisitStep, groups};
use crate::geometry::Distribution;
use crate::lines::{Piece, Thresholds, padded_strides};
use crate::options::Direction;
use crate::recipe::{Recipe, Stage};
use crate::spec::Spec;

/// Pieces in the areas of ranks.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::plan) struct Spread {
    /// Which of their areas.
    pub area: usize,
    /// Whether the elements are real.
    pub is_real: bool,
    pub shares: Vec<Share>,
}

/// A piece in the area of a rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) struct Share {
    pub rank: usize,
    /// Elements between the begin of the area and the piece.
    pub offset: usize,
    /// Elements between the pieces of neighbouring transforms of a batch.
    pub apart: usize,
}

/// The boxes in which data lies in the areas.
#[derive(Clone)]
struct Holding {
    distribution: Distribution,
    is_real: bool,
    area: usize,
}

impl Program {
    /// The steps of `rank` in `recipe`, which has an exchange.
    pub fn of_node(recipe: &Recipe, spec: &Spec, rank: usize) -> Program {
        let program = Program::empty(Thresholds::new(spec.options.treat_as_large));
        let mut builder = Builder { recipe, spec, rank, program };
        let forward = builder.steps(Direction::Forward);
        let backward = builder.steps(Direction::Backward);
        Program { forward, backward, ..builder.program }
    }

    /// Whether the last visit of either direction reads what lies in areas of ranks other than `rank`.
    pub fn ends_elsewhere(&self, rank: usize) -> bool {
        [(&self.forward, true), (&self.backward, false)].into_iter().any(|(steps, forward)| match steps.last() {
            Some(Step::Visit(VisitStep { near, far, .. })) => match if forward { near } else { far } {
                Place::Areas(index) => self.spreads[*index].shares.iter().any(|share| share.rank != rank),
                _ => false,
            },
            _ => false,
        })
    }
}

struct Builder<'a> {
    recipe: &'a Recipe,
    spec: &'a Spec,
    rank: usize,
    program: Program,
}

/// Axes that are visited together, in which stage.
struct Group<'a> {
    stage: &'a Stage,
    index: usize,
    axes: Vec<usize>,
}

impl Builder<'_> {
    fn steps(&mut self, direction: Direction) -> Vec<Step> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for (index, stage) in self.recipe.stages().iter().enumerate() {
            groups.extend(groups_of(self.recipe, stage, index));
        }
        if direction == Direction::Backward {
            groups.reverse();
        }
        let mut steps = Vec::new();
        let mut holding: Option<Holding> = None;
        for (position, group) in groups.iter().enumerate() {
            if position > 0 && groups[position - 1].index != group.index {
                steps.push(Step::Meet);
            }
            let is_last = position + 1 == groups.len();
            let step = self.step(direction, group, &mut holding, is_last);
            steps.push(step);
        }
        steps
    }

    /// A visit that reads what is held, or the caller's array where that is nothing yet; and leaves the result where it was read,
    /// or in areas of its own where its boxes change, or in the caller's array at last.
    fn step(&mut self, direction: Direction, group: &Group<'_>, holding: &mut Option<Holding>, is_last: bool) -> Step {
        let forward = direction == Direction::Forward;
        let real_axis = self.recipe.problem().r2c_axis();
        let changes = real_axis.is_some_and(|axis| group.axes.contains(&axis));
        let stage = group.stage;
        let stage_is_real = !changes && self.is_real(group);
        let near = if changes || stage_is_real { &stage.before } else { &stage.after };
        let far = if stage_is_real { &stage.before } else { &stage.after };
        let (read, written) = if forward { (near, far) } else { (far, near) };

        let (callers_input, callers_output) =
            if forward { (Place::Inbox, Place::Outbox) } else { (Place::Outbox, Place::Inbox) };
        let from = match holding {
            None => (callers_input, self.callers(callers_input)),
            Some(held) => self.spread(held, read),
        };
        let to = if is_last {
            (callers_output, self.callers(callers_output))
        } else {
            if holding.is_none() || changes {
                let is_real = if changes { !forward } else { stage_is_real };
                let area = holding.as_ref().map_or(0, |held| 1 - held.area);
                *holding = Some(Holding { distribution: written.clone(), is_real, area });
            }
            match holding {
                Some(held) => self.spread(held, written),
                None => unreachable!("it was just set"),
            }
        };
        let (near, far) = if forward { (from, to) } else { (to, from) };
        let visit = self.program.visit(self.recipe, &group.axes, (stage, self.rank), (&near.1, &far.1));
        Step::Visit(VisitStep { visit, axes: group.axes[..].into(), near: near.0, far: far.0 })
    }

    /// Whether the data is real in `group`, which does not change it.
    fn is_real(&self, group: &Group<'_>) -> bool {
        match group.axes.last() {
            Some(axis) => self.recipe.is_real_after_axis(group.index, *axis),
            None => self.recipe.is_real_after(group.index),
        }
    }

    fn callers(&self, place: Place) -> Vec<Piece> {
        vec![Piece::from(if place == Place::Inbox { self.spec.inbox } else { self.spec.outbox })]
    }

    /// Where this rank's box of `wanted` lies in what is held, and how.
    fn spread(&mut self, held: &Holding, wanted: &Distribution) -> (Place, Vec<Piece>) {
        let order = self.recipe.inner_order();
        let (_, own_len) =
            padded_strides(&held.distribution.box_of(self.rank).with_order(order), self.program.thresholds);
        let slots = if held.is_real { own_len.div_ceil(2) } else { own_len };
        let area_len = &mut self.program.area_lens[held.area];
        *area_len = slots.max(*area_len);

        let mut pieces = Vec::new();
        let mut shares = Vec::new();
        for (rank, region) in held.distribution.overlaps(&wanted.box_of(self.rank)) {
            let holder = held.distribution.box_of(rank).with_order(order);
            let (strides, apart) = padded_strides(&holder, self.program.thresholds);
            let offset = (0..3).map(|d| (region.low[d] - holder.low[d]) as usize * strides[d]).sum();
            pieces.push(Piece { region, strides });
            shares.push(Share { rank, offset, apart });
        }
        let spread = Spread { area: held.area, is_real: held.is_real, shares };
        let spreads = &mut self.program.spreads;
        let index = spreads.iter().position(|known| *known == spread).unwrap_or_else(|| {
            spreads.push(spread);
            spreads.len() - 1
        });
        (Place::Areas(index), pieces)
    }
}

fn groups_of<'a>(recipe: &Recipe, stage: &'a Stage, index: usize) -> impl Iterator<Item = Group<'a>> {
    groups(recipe, stage).into_iter().map(move |axes| Group { stage, index, axes })
}
