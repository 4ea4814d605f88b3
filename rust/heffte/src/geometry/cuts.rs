//! How one axis of a world is cut into ranges.

use std::ops::Range;
use std::sync::Arc;

use super::process_grid::part_range;

/// The ranges into which `0 .. extent` is cut, none of them empty.
///
/// Ranges that are as equal as can be take no memory; others are a list of where they begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cuts(Kind);

/// Equal cuts are equal values: what is even is never listed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Even {
        extent: i64,
        parts: i64,
    },
    /// Where each range begins, and where the last one ends.
    Listed(Arc<[i64]>),
}

impl Cuts {
    /// `parts` ranges, the first ones a point longer where they cannot be equal.
    ///
    /// # Panics
    /// Unless there is a point for each part.
    #[must_use]
    pub fn even(extent: i64, parts: i64) -> Cuts {
        assert!((1..=extent).contains(&parts), "{parts} parts of {extent} points");
        Cuts(Kind::Even { extent, parts })
    }

    /// Ranges that begin at `begins`, which ascends from 0; the last ends before `extent`.
    ///
    /// # Panics
    /// Unless it does.
    #[must_use]
    pub fn at(begins: Vec<i64>, extent: i64) -> Cuts {
        let parts = begins.len() as i64;
        let mut bounds = begins;
        bounds.push(extent);
        assert!(bounds[0] == 0 && bounds.is_sorted_by(|a, b| a < b), "{bounds:?} does not ascend from 0");
        let is_even = bounds.iter().zip(0..parts).all(|(&begin, part)| begin == part_range(extent, parts, part).0);
        if is_even { Cuts::even(extent, parts) } else { Cuts(Kind::Listed(bounds.into())) }
    }

    /// The number of ranges.
    #[must_use]
    pub fn parts(&self) -> i64 {
        match &self.0 {
            Kind::Even { parts, .. } => *parts,
            Kind::Listed(bounds) => bounds.len() as i64 - 1,
        }
    }

    /// The number of points.
    #[must_use]
    pub fn extent(&self) -> i64 {
        match &self.0 {
            Kind::Even { extent, .. } => *extent,
            Kind::Listed(bounds) => bounds[bounds.len() - 1],
        }
    }

    /// The points of a range.
    #[must_use]
    pub fn range(&self, part: i64) -> Range<i64> {
        match &self.0 {
            Kind::Even { extent, parts } => {
                let (begin, count) = part_range(*extent, *parts, part);
                begin..begin + count
            }
            Kind::Listed(bounds) => bounds[part as usize]..bounds[part as usize + 1],
        }
    }

    /// The range that holds the point `x`.
    #[must_use]
    pub fn part_of(&self, x: i64) -> i64 {
        match &self.0 {
            Kind::Even { extent, parts } => {
                let (base, extra) = (extent / parts, extent % parts);
                let longer = extra * (base + 1);
                if x < longer { x / (base + 1) } else { extra + (x - longer) / base }
            }
            Kind::Listed(bounds) => bounds.partition_point(|&begin| begin <= x) as i64 - 1,
        }
    }

    /// Points of the longest range.
    #[must_use]
    pub fn longest(&self) -> i64 {
        match &self.0 {
            Kind::Even { extent, parts } => (extent + parts - 1) / parts,
            Kind::Listed(bounds) => bounds.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(cuts: &Cuts) {
        let mut next = 0;
        for part in 0..cuts.parts() {
            let range = cuts.range(part);
            assert_eq!(range.start, next);
            assert!(range.clone().all(|x| cuts.part_of(x) == part));
            assert!(range.end - range.start <= cuts.longest());
            next = range.end;
        }
        assert_eq!(next, cuts.extent());
    }

    #[test]
    fn equal_cuts_are_equal_values() {
        assert_eq!(Cuts::at(vec![0, 3, 5], 7), Cuts::even(7, 3));
        assert_ne!(Cuts::at(vec![0, 2, 5], 7), Cuts::even(7, 3));
    }

    proptest! {
        #[test]
        fn ranges_follow_each_other_and_know_their_points(extent in 1i64..40, picks in any::<u64>()) {
            let begins: Vec<i64> = (0..extent).filter(|x| *x == 0 || picks >> x & 1 == 1).collect();
            let parts = begins.len() as i64;
            check(&Cuts::at(begins, extent));
            check(&Cuts::even(extent, parts));
        }
    }
}
