//! A box of grid points.

use std::fmt;

use super::Order;
use crate::error::{Error, Result};

/// The grid points `low[d] ..= high[d]` in each dimension `d`, stored in memory in `order` without padding.
///
/// A box with `high[d] < low[d]` in any dimension is empty. Equality compares corners and order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Box3d {
    /// The first point.
    pub low: [i64; 3],
    /// The last point (inclusive).
    pub high: [i64; 3],
    /// The order of its elements in memory.
    pub order: Order,
}

impl Box3d {
    /// The most elements that a box may hold: their bytes must fit an `isize`, with room for a batch.
    pub const MAX_COUNT: i64 = 1 << 56;

    /// The box from `low` to `high`, both inclusive, in the default order (0, 1, 2).
    #[must_use]
    pub fn new(low: [i64; 3], high: [i64; 3]) -> Box3d {
        Box3d { low, high, order: Order::default() }
    }

    /// A box without points.
    #[must_use]
    pub fn empty() -> Box3d {
        Box3d::new([0; 3], [-1; 3])
    }

    /// The box of `size` points whose low corner is the origin.
    #[must_use]
    pub fn of_size(size: [i64; 3]) -> Box3d {
        Box3d::new([0; 3], size.map(|n| n - 1))
    }

    /// The same points, stored in `order`.
    #[must_use]
    pub fn with_order(self, order: Order) -> Box3d {
        Box3d { order, ..self }
    }

    /// This box, if its sizes and their product can be computed with.
    ///
    /// # Errors
    /// [`Error::BoxTooLarge`] where they cannot.
    pub fn checked(self, argument: &'static str) -> Result<Box3d> {
        let too_large = Error::BoxTooLarge { argument, given: self, limit: Box3d::MAX_COUNT };
        let mut count: i64 = 1;
        for d in 0..3 {
            if self.low[d].checked_abs().is_none_or(|low| low > Box3d::MAX_COUNT) || self.high[d] > Box3d::MAX_COUNT {
                return Err(too_large);
            }
            count = match self.high[d].checked_sub(self.low[d]).map(|span| span.saturating_add(1)) {
                None => return Err(too_large),
                Some(size) if size <= 0 => 0,
                Some(size) => match count.checked_mul(size) {
                    Some(count) if count <= Box3d::MAX_COUNT => count,
                    _ => return Err(too_large),
                },
            };
        }
        Ok(self)
    }

    /// Points along each dimension; negative or zero where the box is empty.
    #[must_use]
    pub fn size(&self) -> [i64; 3] {
        std::array::from_fn(|d| self.high[d] - self.low[d] + 1)
    }

    /// Whether the box has no points.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        (0..3).any(|d| self.high[d] < self.low[d])
    }

    /// Number of points; 0 where the box is empty.
    #[must_use]
    pub fn count(&self) -> usize {
        if self.is_empty() { 0 } else { self.size().iter().product::<i64>() as usize }
    }

    /// Whether both boxes have the same points; all empty boxes are alike. Orders are not compared.
    #[must_use]
    pub fn same_points(&self, other: &Box3d) -> bool {
        (self.low == other.low && self.high == other.high) || (self.is_empty() && other.is_empty())
    }

    /// Whether both boxes have the same points in the same places of memory.
    #[must_use]
    pub fn same_layout(&self, other: &Box3d) -> bool {
        self.is_empty() && other.is_empty() || self.same_points(other) && self.used_strides() == other.used_strides()
    }

    /// Strides, with 0 for dimensions of one point, along which nothing ever moves.
    fn used_strides(&self) -> [usize; 3] {
        let (size, strides) = (self.size(), self.strides());
        std::array::from_fn(|d| if size[d] == 1 { 0 } else { strides[d] })
    }

    /// The points in both boxes, in the order of this one; empty where there are none.
    #[must_use]
    pub fn intersection(&self, other: &Box3d) -> Box3d {
        Box3d {
            low: std::array::from_fn(|d| self.low[d].max(other.low[d])),
            high: std::array::from_fn(|d| self.high[d].min(other.high[d])),
            order: self.order,
        }
    }

    /// The smallest box that holds both, in the order of this one. Neither is empty.
    #[must_use]
    pub(crate) fn bounding(&self, other: &Box3d) -> Box3d {
        Box3d {
            low: std::array::from_fn(|d| self.low[d].min(other.low[d])),
            high: std::array::from_fn(|d| self.high[d].max(other.high[d])),
            order: self.order,
        }
    }

    /// Whether `point` lies in the box.
    #[must_use]
    pub fn contains(&self, point: [i64; 3]) -> bool {
        (0..3).all(|d| self.low[d] <= point[d] && point[d] <= self.high[d])
    }

    /// Whether the box spans all of `world` along `axis`, or has no points.
    #[must_use]
    pub fn is_whole(&self, world: &Box3d, axis: usize) -> bool {
        self.is_empty() || (self.low[axis] == world.low[axis] && self.high[axis] == world.high[axis])
    }

    /// The box of the stored half of a real-to-complex transform along `axis`: `size[axis] / 2 + 1` points there.
    #[must_use]
    pub fn r2c(&self, axis: usize) -> Box3d {
        let mut half = *self;
        half.high[axis] = self.low[axis] + self.size()[axis] / 2;
        half
    }

    /// Distance in elements between neighbours along each dimension.
    #[must_use]
    pub fn strides(&self) -> [usize; 3] {
        self.order.strides(self.size())
    }
}

impl fmt::Display for Box3d {
    /// `(0, 0, 0)-(3, 3, 1)`: low and high corner.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([a, b, c], [x, y, z]) = (self.low, self.high);
        write!(f, "({a}, {b}, {c})-({x}, {y}, {z})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_boxes_hold_nothing() {
        assert_eq!(Box3d::empty().count(), 0);
        assert_eq!(Box3d::new([0, 5, 0], [9, 3, 9]).count(), 0);
        assert!(Box3d::of_size([2, 3, 4]).intersection(&Box3d::empty()).is_empty());
    }

    #[test]
    fn r2c_keeps_half_and_one_for_odd_and_even() {
        for (n, half) in [(1, 1), (2, 2), (7, 4), (8, 5)] {
            assert_eq!(Box3d::of_size([3, n, 3]).r2c(1).size(), [3, half, 3]);
        }
    }

    #[test]
    fn boxes_beyond_the_index_type_are_refused() {
        let huge = Box3d::new([0, 0, 0], [1 << 40, 1 << 40, 0]);
        assert!(matches!(huge.checked("inbox"), Err(Error::BoxTooLarge { argument: "inbox", .. })));
        let wrapping = Box3d::new([i64::MIN, 0, 0], [i64::MAX, 0, 0]);
        assert!(wrapping.checked("inbox").is_err());
        assert!(Box3d::new([0; 3], [(1 << 18) - 1; 3]).checked("inbox").is_ok());
    }

    #[test]
    fn layouts_differ_only_where_elements_move() {
        let order = Order::new([2, 1, 0], "inbox").unwrap();
        let flat = Box3d::of_size([5, 1, 1]);
        assert!(flat.same_layout(&flat.with_order(order)));
        let cube = Box3d::of_size([5, 2, 1]);
        assert!(!cube.same_layout(&cube.with_order(order)));
    }
}
