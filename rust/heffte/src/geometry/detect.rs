//! Whether boxes are the bricks of a grid. Each rank answers for its own box, given the points where any box begins.

use super::{Box3d, Cuts, Grid, Order};

/// In which order dimensions may be numbered.
const NUMBERINGS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// Bits of a word.
const BITS: i64 = u64::BITS as i64;

/// A bit for each coordinate of each axis of a world from the origin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marks {
    size: [i64; 3],
}

impl Marks {
    /// Bits for a world of `size` points, at least one along each axis.
    pub fn of(size: [i64; 3]) -> Marks {
        Marks { size }
    }

    /// Words that hold the bits; each axis has its own.
    pub fn words(self) -> usize {
        self.begin(3)
    }

    /// The first word of an axis.
    fn begin(self, axis: usize) -> usize {
        self.size[..axis].iter().map(|extent| (extent + BITS - 1) / BITS).sum::<i64>() as usize
    }

    /// Marks where the box begins; an empty one begins nowhere.
    pub fn mark(self, b: &Box3d, words: &mut [u64]) {
        if !b.is_empty() {
            for axis in 0..3 {
                words[self.begin(axis) + (b.low[axis] / BITS) as usize] |= 1 << (b.low[axis] % BITS);
            }
        }
    }

    /// The cuts where boxes begin; some box must begin at 0 along each axis.
    pub fn cuts(self, words: &[u64]) -> [Cuts; 3] {
        std::array::from_fn(|axis| {
            let is_marked = |x: &i64| words[self.begin(axis) + (x / BITS) as usize] >> (x % BITS) & 1 == 1;
            Cuts::at((0..self.size[axis]).filter(is_marked).collect(), self.size[axis])
        })
    }
}

/// For each numbering, whether the box of `rank` is what a grid with these cuts gives it.
///
/// Where a numbering fits on all ranks, the boxes are that grid: each brick is then held by the rank of its number, and no
/// other rank holds anything.
pub(crate) fn fits(cuts: &[Cuts; 3], b: &Box3d, rank: usize) -> [bool; 6] {
    let parts = [0, 1, 2].map(|d: usize| cuts[d].parts());
    let bricks: i64 = parts.iter().product();
    if b.is_empty() {
        return [rank as i64 >= bricks; 6];
    }
    let place = [0, 1, 2].map(|d: usize| cuts[d].part_of(b.low[d]));
    let is_brick = (0..3).all(|d| cuts[d].range(place[d]) == (b.low[d]..b.high[d] + 1));
    NUMBERINGS.map(|[fast, middle, slow]| {
        is_brick && place[fast] + parts[fast] * (place[middle] + parts[middle] * place[slow]) == rank as i64
    })
}

/// The grid of the first numbering that fits on all of `ranks` ranks.
pub(crate) fn grid_of(cuts: [Cuts; 3], order: Order, fits: &[bool], ranks: usize) -> Option<Grid> {
    let numbering = NUMBERINGS[fits.iter().position(|fits| *fits)?];
    let grid = Grid::new(cuts, order, numbering, None);
    // Every rank can have its brick while there are more bricks than ranks.
    (grid.bricks() <= ranks).then_some(grid)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::tiled_world;

    /// What all ranks together find out about boxes whose world begins at the origin.
    fn detected(boxes: &[Box3d], size: [i64; 3]) -> Option<Grid> {
        let marks = Marks::of(size);
        let mut words = vec![0; marks.words()];
        boxes.iter().for_each(|b| marks.mark(b, &mut words));
        let cuts = marks.cuts(&words);
        let fit = boxes.iter().enumerate().fold([true; 6], |all, (rank, b)| {
            let own = fits(&cuts, b, rank);
            std::array::from_fn(|n| all[n] && own[n])
        });
        grid_of(cuts, Order::default(), &fit, boxes.len())
    }

    proptest! {
        #[test]
        fn grids_are_known_again(
            extents in prop::array::uniform3(1i64..100), at in prop::array::uniform3(any::<u128>()),
            numbering in 0usize..6, spare in 0usize..3,
        ) {
            let cuts: [Cuts; 3] = std::array::from_fn(|d| {
                // Few cuts, so that there are few bricks.
                let begins = (0..extents[d]).filter(|x| *x == 0 || (at[d] >> x & 0xf) == 1);
                Cuts::at(begins.collect(), extents[d])
            });
            let grid = Grid::new(cuts, Order::default(), NUMBERINGS[numbering], None);
            let boxes: Vec<Box3d> = (0..grid.bricks() + spare).map(|rank| grid.box_of(rank)).collect();
            prop_assert_eq!(detected(&boxes, extents), Some(grid));
        }

        #[test]
        fn nothing_else_is_taken_for_a_grid(
            size in prop::array::uniform3(1i64..6), wanted in prop::array::uniform3(1i64..4),
            spoilt in any::<prop::sample::Index>(), corner in 0usize..6, change in prop::sample::select(vec![-1i64, 1]),
            swap in any::<prop::sample::Index>(),
        ) {
            let parts: [i64; 3] = std::array::from_fn(|d| wanted[d].min(size[d]));
            let grid = Grid::even(size, parts, Order::default());
            let mut boxes: Vec<Box3d> = (0..grid.bricks() + 1).map(|rank| grid.box_of(rank)).collect();
            let (one, other) = (spoilt.index(boxes.len()), swap.index(boxes.len()));
            boxes.swap(one, other);
            if one == other {
                let b = &mut boxes[one];
                if corner < 3 { b.low[corner] += change } else { b.high[corner - 3] += change }
            }
            // Whatever came of it: where a grid is found, it is exactly what the boxes are.
            let inside = boxes.iter().all(|b| b.is_empty() || (0..3).all(|d| b.low[d] >= 0 && b.high[d] < size[d]));
            let from_origin = (0..3).all(|d| boxes.iter().any(|b| !b.is_empty() && b.low[d] == 0));
            if inside && from_origin && let Some(found) = detected(&boxes, size) {
                for (rank, b) in boxes.iter().enumerate() {
                    prop_assert!(found.box_of(rank).same_points(b), "{found:?} is not {boxes:?}");
                }
                prop_assert!(tiled_world("boxes", &boxes).is_ok());
            }
        }
    }
}
