//! Visits: the lines of one axis, or of two axes plane by plane.

use super::simd::Stores;
use super::sweep::Sweep;
use super::thresholds::Thresholds;
use super::view::{Axes, Piece, padded};
use crate::geometry::{Box3d, Order};

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
    passes: Vec<Pass>,
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
        Visit { passes: vec![Pass { sweep, operation }], plane_len: 0, points: points(near), thresholds }
    }

    /// Whether the planes of two axes of a box stay in cache between two passes.
    pub fn keeps_planes([first, second]: [usize; 2], after: &Box3d) -> bool {
        let size = after.size().map(|extent| extent.max(0) as usize);
        padded(size[first]) * size[second] <= LARGEST_PLANE
    }

    /// The lines along the first axis, then along the second, in each plane of both. `after` is the box after the first
    /// transform, which [keeps its planes](Visit::keeps_planes).
    pub fn planes(
        axes: [(usize, usize); 2],
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
        let before = Sweep::new(Axes::of_planes(first, second), near, &plane);
        let behind = Sweep::new(Axes::of_planes(second, first), &plane, far);
        let passes = vec![
            Pass { sweep: before, operation: first_operation },
            Pass { sweep: behind, operation: second_operation },
        ];
        Visit { passes, plane_len: pitch * size[second], points: points(near), thresholds }
    }
}

fn points(near: &[Piece]) -> usize {
    near.iter().map(|piece| piece.region.count()).sum()
}

impl Visit {
    pub(super) fn passes(&self) -> &[Pass] {
        &self.passes
    }

    /// What happens in its passes.
    pub fn operations(&self) -> impl Iterator<Item = usize> {
        self.passes.iter().map(|pass| pass.operation)
    }

    pub(super) fn plane_len(&self) -> usize {
        self.plane_len
    }

    /// Whether several threads are done before one is.
    pub(super) fn is_worth_threads(&self) -> bool {
        self.points >= self.thresholds.threads
    }

    pub(super) fn layers(&self) -> usize {
        self.passes.first().map_or(0, |pass| pass.sweep.layers())
    }

    /// How results are written.
    pub(super) fn stores(&self) -> Stores {
        if self.points >= self.thresholds.streaming { Stores::Streaming } else { Stores::Cached }
    }
}
