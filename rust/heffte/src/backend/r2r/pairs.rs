//! Cosine and sine transforms of real lines that lie side by side, by way of real Fourier transforms.

use std::sync::Arc;

use super::folding::{alternating, folded, half_step, in_spectrum};
use crate::axis::R2rKind;
use crate::backend::lanes::{PairStep, RowFactors};
use crate::backend::{Planner, Real, RealPanels, RealTransform, Tile};
use crate::options::Direction;

/// A real number in a row of complex ones, and what multiplies it.
#[derive(Debug, Clone, Copy)]
pub(in crate::backend) struct Part {
    pub row: usize,
    pub is_imaginary: bool,
    pub sign: f64,
}

/// A transform of the real lines of panels, whose neighbours are the parts of complex numbers.
pub(crate) struct R2rPairs<T: Real> {
    rows: usize,
    fourier: Arc<dyn RealPanels<T>>,
    direction: Direction,
    before: PairStep<T>,
    /// What multiplies the rows of the spectrum.
    factors: Option<RowFactors<T>>,
    after: PairStep<T>,
}

impl<T: Real> R2rPairs<T> {
    /// Transforms of lines of `length` points, where `planner` has real ones of that period for panels.
    pub fn new<P: Planner<T> + ?Sized>(
        planner: &P,
        kind: R2rKind,
        length: usize,
        direction: Direction,
    ) -> Option<R2rPairs<T>> {
        let period = match kind {
            R2rKind::Cos | R2rKind::Sin => Some(length).filter(|length| length.is_multiple_of(2))?,
            R2rKind::Cos1 | R2rKind::Sin1 => kind.logical_size(length as i64) as usize,
        };
        let RealTransform::Panels(fourier) = planner.real_lines(period) else { return None };
        let rows = length.div_ceil(2).max(period / 2 + 1);
        let place = |pair: usize| fourier.places()[pair] as usize;
        Some(match (kind, direction) {
            (R2rKind::Cos | R2rKind::Sin, Direction::Forward) => {
                let element = |to: usize| folded_from(kind, to, length);
                let before = PairStep::new(length / 2, |pair| neighbours(pair, element), place);
                let after = PairStep::new(length / 2, |pair| neighbours(pair, |k| cosine(kind, k, length)), |row| row);
                let factors = RowFactors::new((0..=length / 2).map(|k| 2.0 * half_step(k, length)));
                R2rPairs { rows, before, factors: Some(factors), after, direction, fourier }
            }
            (R2rKind::Cos | R2rKind::Sin, Direction::Backward) => {
                // The parts of the spectrum's numbers; imaginary parts that it cannot have are ignored.
                let number = |k: usize| {
                    let part = |k: usize| element(in_spectrum(kind, k, length));
                    [part(k), Part { sign: -1.0, ..part(if k == 0 { 0 } else { length - k }) }]
                };
                let back = |to: usize| Part { sign: alternating(kind, to), ..element(folded(to, length)) };
                let before = PairStep::new(length / 2 + 1, number, |row| row);
                let after = PairStep::new(length / 2, |pair| neighbours(pair, back), |row| row);
                let factors = RowFactors::new((0..=length / 2).map(|k| half_step(k, length).conj()));
                R2rPairs { rows, before, factors: Some(factors), after, direction, fourier }
            }
            (R2rKind::Cos1, _) => {
                let periodic = |to: usize| element(if to < length { to } else { period - to });
                let before = PairStep::new(period / 2, |pair| neighbours(pair, periodic), place);
                let real = |k: usize| Part { row: k.min(length - 1), is_imaginary: false, sign: 1.0 };
                let after = PairStep::new(length.div_ceil(2), |pair| neighbours(pair, real), |row| row);
                R2rPairs { rows, before, factors: None, after, direction: Direction::Forward, fourier }
            }
            (R2rKind::Sin1, _) => {
                let before = PairStep::new(period / 2, |pair| neighbours(pair, |to| odd_period(to, length)), place);
                let imaginary = |k: usize| Part { row: (k + 1).min(length), is_imaginary: true, sign: -1.0 };
                let after = PairStep::new(length.div_ceil(2), |pair| neighbours(pair, imaginary), |row| row);
                R2rPairs { rows, before, factors: None, after, direction: Direction::Forward, fourier }
            }
        })
    }

    /// Rows of the panels that it works in.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Transforms the lines of `tile`, times `factor`, and leaves either tile with anything; results are in the one that it
    /// returns. Pairs are in natural order.
    ///
    /// # Safety
    /// Both tiles have the [rows](R2rPairs::rows), and as many panels, and do not overlap.
    pub unsafe fn transform(&self, tile: Tile, other: Tile, factor: Option<T>) -> Tile {
        // SAFETY: by the caller's word.
        unsafe {
            self.before.run(tile, other);
            let (spectrum, result) = match self.direction {
                Direction::Forward => {
                    self.fourier.forward(other, factor);
                    (other, tile)
                }
                Direction::Backward => (other, tile),
            };
            if let Some(factors) = &self.factors {
                factors.run(spectrum);
            }
            match self.direction {
                Direction::Forward => {
                    self.after.run(other, result);
                    result
                }
                Direction::Backward => {
                    self.fourier.backward(other, tile, factor);
                    self.after.run(tile, other);
                    other
                }
            }
        }
    }
}

/// Element `index` of a line that lies in pairs.
fn element(index: usize) -> Part {
    Part { row: index / 2, is_imaginary: !index.is_multiple_of(2), sign: 1.0 }
}

/// The elements `2 pair` and `2 pair + 1`.
fn neighbours(pair: usize, part: impl Fn(usize) -> Part) -> [Part; 2] {
    [part(2 * pair), part(2 * pair + 1)]
}

/// What comes to element `to` of a folded line.
fn folded_from(kind: R2rKind, to: usize, length: usize) -> Part {
    let index = if 2 * to < length { 2 * to } else { 2 * (length - 1 - to) + 1 };
    Part { sign: alternating(kind, index), ..element(index) }
}

/// Element `to` of the cosine or sine spectrum, from the turned Fourier spectrum: real parts, and after the middle imaginary ones.
fn cosine(kind: R2rKind, to: usize, length: usize) -> Part {
    // The way to the cosine spectrum is its own reverse.
    let k = in_spectrum(kind, to, length);
    if k <= length / 2 {
        Part { row: k, is_imaginary: false, sign: 1.0 }
    } else {
        Part { row: length - k, is_imaginary: true, sign: -1.0 }
    }
}

/// Element `to` of the odd period that has the line after a zero.
fn odd_period(to: usize, length: usize) -> Part {
    match to {
        0 => Part { sign: 0.0, ..element(0) },
        _ if to <= length => element(to - 1),
        _ if to == length + 1 => Part { sign: 0.0, ..element(0) },
        _ => Part { sign: -1.0, ..element(2 * length + 1 - to) },
    }
}
