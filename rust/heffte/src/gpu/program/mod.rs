//! The steps of a plan on one rank and its device: which launches, on which memory, and where messages go. Holds no addresses.

mod builder;
mod route;

use crate::axis::R2rKind;
use crate::options::Direction;

use super::lines::{BoxLines, Numbers, Shape};
use super::moves::Moves;

pub(super) use builder::{Carriage, Ends};
pub(super) use route::{Crossing, Peer, Route};

/// Arrays of the workspace: one that holds a box, and two for what leaves and what arrives, or for lines that are folded.
pub(super) const SLOTS: usize = 3;

/// Memory that a step reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The caller's array that is read.
    Input,
    /// The caller's array that is written.
    Output,
    /// An array of the workspace.
    Slot(usize),
    /// The memory of this rank that its peers read, for exchanges of that parity.
    Shared(usize),
    /// The memory of all ranks, by addresses.
    Anywhere,
}

/// Numbers of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conversion {
    Real,
    Complex,
    /// Real ones become complex.
    Promote,
    /// The real parts of complex ones.
    Extract,
}

impl Conversion {
    /// What makes elements that are complex or not of such ones.
    pub fn between(from_complex: bool, to_complex: bool) -> Conversion {
        match (from_complex, to_complex) {
            (false, false) => Conversion::Real,
            (true, true) => Conversion::Complex,
            (false, true) => Conversion::Promote,
            (true, false) => Conversion::Extract,
        }
    }
}

/// Boxes that change their places.
#[derive(Debug)]
pub(super) struct MoveStep {
    pub moves: Moves,
    pub conversion: Conversion,
    /// The place that rows read from, and those that they write to.
    pub bases: [Place; 3],
}

/// Fourier transforms of lines.
#[derive(Debug)]
pub(super) struct FourierStep {
    pub lines: BoxLines,
    pub from: Place,
    pub to: Place,
    /// Elements of a box on either side.
    pub counts: [usize; 2],
    /// Whether the elements on either side are complex.
    pub complex: [bool; 2],
}

/// Cosine or sine transforms of lines, as Fourier transforms of folded ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct R2rStep {
    pub kind: R2rKind,
    pub length: i64,
    /// Real numbers between neighbours of a line.
    pub stride: i64,
    /// Real lines that complex ones are made of, or 1.
    pub parts: i64,
    /// Lines along the first of the other axes, and the real numbers between neighbours along both.
    pub others: (i64, [i64; 2]),
    /// Lines of a box.
    pub lines: i64,
    /// Real numbers of a box.
    pub numbers: i64,
    pub from: Place,
    pub to: Place,
    /// Arrays for folded lines and for their spectra.
    pub folded: Place,
    pub spectra: Place,
}

impl R2rStep {
    /// Points of a folded line.
    pub fn period(&self) -> i64 {
        match self.kind {
            R2rKind::Cos | R2rKind::Sin => self.length,
            R2rKind::Cos1 | R2rKind::Sin1 => self.kind.logical_size(self.length),
        }
    }

    /// Whether lines are folded to spectra, whose transforms are real: the inverses of the transforms that are not their own.
    pub fn is_inverse(&self, direction: Direction) -> bool {
        direction == Direction::Backward && matches!(self.kind, R2rKind::Cos | R2rKind::Sin)
    }
}

/// One step of a transform.
#[derive(Debug)]
pub(super) enum Step {
    Move(MoveStep),
    Fourier(FourierStep),
    R2r(R2rStep),
    /// The exchange of that index, between places of so many elements, complex ones or not.
    Exchange {
        index: usize,
        from: Place,
        to: Place,
        is_complex: bool,
    },
    /// Multiplies what is in the caller's output by the factor: there where no other step does.
    Scale {
        count: usize,
        is_complex: bool,
    },
}

impl Step {
    /// The transforms of lines that it makes in one call of a library, if it makes any.
    pub fn shape(&self, ends: &Ends) -> Option<Shape> {
        match self {
            Step::Fourier(step) => Some(step.lines.of_batch(ends.batch)),
            Step::R2r(step) => {
                let numbers = if step.is_inverse(ends.direction) { Numbers::ToReal } else { Numbers::ToComplex };
                Some(BoxLines::contiguous(step.period(), step.lines, numbers).of_batch(ends.batch))
            }
            _ => None,
        }
        .filter(|shape| shape.count > 0 && shape.points.iter().all(|points| *points > 0))
    }
}

/// The steps of one rank for calls of one kind.
#[derive(Debug)]
pub(super) struct Program {
    pub steps: Vec<Step>,
    /// The step that applies the factor of a transform.
    pub scaled: usize,
    /// Real numbers that each array of the workspace holds, for the whole batch.
    pub slots: [usize; SLOTS],
}
