//! What a plan will do: the stages between the input and the output boxes. Pure: no MPI, no arrays.

mod assembly;
mod cost;
mod display;
#[cfg(test)]
mod fuzz;
mod grids;
mod problem;
mod route;
mod survey;

use crate::axis::AxisKind;
use crate::geometry::{Distribution, Order};

pub use assembly::Assembly;
pub use cost::{Cost, Machine};
pub use problem::Problem;

/// A distribution in which axes are transformed, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Who holds what before.
    pub before: Distribution,
    /// Who holds what after: the same, but for the axis that a real-to-complex transform halves.
    pub after: Distribution,
    /// The axes that are transformed here, in the order of a forward transform. Every box is whole along each.
    pub axes: Vec<usize>,
    /// Where the distribution comes from.
    pub origin: Origin,
}

/// Where the distribution of a stage comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The caller's inboxes.
    Inboxes,
    /// A process grid chosen for the stage.
    Grid,
    /// The caller's outboxes.
    Outboxes,
}

/// The stages of a forward transform; a backward transform walks them in reverse. Between two stages data moves from
/// `after` of the first to `before` of the second.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    problem: Problem,
    machine: Machine,
    stages: Vec<Stage>,
    cost: Cost,
    carrier: String,
    tuned: Option<Tuned>,
    picked: Option<String>,
    device: Option<String>,
}

/// That a recipe was found to be the fastest, not only estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tuned {
    /// How long a forward transform in double precision took.
    pub nanoseconds: u64,
    /// The ways that competed.
    pub ways: usize,
    /// Whether that was in an earlier plan, of which a wisdom file tells.
    pub is_remembered: bool,
}

impl Recipe {
    /// The way for `problem` that should be the cheapest on `machine`.
    #[must_use]
    pub fn new(problem: Problem, machine: Machine) -> Recipe {
        let mut candidates = Recipe::candidates(&problem, machine, 1);
        candidates.pop().expect("one axis after the other on grids is always sound")
    }

    /// The cheapest ways, at most so many, the cheapest first.
    #[must_use]
    pub fn candidates(problem: &Problem, machine: Machine, most: usize) -> Vec<Recipe> {
        let carrier = problem.transport.name();
        let routes = route::ranked(problem, &machine).into_iter().take(most);
        let recipe = |(cost, stages)| Recipe {
            problem: problem.clone(),
            machine,
            stages,
            cost,
            carrier: carrier.into(),
            tuned: None,
            picked: None,
            device: None,
        };
        routes.map(recipe).collect()
    }

    /// Says in other words what carries its exchanges, and whether ranks of one node read each other's memory.
    pub(crate) fn set_carrier(&mut self, carrier: String, shares_memory: bool) {
        self.machine.shares_memory = shares_memory;
        self.cost = Cost::of(&self.problem, &self.machine, &self.stages);
        self.carrier = carrier;
    }

    /// Says that it was measured.
    pub(crate) fn set_tuned(&mut self, tuned: Tuned) {
        self.tuned = Some(tuned);
    }

    /// Says which backend was picked for it, and why.
    pub(crate) fn set_picked(&mut self, picked: String) {
        self.picked = Some(picked);
    }

    /// Says on which device it is carried out, if not in host memory.
    pub(crate) fn set_device(&mut self, device: String) {
        self.device = Some(device);
    }

    /// Whether it was measured to be the fastest.
    #[must_use]
    pub fn tuned(&self) -> Option<Tuned> {
        self.tuned
    }

    /// The machine that it is meant for.
    #[must_use]
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// What it should cost.
    #[must_use]
    pub fn cost(&self) -> Cost {
        self.cost
    }

    /// The stages, the first with the inboxes before it, the last with the outboxes after it.
    #[must_use]
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The problem that it solves.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Elements that change rank in the exchange after the stage `index`, all ranks together.
    #[must_use]
    pub fn elements_moved(&self, index: usize) -> usize {
        let (near, far) = (&self.stages[index].after, &self.stages[index + 1].before);
        (0..self.problem.ranks)
            .map(|rank| {
                let held = near.box_of(rank);
                held.count() - held.intersection(&far.box_of(rank)).count()
            })
            .sum()
    }

    /// Whether data is still real, in a plan whose results are complex, in the exchange after the stage `index`.
    #[must_use]
    pub fn is_real_after(&self, index: usize) -> bool {
        self.problem.r2c_axis().is_some_and(|axis| !self.stages[..=index].iter().any(|s| s.axes.contains(&axis)))
    }

    /// Who holds what in `stage` once `axis` was transformed there.
    pub(crate) fn after_axis<'a>(&self, stage: &'a Stage, axis: usize) -> &'a Distribution {
        let place = |axis: usize| stage.axes.iter().position(|other| *other == axis);
        match self.problem.r2c_axis().and_then(place) {
            Some(halving) if place(axis) < Some(halving) => &stage.before,
            _ => &stage.after,
        }
    }

    /// Whether data is still real, in a plan whose results are complex, once `axis` was transformed in the stage `index`.
    pub(crate) fn is_real_after_axis(&self, index: usize, axis: usize) -> bool {
        let Some(halving) = self.problem.r2c_axis() else { return false };
        let place = |axis: usize| self.stages[index].axes.iter().position(|other| *other == axis);
        let is_done_before = self.stages[..index].iter().any(|stage| stage.axes.contains(&halving));
        !is_done_before && place(halving).is_none_or(|halving| place(axis) < Some(halving))
    }

    /// What happens along `axis`.
    #[must_use]
    pub fn kind(&self, axis: usize) -> AxisKind {
        self.problem.kinds[axis]
    }

    /// The order in which data lies between the boxes: that of the first inbox.
    #[must_use]
    pub fn inner_order(&self) -> Order {
        self.problem.world_in.order
    }

    /// Elements of the largest box that `rank` holds at any stage where they have the type in which the plan works.
    #[must_use]
    pub fn largest_box(&self, rank: usize) -> usize {
        let real_before = |index: usize| {
            index.checked_sub(1).map_or(self.problem.r2c_axis().is_some(), |previous| self.is_real_after(previous))
        };
        let counts = self.stages.iter().enumerate().flat_map(|(index, stage)| {
            let before = if real_before(index) { 0 } else { stage.before.box_of(rank).count() };
            let after = if self.is_real_after(index) { 0 } else { stage.after.box_of(rank).count() };
            [before, after]
        });
        counts.max().unwrap_or(0)
    }
}
