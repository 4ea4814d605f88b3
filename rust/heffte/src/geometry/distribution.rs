//! How the points of a world lie on ranks.

use std::sync::Arc;

use super::Box3d;
use super::process_grid::part_range;

/// Which rank holds which box of a world.
///
/// A grid answers by arithmetic, whatever the number of ranks; the boxes that users bring are a list.
#[derive(Debug, Clone, PartialEq)]
pub enum Distribution {
    /// Bricks of a process grid.
    Grid(Grid),
    /// One box per rank, in rank order.
    Irregular(Arc<[Box3d]>),
}

impl Distribution {
    /// The box of `rank`.
    #[must_use]
    pub fn box_of(&self, rank: usize) -> Box3d {
        match self {
            Distribution::Grid(grid) => grid.box_of(rank),
            Distribution::Irregular(boxes) => boxes[rank],
        }
    }

    /// The ranks whose boxes share points with `region`, ascending, each with the points shared.
    #[must_use]
    pub fn overlaps(&self, region: &Box3d) -> Vec<(usize, Box3d)> {
        match self {
            Distribution::Grid(grid) => grid.overlaps(region),
            Distribution::Irregular(boxes) => boxes
                .iter()
                .enumerate()
                .map(|(rank, b)| (rank, region.intersection(b)))
                .filter(|(_, shared)| !shared.is_empty())
                .collect(),
        }
    }

    /// Whether every box spans `world` along `axis`.
    #[must_use]
    pub fn is_whole(&self, world: &Box3d, axis: usize) -> bool {
        match self {
            Distribution::Grid(grid) => grid.parts[axis] == 1,
            Distribution::Irregular(boxes) => boxes.iter().all(|b| b.is_whole(world, axis)),
        }
    }

    /// Whether each of `ranks` ranks has the same points in both distributions.
    #[must_use]
    pub fn same_points(&self, other: &Distribution, ranks: usize) -> bool {
        (0..ranks).all(|rank| self.box_of(rank).same_points(&other.box_of(rank)))
    }

    /// Points of the fullest of `ranks` ranks.
    #[must_use]
    pub fn fullest(&self, ranks: usize) -> usize {
        match self {
            // The first brick has the longer part along every dimension.
            Distribution::Grid(grid) => grid.box_of(grid.rank_of_brick(0)).count(),
            Distribution::Irregular(boxes) => boxes.iter().take(ranks).map(Box3d::count).max().unwrap_or(0),
        }
    }

    /// The same boxes with `extent` points along `axis`, along which they must be whole in a world from 0.
    #[must_use]
    pub fn with_extent(&self, axis: usize, extent: i64) -> Distribution {
        let resize = |b: &Box3d| {
            let mut resized = *b;
            if !b.is_empty() {
                resized.high[axis] = extent - 1;
            }
            resized
        };
        match self {
            Distribution::Grid(grid) => Distribution::Grid(Grid { world: resize(&grid.world), ..grid.clone() }),
            Distribution::Irregular(boxes) => Distribution::Irregular(boxes.iter().map(resize).collect()),
        }
    }
}

/// A world cut into `parts[d]` ranges along each dimension, one brick for each of the first ranks of `members`.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// What is cut.
    pub world: Box3d,
    /// Ranges along each dimension.
    pub parts: [i64; 3],
    /// The dimensions in the order in which bricks are numbered, the fastest first.
    pub numbering: [usize; 3],
    /// The ranks that hold bricks, ascending; `None` stands for 0, 1, 2, …
    pub members: Option<Arc<[usize]>>,
}

impl Grid {
    /// Number of bricks.
    #[must_use]
    pub fn bricks(&self) -> usize {
        self.parts.iter().product::<i64>() as usize
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
            return Box3d::empty().with_order(self.world.order);
        };
        let (mut low, mut high) = ([0; 3], [0; 3]);
        let size = self.world.size();
        for d in self.numbering {
            let parts = self.parts[d] as usize;
            let (start, count) = part_range(size[d], self.parts[d], (brick % parts) as i64);
            low[d] = self.world.low[d] + start;
            high[d] = low[d] + count - 1;
            brick /= parts;
        }
        Box3d { low, high, order: self.world.order }
    }

    /// The part of dimension `d` that holds the coordinate `x`.
    fn part_of(&self, d: usize, x: i64) -> i64 {
        let (extent, parts, x) = (self.world.size()[d], self.parts[d], x - self.world.low[d]);
        let (base, extra) = (extent / parts, extent % parts);
        let large = extra * (base + 1);
        if x < large { x / (base + 1) } else { extra + (x - large) / base }
    }

    fn overlaps(&self, region: &Box3d) -> Vec<(usize, Box3d)> {
        let region = region.intersection(&self.world);
        if region.is_empty() {
            return Vec::new();
        }
        let first: [i64; 3] = std::array::from_fn(|d| self.part_of(d, region.low[d]));
        let last: [i64; 3] = std::array::from_fn(|d| self.part_of(d, region.high[d]));
        let [fast, middle, slow] = self.numbering;
        let mut found = Vec::new();
        for k in first[slow]..=last[slow] {
            for j in first[middle]..=last[middle] {
                for i in first[fast]..=last[fast] {
                    let brick = i + self.parts[fast] * (j + self.parts[middle] * k);
                    let rank = self.rank_of_brick(brick as usize);
                    found.push((rank, region.intersection(&self.box_of(rank))));
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::tiled_world;

    fn permutations() -> impl Strategy<Value = [usize; 3]> {
        prop::sample::select(vec![[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    }

    proptest! {
        #[test]
        fn a_grid_tiles_its_world_and_finds_what_a_list_finds(
            size in prop::array::uniform3(1i64..9), wanted in prop::array::uniform3(1i64..4), numbering in permutations(),
            low in prop::array::uniform3(0i64..6), span in prop::array::uniform3(-1i64..6), every_other in any::<bool>(),
        ) {
            let world = Box3d::of_size(size);
            let parts: [i64; 3] = std::array::from_fn(|d| wanted[d].min(size[d]));
            let bricks = parts.iter().product::<i64>() as usize;
            let members = every_other.then(|| (0..bricks).map(|b| 2 * b + 1).collect());
            let ranks = 2 * bricks + 2;
            let grid = Distribution::Grid(Grid { world, parts, numbering, members });
            let list: Arc<[Box3d]> = (0..ranks).map(|rank| grid.box_of(rank)).collect();
            prop_assert_eq!(tiled_world("grid", &list).unwrap(), world);

            let region = Box3d::new(low, std::array::from_fn(|d| low[d] + span[d]));
            prop_assert_eq!(grid.overlaps(&region), Distribution::Irregular(list).overlaps(&region));
        }
    }
}
