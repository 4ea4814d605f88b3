//! Grids of processes: how many parts each dimension is cut into.

use super::Box3d;

/// The `part`-th of `parts` ranges of `extent` points: first point and number of points. The first `extent % parts`
/// ranges have one point more.
pub(crate) fn part_range(extent: i64, parts: i64, part: i64) -> (i64, i64) {
    let (base, extra) = (extent / parts, extent % parts);
    (part * base + part.min(extra), base + i64::from(part < extra))
}

/// `world` cut into a grid of boxes in its order; box `(i, j, k)` is at `i + grid[0] * (j + grid[1] * k)`.
///
/// A grid with more parts than points along a dimension gives empty boxes.
#[must_use]
pub fn split_world(world: &Box3d, grid: [i64; 3]) -> Vec<Box3d> {
    let size = world.size();
    let mut boxes = Vec::with_capacity(grid.iter().product::<i64>().max(0) as usize);
    for k in 0..grid[2] {
        for j in 0..grid[1] {
            for i in 0..grid[0] {
                let ranges: [_; 3] = std::array::from_fn(|d| part_range(size[d], grid[d], [i, j, k][d]));
                let low = std::array::from_fn(|d| world.low[d] + ranges[d].0);
                let high = std::array::from_fn(|d| low[d] + ranges[d].1 - 1);
                boxes.push(Box3d { low, high, order: world.order });
            }
        }
    }
    boxes
}

/// The divisors of `n`, ascending.
fn divisors(n: i64) -> impl Iterator<Item = i64> {
    (1..=n).filter(move |d| n % d == 0)
}

/// The grid of `processes` bricks over `world` with the least surface between bricks; the first in ascending order
/// wins. Where no grid has at most as many parts as points along every dimension, such a grid is returned all the
/// same and some bricks are empty.
#[must_use]
pub fn proc_setup_min_surface(world: &Box3d, processes: usize) -> [i64; 3] {
    let size = world.size();
    let n = processes.max(1) as i64;
    let grids = divisors(n).flat_map(|i| divisors(n / i).map(move |j| [i, j, n / i / j]));
    let surface = |grid: &[i64; 3]| {
        let fits = (0..3).all(|d| grid[d] <= size[d]);
        // Integer division as heFFTe does it, so that the grids are the same.
        let s: [i64; 3] = std::array::from_fn(|d| size[d] / grid[d]);
        (!fits, s[0] * s[1] + s[1] * s[2] + s[2] * s[0])
    };
    grids.min_by_key(surface).unwrap_or([1, 1, n])
}

/// The factor pair `a * b = processes` with the least `a * b + a + b`, `a <= b`: 20 gives 4 × 5, 17 gives 1 × 17.
#[must_use]
pub fn make_procgrid(processes: i64) -> [i64; 2] {
    let n = processes.max(1);
    divisors(n).take_while(|a| a * a <= n).last().map_or([1, n], |a| [a, n / a])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn procgrids_are_the_documented_ones() {
        assert_eq!(make_procgrid(20), [4, 5]);
        assert_eq!(make_procgrid(17), [1, 17]);
        assert_eq!(make_procgrid(1), [1, 1]);
    }

    #[test]
    fn surfaces_of_a_cube_are_least_for_cubic_grids() {
        let cube = Box3d::of_size([64, 64, 64]);
        assert_eq!(proc_setup_min_surface(&cube, 8), [2, 2, 2]);
        assert_eq!(proc_setup_min_surface(&cube, 1), [1, 1, 1]);
        assert_eq!(proc_setup_min_surface(&Box3d::of_size([2, 2, 100]), 10), [1, 1, 10]);
    }

    #[test]
    fn a_grid_is_found_where_no_grid_fits() {
        assert_eq!(proc_setup_min_surface(&Box3d::of_size([2, 2, 2]), 7).iter().product::<i64>(), 7);
    }

    #[test]
    fn the_first_parts_are_larger() {
        let boxes = split_world(&Box3d::of_size([1, 1, 7]), [1, 1, 3]);
        let spans: Vec<_> = boxes.iter().map(|b| (b.low[2], b.high[2])).collect();
        assert_eq!(spans, [(0, 2), (3, 4), (5, 6)]);
    }

    #[test]
    fn more_parts_than_points_give_empty_boxes() {
        let boxes = split_world(&Box3d::of_size([2, 1, 1]), [3, 1, 1]);
        assert_eq!(boxes.iter().map(Box3d::count).collect::<Vec<_>>(), [1, 1, 0]);
    }
}
