//! The steps of a plan whose ranks send messages, or which has one rank.

use super::{End, Place, Program, Step, VisitStep, groups};
use crate::exchange::Exchange;
use crate::geometry::Box3d;
use crate::lines::{Piece, Thresholds, fits_cache, padded_strides};
use crate::options::Direction;
use crate::recipe::{Recipe, Stage};
use crate::spec::Spec;

/// Where both sides of an exchange lie, and of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) struct Crossing {
    /// The end of the workspace that holds the near side; the far side lies at the other.
    pub near: End,
    /// Whether the elements are real.
    pub is_real: bool,
    /// The side that keeps the piece which goes from this rank to itself, so that it need not be copied to the other.
    pub keeper: Option<Keeper>,
}

/// A side of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum Keeper {
    Near,
    Far,
}

impl Program {
    /// The steps of `rank` in `recipe`.
    pub fn of_messages(recipe: &Recipe, spec: &Spec, rank: usize, exchanges: &[Exchange]) -> Program {
        let program = Program::empty(Thresholds::new(spec.options.treat_as_large));
        let mut builder = Builder { recipe, spec, rank, exchanges, program, next: End::Low, last_len: 0 };
        let staged = builder.steps();
        let reversed = || staged.iter().rev().cloned().collect();
        let forward = builder.through(Place::Outbox, Direction::Forward);
        let backward = builder.through(Place::Inbox, Direction::Backward).or_else(|| builder.in_same_order());
        Program {
            forward: forward.unwrap_or_else(|| staged.clone()),
            backward: backward.unwrap_or_else(reversed),
            detour: if staged.len() == 1 { builder.detour() } else { staged },
            ..builder.program
        }
    }
}

