//! What a plan knows of its stages on this rank: boxes, the order in which each lies, and what leaves for whom.

use super::Ends;
use crate::axis::{AxisKind, Domain};
use crate::exchange::{Exchange, Schedule, Side};
use crate::geometry::{Box3d, Order};
use crate::options::Direction;
use crate::recipe::{Recipe, Stage};

/// What happens along some axes at once.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Pass {
    /// Fourier transforms, the axis that is halved among them or not.
    Fourier(Vec<usize>),
    /// A cosine or sine transform.
    R2r(usize),
}

/// The stages of a recipe on one rank.
#[derive(Debug)]
pub(in crate::gpu) struct Route {
    pub recipe: Recipe,
    pub rank: usize,
}

/// What goes between two stages, seen from one rank.
#[derive(Debug, Clone, Copy)]
pub(in crate::gpu) struct Crossing<'a> {
    pub leaving: &'a Side,
    pub arriving: &'a Side,
    /// Whether this rank's own piece goes from the one side to the other without MPI.
    pub keeps_own: bool,
}

/// Where a piece for this rank lies in the memory of a peer: its address in elements, for a batch.
#[derive(Debug, Clone, Copy)]
pub(in crate::gpu) struct Peer {
    pub rank: usize,
    pub element: usize,
}

impl Route {
    /// The stages in the order of travel.
    pub fn stages(&self, direction: Direction) -> Vec<&Stage> {
        let stages = self.recipe.stages().iter();
        if direction == Direction::Forward { stages.collect() } else { stages.rev().collect() }
    }

    /// This rank's box when data comes to `stage`, and when it leaves.
    pub fn boxes(&self, stage: &Stage, direction: Direction) -> [Box3d; 2] {
        let [before, after] = [&stage.before, &stage.after].map(|held| held.box_of(self.rank));
        if direction == Direction::Forward { [before, after] } else { [after, before] }
    }

    /// What happens in `stage`, in the order of travel.
    pub(super) fn passes(&self, stage: &Stage, direction: Direction) -> Vec<Pass> {
        let mut axes = stage.axes.clone();
        if direction == Direction::Backward {
            axes.reverse();
        }
        let mut passes: Vec<Pass> = Vec::new();
        for axis in axes {
            match (self.recipe.kind(axis), passes.last_mut()) {
                (AxisKind::Identity, _) => {}
                (AxisKind::R2r(_), _) => passes.push(Pass::R2r(axis)),
                (AxisKind::C2c | AxisKind::R2c, Some(Pass::Fourier(group))) => group.push(axis),
                (AxisKind::C2c | AxisKind::R2c, _) => passes.push(Pass::Fourier(vec![axis])),
            }
        }
        passes
    }

    /// The order in which data lies best in `stage`: axes of Fourier transforms first, and the one that is halved before all others.
    /// It is the same on all ranks, and both ways.
    pub fn order(&self, stage: &Stage) -> Order {
        let mut axes = self.recipe.inner_order().dimensions();
        axes.sort_by_key(|axis| match self.recipe.kind(*axis) {
            AxisKind::R2c if stage.axes.contains(axis) => 0,
            AxisKind::C2c if stage.axes.contains(axis) => 1,
            _ => 2,
        });
        Order::new(axes.map(|axis| axis as i64), "stage").expect("sorted axes are a permutation")
    }

    /// The exchange `index` on `rank`, whose pieces are packed in the order of the stage before it.
    pub fn schedule(&self, index: usize, rank: usize) -> Schedule {
        let stages = self.recipe.stages();
        Schedule::between(&stages[index].after, &stages[index + 1].before, rank, self.packed_order(index))
    }

    /// Whether elements in the exchange `index` are complex, in calls with these ends.
    pub fn is_complex_in(&self, index: usize, ends: &Ends) -> bool {
        match Domain::of(&self.recipe.problem().kinds) {
            Domain::C2c => true,
            Domain::R2c => !self.recipe.is_real_after(index),
            Domain::R2r => ends.complex[0],
        }
    }

    /// The order in which pieces of the exchange `index` are packed.
    pub fn packed_order(&self, index: usize) -> Order {
        self.order(&self.recipe.stages()[index])
    }
}

impl<'a> Crossing<'a> {
    /// What goes in `exchange`.
    pub fn of(exchange: &'a Exchange, direction: Direction, keeps_own: bool) -> Crossing<'a> {
        let (leaving, arriving) = exchange.schedule().sides(direction);
        Crossing { leaving, arriving, keeps_own }
    }
}
