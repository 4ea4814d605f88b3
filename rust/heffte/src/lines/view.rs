//! A box that is cut into pieces, each with strides of its own.

use super::thresholds::Thresholds;
use crate::geometry::{Box3d, Order};

/// Some points and how they lie in an array that begins with the lowest of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Piece {
    /// The points.
    pub region: Box3d,
    /// Elements between neighbours along each dimension.
    pub strides: [usize; 3],
}

/// Elements that fill a cache line in any type.
const CACHE_LINE: usize = 8;

/// A distance between rows that does not put them all into one set of the cache.
pub(super) fn padded(length: usize) -> usize {
    const PAGE: usize = 256;
    let lines = length.next_multiple_of(CACHE_LINE);
    if lines.is_multiple_of(PAGE / 2) { lines + CACHE_LINE } else { lines }
}

/// A distance between planes at which columns through them are read fastest. A cache line or two more than a power of 2 keeps a
/// column out of one set of the caches, but not out of each other's way in memory: 7 such pairs do.
fn apart(plane: usize) -> usize {
    const ELEMENTS: usize = 7 * CACHE_LINE;
    if padded(plane) == plane { plane } else { plane + ELEMENTS }
}

/// Strides for an array of our own of all points of `held`, and its length: rows begin with cache lines, and planes do not all
/// begin in one set of the cache.
pub(crate) fn padded_strides(held: &Box3d, thresholds: Thresholds) -> ([usize; 3], usize) {
    if held.count() < thresholds.padding {
        return (held.strides(), held.count());
    }
    let [fast, middle, slow] = held.order.dimensions();
    let size = held.size().map(|extent| extent.max(0) as usize);
    let mut strides = [0; 3];
    strides[fast] = 1;
    strides[middle] = size[fast].next_multiple_of(CACHE_LINE);
    strides[slow] = apart(strides[middle] * size[middle]);
    (strides, strides[slow] * size[slow])
}

/// Whether neighbouring columns of an array of all points of `held`, along `axis`, can stay in a cache together: whether they do
/// not fall into a few of its sets.
pub(crate) fn fits_cache(held: &Box3d, axis: usize) -> bool {
    /// As a power of 2, the elements that lie in sets of their own.
    const SETS: u32 = 13;
    /// Elements of a set that find room beside others.
    const WAYS: usize = 8;
    let (pitch, count) = (held.strides()[axis], held.size()[axis].max(0) as usize);
    // Elements of a column fall into every set that the largest power of 2 in their distance leads to.
    let sets_used = 1 << (SETS - pitch.trailing_zeros().min(SETS));
    count <= WAYS * sets_used
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
