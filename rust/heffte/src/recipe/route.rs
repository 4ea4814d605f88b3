//! Ways from the inboxes to the outboxes, and the cheapest of them.

use super::cost::{Cost, Machine};
use super::grids::{self, Wanted};
use super::{Origin, Problem, Stage};
use crate::geometry::{Box3d, Distribution};

/// The sound routes with their costs, the cheapest first; of those that cost the same, the one that moves less. The order
/// of equals is fixed, so that all ranks have the same. So is the order whether memory is shared or not, so that results do
/// not depend on it to the last bit: routes are compared as if they went by messages, which punishes exchanges more.
pub(super) fn ranked(problem: &Problem, machine: &Machine) -> Vec<(Cost, Vec<Stage>)> {
    let by_messages = Machine { shares_memory: false, ..*machine };
    let mut routes: Vec<(Cost, usize, Vec<Stage>)> = Vec::new();
    for groups in ordered_groups(problem) {
        for (at_inboxes, at_outboxes) in [(true, true), (true, false), (false, true), (false, false)] {
            let Some(stages) = build(problem, &groups, at_inboxes, at_outboxes) else { continue };
            let cost = Cost::of(problem, &by_messages, &stages);
            // Different ways to group axes may come to the same.
            if !routes.iter().any(|(other, _, known)| *other == cost && *known == stages) {
                let moved = stages.windows(2).map(|pair| sampled_moves(problem, pair)).sum();
                routes.push((cost, moved, stages));
            }
        }
    }
    routes.sort_by_key(|(cost, moved, _)| (cost.picoseconds, *moved));
    routes.into_iter().map(|(_, _, stages)| (Cost::of(problem, machine, &stages), stages)).collect()
}

/// All ways to transform the axes group by group, each axis when its [turn](Problem::turn) has come.
fn ordered_groups(problem: &Problem) -> Vec<Vec<Vec<usize>>> {
    let axes = problem.transformed_axes();
    let order = problem.world_in.order.dimensions();
    let place = |axis: usize| order.iter().position(|d| *d == axis);
    let mut ways = vec![Vec::new()];
    for _ in 0..axes.len() {
        // Each round puts one more axis behind, in the last group or in a group of its own.
        let longer = ways.into_iter().flat_map(|way: Vec<Vec<usize>>| {
            let free: Vec<usize> = axes.iter().copied().filter(|a| !way.iter().flatten().any(|b| a == b)).collect();
            free.into_iter().flat_map(move |axis| {
                let mut own = way.clone();
                own.push(vec![axis]);
                let mut joined = way.clone();
                // Inside a group the fastest axis in memory comes first among those that may come in any order.
                let joins = joined.last_mut().is_some_and(|group| {
                    let last = *group.last().expect("groups are not empty");
                    let fits = (problem.turn(last), place(last)) < (problem.turn(axis), place(axis));
                    group.push(axis);
                    fits
                });
                std::iter::once(own).chain(joins.then_some(joined))
            })
        });
        ways = longer.collect();
    }
    ways.retain(|way| way.iter().flatten().map(|axis| problem.turn(*axis)).is_sorted());
    ways
}

/// The stages that transform `groups` one after the other, the first in the inboxes and the last in the outboxes if so
/// wished; `None` where that is not sound.
fn build(problem: &Problem, groups: &[Vec<usize>], at_inboxes: bool, at_outboxes: bool) -> Option<Vec<Stage>> {
    let is_whole = |boxes: &Distribution, axes: &[usize]| axes.iter().all(|&axis| boxes.is_whole(axis));
    let enough = groups.len() >= usize::from(at_inboxes) + usize::from(at_outboxes);
    if !enough
        || at_inboxes && !is_whole(&problem.inboxes, groups.first()?)
        || at_outboxes && !is_whole(&problem.outboxes, groups.last()?)
    {
        return None;
    }
    let (head, rest) = groups.split_at(usize::from(at_inboxes));
    let (middle, tail) = rest.split_at(rest.len() - usize::from(at_outboxes));

    let mut stages = vec![stage(problem, problem.inboxes.clone(), head.concat(), Origin::Inboxes)];
    for axes in middle {
        let previous = &stages.last().expect("the inboxes are there").after;
        let done = stages.iter().flat_map(|stage: &Stage| &stage.axes);
        let world = world_after(problem, done);
        let wanted = Wanted { world, whole: axes, participants: problem.participants(), members: &problem.members };
        let grid = grids::choose(&wanted, previous, problem.ranks);
        if axes.len() > 1 && (problem.use_pencils && problem.participants() > 1 || idles(&wanted, grid.bricks())) {
            return None;
        }
        stages.push(stage(problem, Distribution::Grid(grid), axes.clone(), Origin::Grid));
    }
    let axes = tail.concat();
    let before = match problem.r2c_axis() {
        Some(real) if axes.contains(&real) => problem.outboxes.with_extent(real, problem.world_in.size()[real]),
        _ => problem.outboxes.clone(),
    };
    let last = Stage { before, after: problem.outboxes.clone(), axes, origin: Origin::Outboxes };
    let previous = stages.last_mut().expect("the inboxes are there");
    // Where the data is in the outboxes already, there is nothing to move.
    if previous.after.same_points(&last.before, problem.ranks) {
        previous.axes.extend(last.axes);
        previous.after = last.after;
    } else {
        stages.push(last);
    }
    Some(stages)
}

/// Whether a grid of `bricks` leaves ranks without work that pencils could give them.
fn idles(wanted: &Wanted<'_>, bricks: usize) -> bool {
    bricks < wanted.participants
}

fn stage(problem: &Problem, before: Distribution, axes: Vec<usize>, origin: Origin) -> Stage {
    let after = match problem.r2c_axis() {
        Some(real) if axes.contains(&real) => before.with_extent(real, problem.world_out.size()[real]),
        _ => before.clone(),
    };
    Stage { before, after, axes, origin }
}

/// The world after the transforms of the axes `done`: that of the inboxes until the real-to-complex axis is transformed.
fn world_after<'a>(problem: &Problem, mut done: impl Iterator<Item = &'a usize>) -> Box3d {
    let is_halved = problem.r2c_axis().is_none_or(|real| done.any(|axis| *axis == real));
    let world = if is_halved { problem.world_out } else { problem.world_in };
    world.with_order(problem.world_in.order)
}

/// Elements that a sample of ranks gives away between two stages.
fn sampled_moves(problem: &Problem, pair: &[Stage]) -> usize {
    let ranks = (0..problem.ranks).step_by(problem.ranks.div_ceil(64));
    ranks
        .map(|rank| {
            let held = pair[0].after.box_of(rank);
            held.count() - held.intersection(&pair[1].before.box_of(rank)).count()
        })
        .sum()
}
