//! Where the lines of a box lie, on both sides of a sweep.

use std::collections::BTreeSet;
use std::ops::Range;

use super::view::{Axes, Piece};

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

impl Segment {
    /// Elements between the begin of the piece and its part of the line at `(across, deep)` of the cell.
    pub fn offset(&self, across: usize, deep: usize) -> usize {
        self.origin + across * self.across + deep * self.deep
    }
}

/// Lines that lie in the same pieces, on either side.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cell {
    /// The layers that the cell reaches through.
    pub layers: Range<usize>,
    /// Lines in each layer.
    pub across: usize,
    near: Range<usize>,
    far: Range<usize>,
}

/// One side of a sweep: the length of its lines and where they lie.
#[derive(Debug, Clone, Default)]
struct Side {
    /// The first coordinate of a line.
    low: i64,
    length: usize,
    segments: Vec<Segment>,
}

/// All lines of a box along one axis, layer by layer, with their places on both sides.
///
/// `near` is what a forward transform reads and `far` what it writes; a backward transform goes the other way.
#[derive(Debug, Clone)]
pub(crate) struct Sweep {
    /// In the order of their layers.
    cells: Vec<Cell>,
    layers: usize,
    near: Side,
    far: Side,
}

impl Sweep {
    /// The lines of a box that is cut into the pieces `near` before and `far` after. Both cover the same points, but
    /// for the extent along the lines.
    pub fn new(axes: Axes, near: &[Piece], far: &[Piece]) -> Sweep {
        let mut sweep = Sweep { cells: Vec::new(), layers: 0, near: Side::new(axes, near), far: Side::new(axes, far) };
        for (deep, thickness) in ranges(axes.deep, near, far) {
            let layers = sweep.layers..sweep.layers + thickness;
            for (across, lines) in ranges(axes.across, near, far) {
                let mut point = [0; 3];
                (point[axes.across], point[axes.deep]) = (across, deep);
                let near = sweep.near.add(axes, near, point);
                let far = sweep.far.add(axes, far, point);
                if !near.is_empty() {
                    sweep.cells.push(Cell { layers: layers.clone(), across: lines, near, far });
                }
            }
            sweep.layers = layers.end;
        }
        sweep
    }

    /// The number of layers.
    pub fn layers(&self) -> usize {
        self.layers
    }

    /// The cells that have a part in `layers`.
    pub fn cells(&self, layers: &Range<usize>) -> &[Cell] {
        let begin = self.cells.partition_point(|cell| cell.layers.end <= layers.start);
        let end = self.cells.partition_point(|cell| cell.layers.start < layers.end);
        &self.cells[begin..end.max(begin)]
    }

    /// Where the lines of `cell` lie on the side that is read and on the side that is written.
    pub fn segments(&self, cell: &Cell, forward: bool) -> (&[Segment], &[Segment]) {
        let (near, far) = (&self.near.segments[cell.near.clone()], &self.far.segments[cell.far.clone()]);
        if forward { (near, far) } else { (far, near) }
    }

    /// Where the lines of a layer lie on the side that is read, if that is in one piece, and how deep in it.
    pub fn layer(&self, layer: usize, forward: bool) -> Option<(&Segment, usize)> {
        let [cell] = self.cells(&(layer..layer + 1)) else { return None };
        let [only] = self.segments(cell, forward).0 else { return None };
        Some((only, layer - cell.layers.start))
    }

    /// Elements of a line on the near and on the far side.
    pub fn lengths(&self) -> (usize, usize) {
        (self.near.length, self.far.length)
    }
}

/// The ranges along `axis` between the cuts of any piece: first coordinate and number of points.
fn ranges(axis: usize, near: &[Piece], far: &[Piece]) -> Vec<(i64, usize)> {
    let filled = near.iter().chain(far).map(|piece| piece.region).filter(|region| !region.is_empty());
    let cuts: BTreeSet<i64> = filled.flat_map(|region| [region.low[axis], region.high[axis] + 1]).collect();
    let cuts: Vec<i64> = cuts.into_iter().collect();
    cuts.windows(2).map(|pair| (pair[0], (pair[1] - pair[0]) as usize)).collect()
}

