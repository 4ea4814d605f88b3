//! Visits: the lines of one axis, or of two axes plane by plane.

use super::sweep::Sweep;
use super::thresholds::Thresholds;
use super::view::{Axes, Piece, padded};
use crate::geometry::{Box3d, Order};
use crate::options::Direction;

/// Elements of the largest plane that is worth keeping between two passes: it should stay in the cache of a core, or at
/// least in the one that cores share.
const LARGEST_PLANE: usize = 1 << 19;

/// All lines along one axis, and what happens to them.
#[derive(Debug, Clone)]
pub(super) struct Pass {
    pub sweep: Sweep,
    /// The index of a `LineOp`.
    pub operation: usize,
}

/// One pass over a box: along one axis, or along two with a plane between them.
///
/// `near` is what a forward transform reads and `far` what it writes; a backward transform goes the other way.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    /// The passes of a forward transform in their order, and those of a backward one.
    forward: Vec<Pass>,
    backward: Vec<Pass>,
    /// Elements of the plane between two passes.
    plane_len: usize,
    points: usize,
    thresholds: Thresholds,
}

impl Visit {
    /// The lines along `axis`. Both sides cover the same points, but for the extent along `axis`.
    pub fn lines(
        axis: usize,
        order: Order,
        operation: usize,
        (near, far): (&[Piece], &[Piece]),
        thresholds: Thresholds,
    ) -> Visit {
        let sweep = Sweep::new(Axes::of_lines(axis, order), near, far);
        let passes = vec![Pass { sweep, operation }];
        Visit { forward: passes.clone(), backward: passes, plane_len: 0, points: points(near), thresholds }
    }

    /// Whether the planes of two axes stay in cache between two passes, and lie in memory row by row: planes across the rows would take an
    /// element of each cache line, and each page again for each of them. `world` is that after the first transform.
    pub fn keeps_planes([first, second]: [usize; 2], world: &Box3d) -> bool {
        let size = world.size().map(|extent| extent.max(0) as usize);
        let has_rows = [first, second].contains(&world.order.fastest(world.size()));
        has_rows && padded(size[first]) * size[second] <= LARGEST_PLANE
    }

    /// The lines along the first axis, then along the second, in each plane of both. `after` is the box after the first
    /// transform, which [keeps its planes](Visit::keeps_planes). A backward transform takes them in the same order where they
    /// `commute`, so that memory is read along its rows, and else the other way round.
    pub fn planes(
        axes: [(usize, usize); 2],
        commute: bool,
        after: &Box3d,
        (near, far): (&[Piece], &[Piece]),
        thresholds: Thresholds,
    ) -> Visit {
        let [(first, first_operation), (second, second_operation)] = axes;
        let size = after.size().map(|extent| extent.max(0) as usize);
        let pitch = padded(size[first]);
        let mut strides = [0; 3];
        // All planes are the same memory, one after the other.
        (strides[first], strides[second]) = (1, pitch);
        let plane = [Piece { region: *after, strides }];
        let pass = |axis, other, operation, near: &[Piece], far: &[Piece]| {
            let sweep = Sweep::new(Axes::of_planes(axis, other), near, far);
            Pass { sweep, operation }
        };
        let forward = vec![
            pass(first, second, first_operation, near, &plane),
            pass(second, first, second_operation, &plane, far),
        ];
        let backward = if commute {
            vec![pass(first, second, first_operation, &plane, far), pass(second, first, second_operation, near, &plane)]
        } else {
            forward.iter().rev().cloned().collect()
        };
        Visit { forward, backward, plane_len: pitch * size[second], points: points(near), thresholds }
    }
}

fn points(near: &[Piece]) -> usize {
    near.iter().map(|piece| piece.region.count()).sum()
}

impl Visit {
    /// What to do in which order.
    pub(super) fn passes(&self, direction: Direction) -> &[Pass] {
        match direction {
            Direction::Forward => &self.forward,
            Direction::Backward => &self.backward,
        }
    }

    /// What happens in its passes.
    pub fn operations(&self) -> impl Iterator<Item = usize> {
        self.forward.iter().map(|pass| pass.operation)
    }

    /// Whether two passes share a plane.
    pub(super) fn has_planes(&self) -> bool {
        self.plane_len > 0
    }

    pub(super) fn plane_len(&self) -> usize {
        self.plane_len
    }

    /// Whether several threads are done before one is.
    pub(super) fn is_worth_threads(&self) -> bool {
        self.points >= self.thresholds.threads
    }

    pub(super) fn layers(&self) -> usize {
        self.forward.first().map_or(0, |pass| pass.sweep.layers())
    }

    /// Whether no cache holds its box, of near elements of so many bytes.
    pub(super) fn is_large(&self, element: usize) -> bool {
        self.points * element >= self.thresholds.streaming
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_are_kept_where_they_have_rows_of_memory() {
        let keeps = |size, order, axes| {
            let order = Order::new(order, "inbox").unwrap();
            Visit::keeps_planes(axes, &Box3d::of_size(size).with_order(order))
        };
        assert!(keeps([128, 256, 256], [0, 1, 2], [0, 1]));
        assert!(!keeps([128, 256, 256], [0, 1, 2], [1, 2]));
        assert!(keeps([128, 256, 256], [2, 1, 0], [1, 2]));
        // One plane is all that there is.
        assert!(keeps([1, 256, 256], [0, 1, 2], [1, 2]));
        assert!(!keeps([4096, 4096, 2], [0, 1, 2], [0, 1]), "too large");
    }
}
