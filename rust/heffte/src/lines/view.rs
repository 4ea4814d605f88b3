//! A box that is cut into pieces, each with strides of its own.

use crate::geometry::{Box3d, Order};

/// Some points and how they lie in an array that begins with the lowest of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Piece {
    /// The points.
    pub region: Box3d,
    /// Elements between neighbours along each dimension.
    pub strides: [usize; 3],
}

impl From<Box3d> for Piece {
    /// A box as it lies in memory by itself.
    fn from(region: Box3d) -> Piece {
        Piece { region, strides: region.strides() }
    }
}

/// The dimensions as a sweep sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Axes {
    /// Along lines.
    pub along: usize,
    /// From line to line of a tile.
    pub across: usize,
    /// From tile to tile.
    pub deep: usize,
}

impl Axes {
    /// Lines along `axis`; tiles extend in the fastest direction of `order` that is left.
    pub fn of_lines(axis: usize, order: Order) -> Axes {
        let mut others = order.dimensions().into_iter().filter(|&d| d != axis);
        let (across, deep) = (others.next().unwrap_or(0), others.next().unwrap_or(0));
        Axes { along: axis, across, deep }
    }

    /// Lines along `axis` in the planes of `axis` and `other`.
    pub fn of_planes(axis: usize, other: usize) -> Axes {
        Axes { along: axis, across: other, deep: 3 - axis - other }
    }
}
