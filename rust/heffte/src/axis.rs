//! What happens along one axis of the world.

use std::fmt;

use crate::array::ElementType;

/// What happens along one axis of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum AxisKind {
    /// Nothing.
    Identity,
    /// The complex Fourier transform.
    #[default]
    C2c,
    /// The Fourier transform of real data, of which `n / 2 + 1` points are kept; at most one axis can have it. Forward it
    /// comes after real-to-real axes and before complex ones; backward the other way round.
    R2c,
    /// A cosine or sine transform, which leaves real data real. Complex data is transformed part by part.
    R2r(R2rKind),
}

/// A cosine or sine transform of `n` points. Backward is the inverse times its [logical size](R2rKind::logical_size).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum R2rKind {
    /// DCT-II, FFTW's REDFT10: `y[k] = 2 Σ x[j] cos(π k (2j + 1) / 2n)`. Backward DCT-III, REDFT01.
    Cos,
    /// DST-II, FFTW's RODFT10: `y[k] = 2 Σ x[j] sin(π (k + 1) (2j + 1) / 2n)`. Backward DST-III, RODFT01.
    Sin,
    /// DCT-I, FFTW's REDFT00: `y[k] = x[0] + (−1)^k x[n−1] + 2 Σ x[j] cos(π j k / (n − 1))`, of at least two points. Its own
    /// backward transform.
    Cos1,
    /// DST-I, FFTW's RODFT00: `y[k] = 2 Σ x[j] sin(π (j + 1) (k + 1) / (n + 1))`. Its own backward transform.
    Sin1,
}

impl R2rKind {
    /// The number of points after which the sequence repeats that a line of `length` points stands for.
    #[must_use]
    pub fn logical_size(self, length: i64) -> i64 {
        match self {
            R2rKind::Cos | R2rKind::Sin => 2 * length,
            R2rKind::Cos1 => 2 * (length - 1),
            R2rKind::Sin1 => 2 * (length + 1),
        }
    }
}

impl AxisKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [AxisKind; 7] = [
        AxisKind::Identity,
        AxisKind::C2c,
        AxisKind::R2c,
        AxisKind::R2r(R2rKind::Cos),
        AxisKind::R2r(R2rKind::Sin),
        AxisKind::R2r(R2rKind::Cos1),
        AxisKind::R2r(R2rKind::Sin1),
    ];

    /// The number of the kind in the C interface.
    #[must_use]
    pub fn number(self) -> i64 {
        AxisKind::ALL.iter().position(|kind| *kind == self).unwrap_or_default() as i64
    }

    /// The kind of that number.
    #[must_use]
    pub fn of_number(number: i64) -> Option<AxisKind> {
        usize::try_from(number).ok().and_then(|index| AxisKind::ALL.get(index)).copied()
    }

    /// Its name: `identity`, `c2c`, `r2c`, `cos`, `sin`, `cos1` or `sin1`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            AxisKind::Identity => "identity",
            AxisKind::C2c => "c2c",
            AxisKind::R2c => "r2c",
            AxisKind::R2r(R2rKind::Cos) => "cos",
            AxisKind::R2r(R2rKind::Sin) => "sin",
            AxisKind::R2r(R2rKind::Cos1) => "cos1",
            AxisKind::R2r(R2rKind::Sin1) => "sin1",
        }
    }

    /// Whether it makes Fourier transforms, whose results are complex.
    #[must_use]
    pub fn is_fourier(self) -> bool {
        matches!(self, AxisKind::C2c | AxisKind::R2c)
    }

    /// The shortest line for which there is such a transform.
    pub(crate) fn least_length(self) -> i64 {
        if self == AxisKind::R2r(R2rKind::Cos1) { 2 } else { 1 }
    }

    /// The factor by which forward and backward together multiply a line of `length` points.
    pub(crate) fn round_trip(self, length: i64) -> i64 {
        match self {
            AxisKind::Identity => 1,
            AxisKind::C2c | AxisKind::R2c => length,
            AxisKind::R2r(kind) => kind.logical_size(length),
        }
    }
}

impl fmt::Display for AxisKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The numbers in which a plan works, which follow from the kinds of its axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// Complex ones throughout: an axis has [`AxisKind::C2c`] and none has [`AxisKind::R2c`]. Real input is promoted.
    C2c,
    /// Real ones before the axis with [`AxisKind::R2c`], and complex ones after it.
    R2c,
    /// Those that it is given, real or complex: no axis has a Fourier transform.
    R2r,
}

impl Domain {
    /// That of a plan with these kinds.
    #[must_use]
    pub fn of(kinds: &[AxisKind; 3]) -> Domain {
        if kinds.contains(&AxisKind::R2c) {
            Domain::R2c
        } else if kinds.contains(&AxisKind::C2c) {
            Domain::C2c
        } else {
            Domain::R2r
        }
    }

    /// The type in which a plan works, and of its workspace, that is given arrays of `element` to read.
    #[must_use]
    pub fn working(self, element: ElementType) -> ElementType {
        if self == Domain::R2r { element } else { element.to_complex() }
    }

    /// The type of most bytes in which a plan usually works.
    pub(crate) fn usual(self) -> ElementType {
        self.working(ElementType::Float64)
    }

    /// The word for such a plan in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Domain::C2c => "c2c",
            Domain::R2c => "r2c",
            Domain::R2r => "r2r",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_numbers_that_are_their_own() {
        for (number, kind) in AxisKind::ALL.into_iter().enumerate() {
            assert_eq!((kind.number(), AxisKind::of_number(number as i64)), (number as i64, Some(kind)));
        }
        assert_eq!([-1, 7, i64::MAX].map(AxisKind::of_number), [None; 3]);
    }

    #[test]
    fn one_fourier_axis_makes_a_plan_complex() {
        let cos = AxisKind::R2r(R2rKind::Cos);
        assert_eq!(Domain::of(&[cos, AxisKind::Identity, cos]), Domain::R2r);
        assert_eq!(Domain::of(&[cos, AxisKind::C2c, cos]), Domain::C2c);
        assert_eq!(Domain::of(&[cos, AxisKind::C2c, AxisKind::R2c]), Domain::R2c);
        assert_eq!(Domain::of(&[AxisKind::Identity; 3]), Domain::R2r);
    }
}