impl Side {
    /// The side whose lines are cut by `pieces`.
    fn new(axes: Axes, pieces: &[Piece]) -> Side {
        let filled = || pieces.iter().map(|piece| piece.region).filter(|region| !region.is_empty());
        let low = filled().map(|region| region.low[axes.along]).min().unwrap_or(0);
        let high = filled().map(|region| region.high[axes.along]).max().unwrap_or(-1);
        Side { low, length: (high - low + 1) as usize, segments: Vec::new() }
    }

    /// Adds the segments of the line through `point`, in the order of the line.
    fn add(&mut self, axes: Axes, pieces: &[Piece], point: [i64; 3]) -> Range<usize> {
        let begin = self.segments.len();
        for (index, Piece { region, strides }) in pieces.iter().enumerate() {
            let holds = |d: usize| region.low[d] <= point[d] && point[d] <= region.high[d];
            if region.is_empty() || !holds(axes.across) || !holds(axes.deep) {
                continue;
            }
            let distance = |d: usize| (point[d] - region.low[d]) as usize * strides[d];
            self.segments.push(Segment {
                piece: index,
                first: (region.low[axes.along] - self.low) as usize,
                len: region.size()[axes.along] as usize,
                origin: distance(axes.across) + distance(axes.deep),
                along: strides[axes.along],
                across: strides[axes.across],
                deep: strides[axes.deep],
            });
        }
        self.segments[begin..].sort_by_key(|segment| segment.first);
        begin..self.segments.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Box3d, Order, split_world};

    fn pieces(boxes: Vec<Box3d>) -> Vec<Piece> {
        boxes.into_iter().map(Piece::from).collect()
    }

    /// Walks the segments of one side, layer by layer, and expects every element of every piece once.
    fn visit(sweep: &Sweep, forward: bool, pieces: &[Piece]) {
        let mut seen: Vec<Vec<bool>> = pieces.iter().map(|piece| vec![false; piece.region.count()]).collect();
        for layer in 0..sweep.layers() {
            for cell in sweep.cells(&(layer..layer + 1)) {
                for segment in sweep.segments(cell, forward).0 {
                    let lines = (0..segment.len).flat_map(|i| (0..cell.across).map(move |j| (i, j)));
                    for (i, j) in lines {
                        let deep = (layer - cell.layers.start) * segment.deep;
                        let slot =
                            &mut seen[segment.piece][segment.origin + i * segment.along + j * segment.across + deep];
                        assert!(!*slot, "visited twice");
                        *slot = true;
                    }
                }
            }
        }
        assert!(seen.iter().flatten().all(|&visited| visited));
    }

    #[test]
    fn every_element_of_every_piece_is_visited_once() {
        let whole = Box3d::of_size([6, 5, 7]);
        let order = Order::new([1, 2, 0], "inbox").unwrap();
        for axis in 0..3 {
            let near = pieces(split_world(&whole, [2, 3, 1]));
            let far = pieces(split_world(&whole.with_order(order), [1, 2, 3]));
            let sweep = Sweep::new(Axes::of_lines(axis, Order::default()), &near, &far);
            visit(&sweep, true, &near);
            visit(&sweep, false, &far);
            assert_eq!(sweep.lengths(), (whole.size()[axis] as usize, whole.size()[axis] as usize));
        }
    }

    #[test]
    fn an_empty_box_has_no_layers() {
        let sweep = Sweep::new(Axes::of_lines(0, Order::default()), &[Box3d::empty().into()], &[]);
        assert_eq!((sweep.layers(), sweep.cells(&(0..1)).len()), (0, 0));
    }
}
