//! In which order the dimensions of a box follow each other in memory.

use crate::error::{Error, Result};

/// A permutation of the three dimensions, the fastest-varying first.
///
/// The default is (0, 1, 2): dimension 0 is contiguous, as in Fortran. A C array `a[i0][i1][i2]` has (2, 1, 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Order([usize; 3]);

impl Order {
    const ALL: [Order; 6] =
        [Order([0, 1, 2]), Order([0, 2, 1]), Order([1, 0, 2]), Order([1, 2, 0]), Order([2, 0, 1]), Order([2, 1, 0])];

    /// The number of orders.
    pub(crate) const COUNT: usize = Order::ALL.len();

    /// The number of this order, less than [`Order::COUNT`].
    pub(crate) fn number(self) -> usize {
        Order::ALL.iter().position(|order| *order == self).expect("these are all permutations")
    }

    /// The order with that number.
    pub(crate) fn of_number(number: usize) -> Order {
        Order::ALL[number]
    }

    /// The order given by `dimensions`; `argument` names the box it belongs to in the error.
    ///
    /// # Errors
    /// [`Error::Order`] where `dimensions` is not a permutation of 0, 1, 2.
    pub fn new(dimensions: [i64; 3], argument: &'static str) -> Result<Order> {
        let mut seen = [false; 3];
        for dimension in dimensions {
            let slot = usize::try_from(dimension).ok().and_then(|d| seen.get_mut(d));
            match slot {
                Some(slot) if !*slot => *slot = true,
                _ => return Err(Error::Order { argument, order: dimensions }),
            }
        }
        Ok(Order(dimensions.map(|d| d as usize)))
    }

    /// The dimensions, the fastest-varying first.
    #[must_use]
    pub fn dimensions(self) -> [usize; 3] {
        self.0
    }

    /// The dimension along which a box of `size` lies in one piece: the fastest of those with more than one point.
    pub(crate) fn fastest(self, size: [i64; 3]) -> usize {
        self.0.into_iter().find(|dimension| size[*dimension] > 1).unwrap_or(self.0[0])
    }

    /// Distance in elements between neighbours along each dimension, in a box of `size` stored in this order.
    #[must_use]
    pub fn strides(self, size: [i64; 3]) -> [usize; 3] {
        let mut strides = [0; 3];
        let mut next = 1;
        for dimension in self.0 {
            strides[dimension] = next;
            next *= size[dimension].max(0) as usize;
        }
        strides
    }
}

impl Default for Order {
    fn default() -> Order {
        Order([0, 1, 2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_permutations_are_orders() {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let made = Order::new(order, "inbox").unwrap();
            assert_eq!(made.dimensions().map(|d| d as i64), order);
            assert_eq!(Order::of_number(made.number()), made);
        }
        for order in [[0, 0, 1], [0, 1, 3], [-1, 0, 1], [2, 2, 2], [i64::MAX, 1, 2]] {
            let error = Order::new(order, "inbox").unwrap_err();
            assert_eq!(error, Error::Order { argument: "inbox", order });
        }
    }

    #[test]
    fn strides_follow_the_order() {
        assert_eq!(Order::default().strides([2, 3, 4]), [1, 2, 6]);
        assert_eq!(Order::new([2, 0, 1], "inbox").unwrap().strides([2, 3, 4]), [4, 8, 1]);
    }
}
