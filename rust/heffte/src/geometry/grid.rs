//! Bricks of a process grid: who holds what, by arithmetic.

use std::sync::Arc;

use super::{Box3d, Cuts, Order};

/// A world cut along each axis, and one brick of it for each of the first ranks of `members`.
///
/// It takes memory for its cuts, not for its bricks, and finds the holders of a region without looking at others. Equal
/// values hold the same points on the same ranks, and the other way round but for the spelling of members.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    cuts: [Cuts; 3],
    order: Order,
    numbering: [usize; 3],
    members: Option<Arc<[usize]>>,
}

impl Grid {
    /// The grid of these cuts, whose bricks are stored in `order`. Bricks are numbered with the dimension `numbering[0]`
    /// fastest, and held by the ranks `members`, ascending; `None` stands for 0, 1, 2, …
    #[must_use]
    pub fn new(cuts: [Cuts; 3], order: Order, mut numbering: [usize; 3], members: Option<Arc<[usize]>>) -> Grid {
        // Dimensions that are not cut do not matter: they come last, in ascending order, so that equal grids are equal values.
        numbering.sort_by_key(|&d| if cuts[d].parts() == 1 { 1 + d } else { 0 });
        Grid { cuts, order, numbering, members }
    }

    /// `size` points from the origin, cut as evenly as can be.
    #[must_use]
    pub fn even(size: [i64; 3], parts: [i64; 3], order: Order) -> Grid {
        Grid::new(std::array::from_fn(|d| Cuts::even(size[d], parts[d])), order, [0, 1, 2], None)
    }

    /// The same bricks on other ranks.
    #[must_use]
    pub fn numbered(self, numbering: [usize; 3], members: Option<Arc<[usize]>>) -> Grid {
        Grid::new(self.cuts, self.order, numbering, members)
    }

    /// Ranges along each dimension.
    #[must_use]
    pub fn parts(&self) -> [i64; 3] {
        [0, 1, 2].map(|d: usize| self.cuts[d].parts())
    }

    /// Number of bricks.
    #[must_use]
    pub fn bricks(&self) -> usize {
        self.parts().iter().product::<i64>() as usize
    }

    /// Points of the largest brick.
    #[must_use]
    pub fn fullest(&self) -> usize {
        self.cuts.iter().map(|cuts| cuts.longest() as usize).product()
    }

    /// The same with `extent` points along `axis`, along which it is not cut.
    pub(super) fn with_extent(&self, axis: usize, extent: i64) -> Grid {
        let mut grid = self.clone();
        grid.cuts[axis] = Cuts::even(extent, 1);
        grid
    }

    /// Whether each rank has the same points in both.
    pub(super) fn same_points(&self, other: &Grid) -> bool {
        let same_ranks = || (0..self.bricks()).all(|brick| self.rank_of_brick(brick) == other.rank_of_brick(brick));
        self.cuts == other.cuts
            && self.numbering == other.numbering
            && (self.members.is_none() && other.members.is_none() || same_ranks())
    }

    fn rank_of_brick(&self, brick: usize) -> usize {
        self.members.as_ref().map_or(brick, |members| members[brick])
    }

    fn brick_of_rank(&self, rank: usize) -> Option<usize> {
        let brick = match &self.members {
            None => rank,
            Some(members) => members.binary_search(&rank).ok()?,
        };
        (brick < self.bricks()).then_some(brick)
    }

    /// The box of `rank`; empty where it holds no brick.
    #[must_use]
    pub fn box_of(&self, rank: usize) -> Box3d {
        let Some(mut brick) = self.brick_of_rank(rank) else {
            return Box3d::empty().with_order(self.order);
        };
        let mut parts = [0; 3];
        for d in self.numbering {
            let count = self.cuts[d].parts() as usize;
            parts[d] = (brick % count) as i64;
            brick /= count;
        }
        self.brick(parts)
    }

    fn brick(&self, parts: [i64; 3]) -> Box3d {
        let ranges = [0, 1, 2].map(|d: usize| self.cuts[d].range(parts[d]));
        Box3d { low: ranges.clone().map(|r| r.start), high: ranges.map(|r| r.end - 1), order: self.order }
    }

    /// What of `region` lies in the world, and the first and the last part of each axis in which it lies.
    fn parts_of(&self, region: &Box3d) -> Option<(Box3d, [i64; 3], [i64; 3])> {
        let world = Box3d::of_size([0, 1, 2].map(|d: usize| self.cuts[d].extent()));
        let region = region.intersection(&world);
        let parts = |corner: [i64; 3]| std::array::from_fn(|d| self.cuts[d].part_of(corner[d]));
        (!region.is_empty()).then(|| (region, parts(region.low), parts(region.high)))
    }

    /// The number of bricks that share points with `region`.
    pub(super) fn count_overlaps(&self, region: &Box3d) -> usize {
        let parts = self.parts_of(region);
        parts.map_or(0, |(_, first, last)| (0..3).map(|d| (last[d] - first[d] + 1) as usize).product())
    }

    /// The ranks whose bricks share points with `region`, ascending, each with the points shared.
    #[must_use]
    pub fn overlaps(&self, region: &Box3d) -> Vec<(usize, Box3d)> {
        let Some((region, first, last)) = self.parts_of(region) else { return Vec::new() };
        let [fast, middle, slow] = self.numbering;
        let counts = self.parts();
        let mut found = Vec::with_capacity((0..3).map(|d| (last[d] - first[d] + 1) as usize).product());
        let mut parts = [0; 3];
        for k in first[slow]..=last[slow] {
            for j in first[middle]..=last[middle] {
                for i in first[fast]..=last[fast] {
                    (parts[fast], parts[middle], parts[slow]) = (i, j, k);
                    let rank = self.rank_of_brick((i + counts[fast] * (j + counts[middle] * k)) as usize);
                    found.push((rank, region.intersection(&self.brick(parts))));
                }
            }
        }
        found
    }
}
