//! Which part of a rank's box goes to, or comes from, which rank.

use crate::geometry::{Box3d, Distribution, Order};
use crate::options::Direction;

/// The part of a box that goes to one rank or comes from it, packed without gaps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// The rank at the other end; may be this one.
    pub rank: usize,
    /// The points, in the order in which they are packed.
    pub region: Box3d,
    /// Elements between the begin of the packed buffer and this piece.
    pub offset: usize,
    /// Elements of this piece.
    pub len: usize,
}

/// The pieces of one box, one after the other in a packed buffer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Side {
    /// The pieces, in ascending order of ranks.
    pub pieces: Vec<Piece>,
    /// Elements of the packed buffer, gaps included.
    pub len: usize,
}

impl Side {
    fn pack(shared: Vec<(usize, Box3d)>, order: Order) -> Side {
        let mut len = 0;
        let pieces = shared
            .into_iter()
            .map(|(rank, region)| {
                let piece = Piece { rank, region: region.with_order(order), offset: len, len: region.count() };
                len += piece.len;
                piece
            })
            .collect();
        Side { pieces, len }
    }

    /// Gives every one of `ranks` ranks a block of `block` elements, whether there is a piece for it or not.
    fn pad(&mut self, block: usize, ranks: usize) {
        for piece in &mut self.pieces {
            piece.offset = piece.rank * block;
        }
        self.len = block * ranks;
    }

    fn largest_piece(&self) -> usize {
        self.pieces.iter().map(|piece| piece.len).max().unwrap_or(0)
    }
}

/// One rank's part in moving a world from one distribution to another, and back.
///
/// Forward, the pieces of `near` leave and those of `far` arrive; backward, it is the other way round.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// The pieces of this rank's box in the first distribution.
    pub near: Side,
    /// The pieces of this rank's box in the second distribution.
    pub far: Side,
    /// Elements of the block for each rank, where blocks are padded to the same length.
    pub block: Option<usize>,
}

impl Schedule {
    /// The part of `rank` in moving between the distributions `near` and `far`. Pieces are packed in `order`.
    #[must_use]
    pub fn between(near: &Distribution, far: &Distribution, rank: usize, order: Order) -> Schedule {
        Schedule {
            near: Side::pack(far.overlaps(&near.box_of(rank)), order),
            far: Side::pack(near.overlaps(&far.box_of(rank)), order),
            block: None,
        }
    }

    /// Pads the blocks of all `ranks` ranks to `block` elements, the largest piece of any rank.
    pub fn pad(&mut self, block: usize, ranks: usize) {
        self.near.pad(block, ranks);
        self.far.pad(block, ranks);
        self.block = Some(block);
    }

    /// Elements of the largest piece of this rank.
    #[must_use]
    pub fn largest_piece(&self) -> usize {
        self.near.largest_piece().max(self.far.largest_piece())
    }

    /// The sides in the order of travel: what leaves, what arrives.
    #[must_use]
    pub fn sides(&self, direction: Direction) -> (&Side, &Side) {
        match direction {
            Direction::Forward => (&self.near, &self.far),
            Direction::Backward => (&self.far, &self.near),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::split_world;

    #[test]
    fn what_one_rank_sends_another_expects() {
        let world = Box3d::of_size([6, 5, 4]);
        let near = Distribution::Irregular(split_world(&world, [1, 2, 3]).into());
        let far = Distribution::Irregular(split_world(&world, [3, 1, 2]).into());
        let schedules: Vec<_> = (0..6).map(|r| Schedule::between(&near, &far, r, Order::default())).collect();
        for (rank, schedule) in schedules.iter().enumerate() {
            assert_eq!(schedule.near.len, near.box_of(rank).count());
            assert_eq!(schedule.far.len, far.box_of(rank).count());
            for piece in &schedule.near.pieces {
                let twin = schedules[piece.rank].far.pieces.iter().find(|p| p.rank == rank);
                assert_eq!(twin.map(|p| p.region), Some(piece.region));
            }
        }
    }

    #[test]
    fn padded_blocks_lie_at_multiples_of_the_block() {
        let world = Box3d::of_size([4, 4, 4]);
        let near = Distribution::Irregular(split_world(&world, [1, 1, 2]).into());
        let far = Distribution::Irregular(split_world(&world, [2, 1, 1]).into());
        let mut schedule = Schedule::between(&near, &far, 1, Order::default());
        assert_eq!(schedule.largest_piece(), 16);
        schedule.pad(20, 2);
        assert_eq!(schedule.near.pieces.iter().map(|p| p.offset).collect::<Vec<_>>(), [0, 20]);
        assert_eq!(schedule.far.len, 40);
    }
}
