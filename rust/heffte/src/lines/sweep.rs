//! Where the lines of a box lie, on both sides of a sweep.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::geometry::{Box3d, Order};

/// The part of the lines of a [`Cell`] that lies in one piece.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Segment {
    /// The piece.
    pub piece: usize,
    /// The first element of the line that lies in it.
    pub first: usize,
    /// Elements of the line that lie in it.
    pub len: usize,
    /// Elements between the begin of the piece and that element of the cell's first line.
    pub origin: usize,
    /// Elements between neighbours of a line.
    pub along: usize,
    /// Elements between neighbouring lines of a tile.
    pub across: usize,
    /// Elements between neighbouring tiles.
    pub deep: usize,
}

/// Lines that lie in the same pieces, on either side: `across × deep` of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cell {
    /// Lines in the direction in which tiles extend.
    pub across: usize,
    /// Lines in the other direction.
    pub deep: usize,
    near: Range<usize>,
    far: Range<usize>,
}

/// One side of a sweep: the length of its lines and where they lie.
#[derive(Debug, Clone, Default)]
struct Side {
    length: usize,
    segments: Vec<Segment>,
}

/// All lines of a box along one axis, with their places on both sides.
///
/// `near` is what a forward transform reads and `far` what it writes; a backward transform goes the other way.
#[derive(Debug, Clone)]
pub(crate) struct Sweep {
    cells: Vec<Cell>,
    near: Side,
    far: Side,
}

impl Sweep {
    /// The lines along `axis` of a box that is cut into the pieces `near` before and `far` after. Both cover the same
    /// points, but for the extent along `axis`. Tiles extend in the first direction of `order` that is not `axis`.
    pub fn new(axis: usize, order: Order, near: &[Box3d], far: &[Box3d]) -> Sweep {
        let mut others = order.dimensions().into_iter().filter(|&d| d != axis);
        let (across, deep) = (others.next().unwrap_or(0), others.next().unwrap_or(0));
        let axes = [axis, across, deep];
        let mut sweep = Sweep { cells: Vec::new(), near: side(axis, near), far: side(axis, far) };
        for (deep_low, deep_count) in ranges(deep, near, far) {
            for (across_low, across_count) in ranges(across, near, far) {
                let mut point = [0; 3];
                (point[across], point[deep]) = (across_low, deep_low);
                let near = sweep.near.add(axes, near, point);
                let far = sweep.far.add(axes, far, point);
                if !near.is_empty() {
                    sweep.cells.push(Cell { across: across_count, deep: deep_count, near, far });
                }
            }
        }
        sweep
    }

    /// The cells.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// Where the lines of `cell` lie on the side that is read and on the side that is written.
    pub fn segments(&self, cell: &Cell, forward: bool) -> (&[Segment], &[Segment]) {
        let (near, far) = (&self.near.segments[cell.near.clone()], &self.far.segments[cell.far.clone()]);
        if forward { (near, far) } else { (far, near) }
    }

    /// Elements of a line on the near and on the far side.
    pub fn lengths(&self) -> (usize, usize) {
        (self.near.length, self.far.length)
    }
}

/// The side whose lines along `axis` are cut by `pieces`.
fn side(axis: usize, pieces: &[Box3d]) -> Side {
    let filled = || pieces.iter().filter(|piece| !piece.is_empty());
    let low = filled().map(|piece| piece.low[axis]).min().unwrap_or(0);
    let high = filled().map(|piece| piece.high[axis]).max().unwrap_or(-1);
    Side { length: (high - low + 1) as usize, segments: Vec::new() }
}

/// The ranges along `axis` between the cuts of any piece: first coordinate and number of points.
fn ranges(axis: usize, near: &[Box3d], far: &[Box3d]) -> Vec<(i64, usize)> {
    let filled = near.iter().chain(far).filter(|piece| !piece.is_empty());
    let cuts: BTreeSet<i64> = filled.flat_map(|piece| [piece.low[axis], piece.high[axis] + 1]).collect();
    let cuts: Vec<i64> = cuts.into_iter().collect();
    cuts.windows(2).map(|pair| (pair[0], (pair[1] - pair[0]) as usize)).collect()
}

impl Side {
    /// Adds the segments of the line through `point`, in the order of the line.
    fn add(&mut self, [axis, across, deep]: [usize; 3], pieces: &[Box3d], point: [i64; 3]) -> Range<usize> {
        let begin = self.segments.len();
        let low = pieces.iter().filter(|p| !p.is_empty()).map(|piece| piece.low[axis]).min().unwrap_or(0);
        for (index, piece) in pieces.iter().enumerate() {
            let holds = |d: usize| piece.low[d] <= point[d] && point[d] <= piece.high[d];
            if piece.is_empty() || !holds(across) || !holds(deep) {
                continue;
            }
            let strides = piece.strides();
            let distance = |d: usize| (point[d] - piece.low[d]) as usize * strides[d];
            self.segments.push(Segment {
                piece: index,
                first: (piece.low[axis] - low) as usize,
                len: (piece.high[axis] - piece.low[axis] + 1) as usize,
                origin: distance(across) + distance(deep),
                along: strides[axis],
                across: strides[across],
                deep: strides[deep],
            });
        }
        self.segments[begin..].sort_by_key(|segment| segment.first);
        begin..self.segments.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::split_world;

    /// The point of every element of every piece, found by walking the sweep's segments.
    fn visit(sweep: &Sweep, forward: bool, axes: [usize; 3], pieces: &[Box3d], whole: &Box3d) {
        let mut seen: Vec<Vec<bool>> = pieces.iter().map(|piece| vec![false; piece.count()]).collect();
        for cell in sweep.cells() {
            for segment in sweep.segments(cell, forward).0 {
                for (i, j, k) in (0..segment.len)
                    .flat_map(|i| (0..cell.across).flat_map(move |j| (0..cell.deep).map(move |k| (i, j, k))))
                {
                    let at = segment.origin + i * segment.along + j * segment.across + k * segment.deep;
                    let slot = &mut seen[segment.piece][at];
                    assert!(!*slot, "visited twice");
                    *slot = true;
                }
            }
        }
        assert!(seen.iter().flatten().all(|&visited| visited));
        assert_eq!(pieces.iter().map(Box3d::count).sum::<usize>(), whole.count());
        assert_eq!(axes.len(), 3);
    }

    #[test]
    fn every_element_of_every_piece_is_visited_once() {
        let whole = Box3d::of_size([6, 5, 7]);
        let order = Order::new([1, 2, 0], "inbox").unwrap();
        for axis in 0..3 {
            let near = split_world(&whole, [2, 3, 1]);
            let far = split_world(&whole.with_order(order), [1, 2, 3]);
            let sweep = Sweep::new(axis, Order::default(), &near, &far);
            visit(&sweep, true, [axis, 0, 0], &near, &whole);
            visit(&sweep, false, [axis, 0, 0], &far, &whole);
            assert_eq!(sweep.lengths(), (whole.size()[axis] as usize, whole.size()[axis] as usize));
        }
    }

    #[test]
    fn an_empty_box_has_no_cells() {
        assert!(Sweep::new(0, Order::default(), &[Box3d::empty()], &[]).cells().is_empty());
    }
}
