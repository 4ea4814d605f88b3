//! How the points of a world lie on ranks.

use super::{Box3d, Grid, Irregular};

/// Which rank holds which box of a world.
///
/// A grid answers by arithmetic, whatever the number of ranks; boxes that make none are a list with an index.
#[derive(Debug, Clone, PartialEq)]
pub enum Distribution {
    /// Bricks of a process grid.
    Grid(Grid),
    /// One box per rank, in rank order.
    Irregular(Irregular),
}

impl Distribution {
    /// The box of `rank`.
    #[must_use]
    pub fn box_of(&self, rank: usize) -> Box3d {
        match self {
            Distribution::Grid(grid) => grid.box_of(rank),
            Distribution::Irregular(boxes) => boxes.box_of(rank),
        }
    }

    /// The ranks whose boxes share points with `region`, ascending, each with the points shared.
    #[must_use]
    pub fn overlaps(&self, region: &Box3d) -> Vec<(usize, Box3d)> {
        match self {
            Distribution::Grid(grid) => grid.overlaps(region),
            Distribution::Irregular(boxes) => boxes.overlaps(region),
        }
    }

    /// The number of ranks whose boxes share points with `region`.
    #[must_use]
    pub fn count_overlaps(&self, region: &Box3d) -> usize {
        match self {
            Distribution::Grid(grid) => grid.count_overlaps(region),
            Distribution::Irregular(boxes) => boxes.overlaps(region).len(),
        }
    }

    /// Whether every box spans the world along `axis`.
    #[must_use]
    pub fn is_whole(&self, axis: usize) -> bool {
        match self {
            Distribution::Grid(grid) => grid.parts()[axis] == 1,
            Distribution::Irregular(boxes) => boxes.is_whole(axis),
        }
    }

    /// Whether each of `ranks` ranks has the same points in both distributions.
    #[must_use]
    pub fn same_points(&self, other: &Distribution, ranks: usize) -> bool {
        match (self, other) {
            (Distribution::Grid(one), Distribution::Grid(other)) => one.same_points(other),
            _ => (0..ranks).all(|rank| self.box_of(rank).same_points(&other.box_of(rank))),
        }
    }

    /// Points of the fullest rank.
    #[must_use]
    pub fn fullest(&self) -> usize {
        match self {
            Distribution::Grid(grid) => grid.fullest(),
            Distribution::Irregular(boxes) => boxes.fullest(),
        }
    }

    /// The same boxes with `extent` points along `axis`, along which they must be whole.
    #[must_use]
    pub fn with_extent(&self, axis: usize, extent: i64) -> Distribution {
        match self {
            Distribution::Grid(grid) => Distribution::Grid(grid.with_extent(axis, extent)),
            Distribution::Irregular(boxes) => Distribution::Irregular(boxes.with_extent(axis, extent)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::{Cuts, Order, split_world, tiled_world};

    fn permutations() -> impl Strategy<Value = [usize; 3]> {
        prop::sample::select(vec![[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    }

    /// Cuts of an axis at some of its points.
    fn cuts() -> impl Strategy<Value = Cuts> {
        (1i64..9, any::<u8>())
            .prop_map(|(extent, at)| Cuts::at((0..extent).filter(|x| *x == 0 || at >> x & 1 == 1).collect(), extent))
    }

    /// What a scan of all boxes finds.
    fn scanned(boxes: &[Box3d], region: &Box3d) -> Vec<(usize, Box3d)> {
        let shared = boxes.iter().enumerate().map(|(rank, b)| (rank, region.intersection(b)));
        shared.filter(|(_, shared)| !shared.is_empty()).collect()
    }

    fn region(low: [i64; 3], span: [i64; 3]) -> Box3d {
        Box3d::new(low, std::array::from_fn(|d| low[d] + span[d]))
    }

    proptest! {
        #[test]
        fn a_grid_tiles_its_world_and_finds_what_a_scan_finds(
            cuts in prop::array::uniform3(cuts()), numbering in permutations(),
            low in prop::array::uniform3(0i64..6), span in prop::array::uniform3(-1i64..6), every_other in any::<bool>(),
        ) {
            let world = Box3d::of_size([0, 1, 2].map(|d: usize| cuts[d].extent()));
            let bricks = cuts.iter().map(Cuts::parts).product::<i64>() as usize;
            let members = every_other.then(|| (0..bricks).map(|b| 2 * b + 1).collect());
            let ranks = 2 * bricks + 2;
            let grid = Distribution::Grid(Grid::new(cuts, Order::default(), numbering, members));
            let list: Vec<Box3d> = (0..ranks).map(|rank| grid.box_of(rank)).collect();
            prop_assert_eq!(tiled_world("grid", &list).unwrap(), world);
            prop_assert_eq!(grid.fullest(), list.iter().map(Box3d::count).max().unwrap());

            let region = region(low, span);
            prop_assert_eq!(&grid.overlaps(&region), &scanned(&list, &region));
            prop_assert_eq!(grid.count_overlaps(&region), scanned(&list, &region).len());
            let irregular = Distribution::Irregular(list.into());
            prop_assert_eq!(grid.overlaps(&region), irregular.overlaps(&region));
            prop_assert!(grid.same_points(&irregular, ranks) && irregular.same_points(&grid, ranks));
            prop_assert!((0..3).all(|axis| grid.is_whole(axis) == irregular.is_whole(axis)));
        }

        #[test]
        fn boxes_in_no_pattern_are_found_as_by_a_scan(
            corners in prop::collection::vec((prop::array::uniform3(0i64..30), prop::array::uniform3(-2i64..9)), 1..60),
            low in prop::array::uniform3(0i64..30), span in prop::array::uniform3(-1i64..20),
        ) {
            let boxes: Vec<Box3d> = corners.into_iter().map(|(low, span)| region(low, span)).collect();
            let region = region(low, span);
            prop_assert_eq!(Irregular::from(boxes.clone()).overlaps(&region), scanned(&boxes, &region));
        }

        #[test]
        fn resized_boxes_are_found_as_by_a_scan(
            parts in prop::array::uniform2(1i64..5), low in prop::array::uniform3(0i64..12),
            span in prop::array::uniform3(-1i64..12), extent in 1i64..12, axis in 0usize..3,
        ) {
            let mut grid = [parts[0], parts[1], 1];
            grid.swap(axis, 2);
            let boxes: Irregular = split_world(&Box3d::of_size([10, 9, 8]), grid).into();
            let resized = boxes.with_extent(axis, extent);
            let ranks = grid.iter().product::<i64>() as usize;
            let list: Vec<Box3d> = (0..ranks).map(|rank| resized.box_of(rank)).collect();
            let region = region(low, span);
            prop_assert!(list.iter().all(|b| b.is_empty() || b.size()[axis] == extent));
            prop_assert_eq!(resized.overlaps(&region), scanned(&list, &region));
            prop_assert_eq!(resized.fullest(), list.iter().map(Box3d::count).max().unwrap());
        }
    }
}
