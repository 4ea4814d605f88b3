//! Tables of the boxes that a kernel moves.

use crate::geometry::Box3d;

/// Elements that a block moves.
const TILE: i64 = 1024;
/// The edge of a square that a block transposes.
const EDGE: i64 = 32;

/// What a move reads or writes: an array of a whole box, or its points one after the other. Offsets in elements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Side {
    /// Which of the addresses that a launch is given.
    pub base: i64,
    /// Elements between that address and the first element of the region.
    pub offset: i64,
    /// Elements between neighbours along each dimension of the world.
    pub strides: [i64; 3],
}

impl Side {
    /// The points of `region` in a dense array of `held`, which begins at `offset`.
    pub fn within(held: &Box3d, region: &Box3d, base: i64, offset: i64) -> Side {
        let strides = held.strides().map(|stride| stride as i64);
        let inside: i64 = (0..3).map(|axis| (region.low[axis] - held.low[axis]) * strides[axis]).sum();
        Side { base, offset: offset + inside, strides }
    }
}

/// A row of a table, as the kernels read it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
struct Row {
    from: i64,
    to: i64,
    extents: [i64; 3],
    from_strides: [i64; 3],
    to_strides: [i64; 3],
    first_block: i64,
    from_base: i64,
    to_base: i64,
    is_transposed: i64,
}

/// Boxes that one launch moves.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Moves {
    rows: Vec<Row>,
    blocks: i64,
}

impl Moves {
    /// Adds the points of `region`.
    pub fn push(&mut self, region: &Box3d, from: Side, to: Side) {
        let mut axes: Vec<Axis> = (0..3)
            .map(|axis| Axis { extent: region.size()[axis].max(0), from: from.strides[axis], to: to.strides[axis] })
            .filter(|axis| axis.extent != 1)
            .collect();
        if axes.iter().any(|axis| axis.extent == 0) {
            return;
        }
        axes.sort_unstable_by_key(|axis| axis.from);
        let mut axes = joined(axes);
        // The axis along which elements are written side by side comes second, if it is not the first.
        let fastest = (0..axes.len()).min_by_key(|&index| axes[index].to).unwrap_or(0);
        let is_transposed = fastest > 0;
        if is_transposed {
            axes.swap(1, fastest);
        }
        axes.resize(3, Axis { extent: 1, from: 0, to: 0 });
        let [a, b, c] = [axes[0], axes[1], axes[2]];
        self.rows.push(Row {
            from: from.offset,
            to: to.offset,
            extents: [a.extent, b.extent, c.extent],
            from_strides: [a.from, b.from, c.from],
            to_strides: [a.to, b.to, c.to],
            first_block: self.blocks,
            from_base: from.base,
            to_base: to.base,
            is_transposed: i64::from(is_transposed),
        });
        self.blocks += if is_transposed {
            (a.extent + EDGE - 1) / EDGE * ((b.extent + EDGE - 1) / EDGE) * c.extent
        } else {
            (a.extent * b.extent * c.extent + TILE - 1) / TILE
        };
    }

    /// Rows of the table.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Blocks of a launch that moves all of them.
    pub fn blocks(&self) -> usize {
        self.blocks as usize
    }

    /// The table, as a kernel reads it.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: rows are integers without gaps between them.
        unsafe { std::slice::from_raw_parts(self.rows.as_ptr().cast(), size_of_val(&self.rows[..])) }
    }
}

/// An axis of a region: its points, and the elements between neighbours on both sides.
#[derive(Debug, Clone, Copy)]
struct Axis {
    extent: i64,
    from: i64,
    to: i64,
}

/// With neighbours that are one longer axis on both sides taken for that; axes the fastest first.
fn joined(axes: Vec<Axis>) -> Vec<Axis> {
    let mut joined: Vec<Axis> = Vec::with_capacity(3);
    for axis in axes {
        match joined.last_mut() {
            Some(last) if axis.from == last.from * last.extent && axis.to == last.to * last.extent => {
                last.extent *= axis.extent;
            }
            _ => joined.push(axis),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Order;

    #[test]
    fn whole_boxes_in_one_order_are_one_long_row() {
        let held = Box3d::of_size([4, 5, 6]);
        let mut moves = Moves::default();
        moves.push(&held, Side::within(&held, &held, 0, 0), Side::within(&held, &held, 1, 7));
        assert_eq!((moves.len(), moves.blocks()), (1, 1));
        assert_eq!((moves.rows[0].extents, moves.rows[0].to, moves.rows[0].is_transposed), ([120, 1, 1], 7, 0));
    }

    #[test]
    fn planes_of_another_order_are_transposed_along_the_axes_that_are_fast() {
        let held = Box3d::of_size([40, 5, 70]);
        let turned = held.with_order(Order::new([2, 1, 0], "box").unwrap());
        let mut moves = Moves::default();
        moves.push(&held, Side::within(&held, &held, 0, 0), Side::within(&turned, &turned, 1, 0));
        let row = moves.rows[0];
        assert_eq!((row.extents, row.is_transposed), ([40, 70, 5], 1));
        assert_eq!((row.from_strides, row.to_strides), ([1, 200, 40], [350, 1, 70]));
        assert_eq!(moves.blocks(), 2 * 3 * 5);
        // Two axes that are one longer axis on both sides are moved as that.
        let turned = held.with_order(Order::new([2, 0, 1], "box").unwrap());
        moves.push(&held, Side::within(&held, &held, 0, 0), Side::within(&turned, &turned, 1, 0));
        assert_eq!((moves.rows[1].extents, moves.rows[1].first_block), ([200, 70, 1], 30));
        assert_eq!(moves.blocks(), 30 + 7 * 3);
    }

    #[test]
    fn empty_boxes_are_left_out() {
        let mut moves = Moves::default();
        let empty = Box3d::empty();
        moves.push(&empty, Side::within(&empty, &empty, 0, 0), Side::within(&empty, &empty, 1, 0));
        assert_eq!((moves.len(), moves.blocks(), moves.bytes().len()), (0, 0, 0));
    }
}
