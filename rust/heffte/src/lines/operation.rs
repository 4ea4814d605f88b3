//! What happens to lines, and how they have to lie for that.

use crate::backend::{
    ComplexLines, ComplexPanels, ComplexTransform, R2rPairs, R2rPanels, R2rRealWay, R2rReals, R2rTransform, R2rWay,
    Real, RealLines, RealPanels, RealTransform,
};
use crate::options::Direction;

/// What happens to the lines of a sweep.
#[derive(Clone)]
pub(crate) enum LineOp<T: Real> {
    /// They are moved.
    Copy,
    /// Complex lines are transformed: forward by the first, backward by the second.
    Complex([ComplexTransform<T>; 2]),
    /// Real lines become half their spectrum, and back.
    Real(RealTransform<T>),
    /// Lines are transformed by cosines or sines: forward by the first, backward by the second.
    R2r([R2rTransform<T>; 2]),
}

/// The operation of a sweep, by how lines lie in a tile.
pub(super) enum Way<'a, T: Real> {
    Flat(FlatOp<'a, T>),
    Panels(PanelOp<'a, T>),
}

impl<T: Real> LineOp<T> {
    /// How lines go that `are_real` on both sides, or not.
    pub(super) fn way(&self, direction: Direction, are_real: bool) -> Way<'_, T> {
        match self {
            LineOp::Copy => Way::Flat(FlatOp::Copy),
            LineOp::Complex(ways) => match &ways[usize::from(direction == Direction::Backward)] {
                ComplexTransform::Lines(lines) => Way::Flat(FlatOp::Complex(&**lines)),
                ComplexTransform::Panels(panels) => Way::Panels(PanelOp::Complex(&**panels)),
            },
            LineOp::Real(RealTransform::Lines(lines)) => Way::Flat(FlatOp::Real(&**lines)),
            LineOp::Real(RealTransform::Panels(panels)) => Way::Panels(PanelOp::Real(&**panels)),
            LineOp::Real(RealTransform::Complex(ways)) => Way::Panels(match direction {
                Direction::Forward => PanelOp::Complex(&*ways[0]),
                Direction::Backward => PanelOp::Spectrum(&*ways[1]),
            }),
            LineOp::R2r(ways) => {
                let R2rTransform { complex, real } = &ways[usize::from(direction == Direction::Backward)];
                match (real.as_ref().filter(|_| are_real), complex) {
                    (Some(R2rRealWay::Pairs(pairs)), _) => Way::Panels(PanelOp::R2rPairs(pairs)),
                    (Some(R2rRealWay::Lines(lines)), _) => Way::Flat(FlatOp::R2rReal(&**lines)),
                    (None, R2rWay::Lines(lines)) => Way::Flat(FlatOp::Complex(&**lines)),
                    (None, R2rWay::Panels(panels)) => Way::Panels(PanelOp::R2r(panels)),
                }
            }
        }
    }

    /// The rows of a panel, or the elements of a line in a tile, that it takes to transform lines of `length` elements.
    pub(super) fn rows(&self, length: usize) -> usize {
        match self {
            LineOp::R2r(ways) => ways.iter().map(|way| way.rows(length)).max().unwrap_or(length),
            LineOp::Copy | LineOp::Complex(_) | LineOp::Real(_) => length,
        }
    }

    pub(super) fn scratch_len(&self) -> usize {
        let of = |transform: &ComplexTransform<T>| match transform {
            ComplexTransform::Lines(lines) => lines.scratch_len(),
            ComplexTransform::Panels(_) => 0,
        };
        match self {
            LineOp::Complex(ways) => ways.iter().map(of).max().unwrap_or(0),
            LineOp::Real(RealTransform::Lines(lines)) => lines.scratch_len(),
            LineOp::R2r(ways) => ways.iter().map(R2rTransform::scratch_len).max().unwrap_or(0),
            LineOp::Copy | LineOp::Real(RealTransform::Panels(_) | RealTransform::Complex(_)) => 0,
        }
    }
}

/// What happens to lines that lie one after the other.
pub(super) enum FlatOp<'a, T: Real> {
    Copy,
    Complex(&'a dyn ComplexLines<T>),
    Real(&'a dyn RealLines<T>),
    R2rReal(&'a dyn R2rReals<T>),
}

/// What happens to lines that lie side by side.
pub(super) enum PanelOp<'a, T: Real> {
    Complex(&'a dyn ComplexPanels<T>),
    /// Half of the spectrum of real lines becomes lines, without imaginary parts.
    Spectrum(&'a dyn ComplexPanels<T>),
    Real(&'a dyn RealPanels<T>),
    /// Cosine or sine transforms of complex lines.
    R2r(&'a R2rPanels<T>),
    /// Those of real lines.
    R2rPairs(&'a R2rPairs<T>),
}