struct Builder<'a> {
    recipe: &'a Recipe,
    spec: &'a Spec,
    rank: usize,
    exchanges: &'a [Exchange],
    program: Program,
    /// The end of the workspace for the next place.
    next: End,
    /// Elements of the place at the other end, of the type in which the plan works.
    last_len: usize,
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
        self.program.needed_len = self.program.needed_len.max(self.last_len + slots);
        self.last_len = slots;
        let end = self.next;
        self.next = end.opposite();
        end
    }

    /// The box of `stage` in our own array, before or after the axis that halves real data.
    fn staged(&self, stage: &Stage, is_real: bool) -> Box3d {
        let distribution = if is_real { &stage.before } else { &stage.after };
        distribution.box_of(self.rank).with_order(self.recipe.inner_order())
    }

    /// Room for the staging array of `stage`.
    fn staging(&mut self, stage: &Stage, is_real: bool) -> Place {
        let (_, len) = padded_strides(&self.staged(stage, is_real), self.program.thresholds);
        Place::Staging { end: self.place(len, is_real), len, is_real }
    }

    /// The places between the visits of a stage: the same array for all, but for another once the real axis is halved.
    fn stagings(&mut self, index: usize, stage: &Stage, groups: &[Vec<usize>]) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::new();
        for axes in &groups[..groups.len() - 1] {
            let is_real = axes.last().is_some_and(|axis| self.recipe.is_real_after_axis(index, *axis));
            let known =
                places.last().filter(|place| matches!(place, Place::Staging { is_real: r, .. } if *r == is_real));
            let place = known.copied().unwrap_or_else(|| self.staging(stage, is_real));
            places.push(place);
        }
        places
    }

    /// The visits of a stage: the first reads what arrived, the last writes what leaves.
    fn add_stage(&mut self, steps: &mut Vec<Step>, index: usize, stage: &Stage) {
        let first = if index == 0 { Place::Inbox } else { Place::Far(index - 1) };
        let groups = groups(self.recipe, stage);
        let mut places = vec![first];
        places.extend(self.stagings(index, stage, &groups));
        let last = if index == self.exchanges.len() {
            Place::Outbox
        } else {
            let (schedule, is_real) = (self.exchanges[index].schedule(), self.recipe.is_real_after(index));
            let before = self.program.crossings.last().copied();
            let before = before.filter(|before| groups.len() == 1 && before.is_real == is_real);
            let in_place = before.filter(|_| self.leaves_as_it_came(index));
            let near = match in_place {
                Some(before) => before.near.opposite(),
                None => self.place(schedule.near.len, is_real),
            };
            self.place(schedule.far.len, is_real);
            self.program.crossings.push(Crossing { near, is_real, keeper: None });
            if in_place.is_some() {
                self.keep_own(index);
            }
            Place::Near(index)
        };
        places.push(last);
        for (axes, sides) in groups.iter().zip(places.windows(2)) {
            let step = self.visit(axes, stage, (sides[0], sides[1]));
            steps.push(step);
        }
    }

    /// Whether what arrives by one exchange leaves by the next, `index`, in the same pieces: lines can be transformed where they lie.
    fn leaves_as_it_came(&self, index: usize) -> bool {
        let [before, after] = [&self.exchanges[index - 1], &self.exchanges[index]];
        before.carries_all() && after.carries_all() && before.schedule().far == after.schedule().near
    }

    /// Lets this rank's own piece stay where it leaves by the exchange before `index`, if that brings it back to the same place; for lines
    /// that are transformed where they lie, so that nothing else is put there meanwhile.
    fn keep_own(&mut self, index: usize) {
        let [.., before, after] = &mut self.program.crossings[..] else { return };
        let [first, second] = [index - 1, index].map(|index| self.exchanges[index].schedule());
        let are_exact = first.block.is_none() && second.block.is_none();
        if before.keeper.is_none() && are_exact && first.near == second.far {
            (before.keeper, after.keeper) = (Some(Keeper::Near), Some(Keeper::Far));
        }
    }

    /// The steps of a transform without exchanges that leave their results in the caller's output from the first on, in the order
    /// of a forward one; where axes can be taken in any, and columns of that array fit into a cache.
    fn through(&mut self, output: Place, direction: Direction) -> Option<Vec<Step>> {
        let [stage] = self.recipe.stages() else { return None };
        let groups = groups(self.recipe, stage);
        let forward = direction == Direction::Forward;
        let held = if forward { self.spec.outbox } else { self.spec.inbox };
        let input = if forward { Place::Inbox } else { Place::Outbox };
        let halves_at_once = |axis: usize| forward && groups[0].contains(&axis);
        let can_hold =
            self.recipe.problem().r2c_axis().is_none_or(halves_at_once) && held.order == self.recipe.inner_order();
        let is_small = held.count() < self.program.thresholds.staging;
        let fits = |axes: &Vec<usize>| matches!(axes[..], [axis] if fits_cache(&held, axis));
        if groups.len() == 1 || !can_hold || !is_small || !groups.iter().skip(1).all(fits) {
            return None;
        }
        let step = |(position, axes): (usize, &Vec<usize>)| {
            let from = if position == 0 { input } else { output };
            self.visit(axes, stage, if forward { (from, output) } else { (output, from) })
        };
        Some(groups.iter().enumerate().map(step).collect())
    }

    /// The steps of a backward transform without exchanges, in the order of a forward one, which reads and writes memory in
    /// better order; where axes can be taken in any.
    fn in_same_order(&mut self) -> Option<Vec<Step>> {
        let [stage] = self.recipe.stages() else { return None };
        let groups = groups(self.recipe, stage);
        if groups.len() == 1 || self.recipe.problem().r2c_axis().is_some() {
            return None;
        }
        (self.next, self.last_len) = (End::Low, 0);
        let staging = self.staging(stage, false);
        let last = groups.len() - 1;
        let step = |(position, axes): (usize, &Vec<usize>)| {
            let far = if position == 0 { Place::Outbox } else { staging };
            let near = if position == last { Place::Inbox } else { staging };
            self.visit(axes, stage, (near, far))
        };
        Some(groups.iter().enumerate().map(step).collect())
    }

    /// The only visit of the plan by way of the staging array.
    fn detour(&mut self) -> Vec<Step> {
        let stage = &self.recipe.stages()[0];
        let staging = self.staging(stage, false);
        let axes = groups(self.recipe, stage).concat();
        vec![self.visit(&axes, stage, (Place::Inbox, staging)), self.visit(&[], stage, (staging, Place::Outbox))]
    }

    fn visit(&mut self, axes: &[usize], stage: &Stage, (near, far): (Place, Place)) -> Step {
        let (near_pieces, far_pieces) = (self.pieces(near, stage), self.pieces(far, stage));
        let visit = self.program.visit(self.recipe, axes, (stage, self.rank), (&near_pieces, &far_pieces));
        Step::Visit(VisitStep { visit, axes: axes.into(), near, far })
    }

    /// How the box of `stage` is cut in `place`.
    fn pieces(&self, place: Place, stage: &Stage) -> Vec<Piece> {
        let packed = |side: &crate::exchange::Side| side.pieces.iter().map(|piece| Piece::from(piece.region)).collect();
        match place {
            Place::Inbox => vec![Piece::from(self.spec.inbox)],
            Place::Outbox => vec![Piece::from(self.spec.outbox)],
            Place::Staging { is_real, .. } => {
                let region = self.staged(stage, is_real);
                vec![Piece { region, strides: padded_strides(&region, self.program.thresholds).0 }]
            }
            Place::Near(k) => packed(&self.exchanges[k].schedule().near),
            Place::Far(k) => packed(&self.exchanges[k].schedule().far),
            Place::Areas(_) => unreachable!("messages need no areas"),
        }
    }
}
