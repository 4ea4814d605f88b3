//! Boxes and process grids: those asked for, and those that a plan passes through.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use heffte::Spec;
use heffte::geometry::{Box3d, Distribution, make_procgrid, proc_setup_min_surface, split_world};
use heffte::recipe::Recipe;

use super::Kind;
use super::arguments::Problem;

/// This rank's part of the problem.
///
/// # Errors
/// Where a grid has not one part for each rank.
pub fn spec(problem: &Problem, rank: usize, ranks: usize) -> Result<Spec> {
    let world = Box3d::of_size(problem.size);
    let world_out = match problem.kind {
        Kind::C2c | Kind::R2r | Kind::Convolution => world,
        Kind::R2c => world.r2c(problem.r2c_direction as usize),
    };
    let [p, q] = make_procgrid(ranks as i64);
    let bricks = proc_setup_min_surface(&world, ranks);
    let (default_in, default_out) = if problem.io_pencils { ([1, p, q], [p, q, 1]) } else { (bricks, bricks) };
    let ingrid = checked("-ingrid", problem.ingrid.unwrap_or(default_in), ranks)?;
    let outgrid = checked("-outgrid", problem.outgrid.unwrap_or(default_out), ranks)?;
    let (inbox, outbox) = (split_world(&world, ingrid)[rank], split_world(&world_out, outgrid)[rank]);
    let spec = match problem.kind {
        Kind::C2c | Kind::Convolution => Spec::c2c(inbox, outbox),
        Kind::R2r => Spec::c2c(inbox, outbox).with_kinds([problem.library.axis; 3]),
        Kind::R2c => Spec::r2c(inbox, outbox, problem.r2c_direction)?,
    };
    Ok(spec.with_backend(problem.library.backend).with_options(problem.options))
}

fn checked(flag: &str, grid: [i64; 3], ranks: usize) -> Result<[i64; 3]> {
    let [a, b, c] = grid;
    let parts = grid.iter().try_fold(1_i64, |product, part| product.checked_mul(*part));
    ensure!(
        parts == Some(ranks as i64),
        "{flag} {a} {b} {c} makes {} parts, but there are {ranks} ranks: let the product be their number",
        parts.map_or("too many".to_owned(), |parts| parts.to_string()),
    );
    Ok(grid)
}

/// The grids of the input, of the transforms along three axes, and of the output.
pub fn of(recipe: &Recipe) -> [[i64; 3]; 5] {
    let ranks = recipe.problem().ranks;
    let stages = recipe.stages();
    let along_axes = stages.iter().flat_map(|stage| stage.axes.iter().map(|_| parts(&stage.before, ranks)));
    let output = parts(&recipe.problem().outboxes, ranks);
    let mut grids = [output; 5];
    grids[0] = parts(&recipe.problem().inboxes, ranks);
    for (slot, grid) in grids[1..4].iter_mut().zip(along_axes) {
        *slot = grid;
    }
    grids
}

/// Ranges that a distribution cuts each dimension into.
fn parts(distribution: &Distribution, ranks: usize) -> [i64; 3] {
    let boxes: Vec<Box3d> = (0..ranks).map(|rank| distribution.box_of(rank)).filter(|b| !b.is_empty()).collect();
    std::array::from_fn(|d| boxes.iter().map(|b| b.low[d]).collect::<BTreeSet<_>>().len() as i64)
}

/// Grids as heFFTe prints them, with a dash for a grid that is the one before it.
pub fn shown(grids: &[[i64; 3]]) -> String {
    let mut text = String::new();
    for (index, grid) in grids.iter().enumerate() {
        let [a, b, c] = grid;
        let is_same = index > 0 && grids[index - 1] == *grid;
        text += &if is_same { "-  ".to_owned() } else { format!("({a}, {b}, {c})  ") };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_like_the_one_before_is_a_dash() {
        let (slabs, columns) = ([1, 1, 4], [1, 4, 1]);
        assert_eq!(shown(&[slabs, slabs, slabs, columns, slabs]), "(1, 1, 4)  -  -  (1, 4, 1)  (1, 1, 4)  ");
    }

    #[test]
    fn a_grid_must_have_a_part_for_each_rank() {
        assert!(checked("-ingrid", [1, 2, 2], 4).is_ok());
        let message = checked("-ingrid", [1, 2, 3], 4).unwrap_err().to_string();
        assert_eq!(message, "-ingrid 1 2 3 makes 6 parts, but there are 4 ranks: let the product be their number");
        assert!(checked("-outgrid", [i64::MAX, i64::MAX, 2], 4).is_err());
    }
}
