//! Cosine and sine transforms of complex lines that lie one after the other.

use std::sync::Arc;

use num_complex::Complex;
use num_traits::Zero;

use super::folding::{Folding, Mirrors, Step};
use crate::backend::{ComplexLines, Real};
use crate::error::Result;

/// A transform of lines, each by way of the scratch.
pub(super) struct R2rLines<T: Real> {
    length: usize,
    folding: Folding,
    fourier: Arc<dyn ComplexLines<T>>,
}

impl<T: Real> R2rLines<T> {
    pub(super) fn new(length: usize, folding: Folding, fourier: Arc<dyn ComplexLines<T>>) -> R2rLines<T> {
        R2rLines { length, folding, fourier }
    }
}

impl<T: Real> ComplexLines<T> for R2rLines<T> {
    fn scratch_len(&self) -> usize {
        self.folding.period + self.fourier.scratch_len()
    }

    fn transform(&self, lines: &mut [Complex<T>], scratch: &mut [Complex<T>]) -> Result<()> {
        let (period, scratch) = scratch.split_at_mut(self.folding.period);
        for line in lines.chunks_exact_mut(self.length) {
            apply(&self.folding.before, line, period);
            self.fourier.transform(period, scratch)?;
            apply(&self.folding.after, period, line);
        }
        Ok(())
    }
}

fn apply<T: Real>(step: &Step, from: &[Complex<T>], to: &mut [Complex<T>]) {
    let nearest = |value: Complex<f64>| Complex::new(T::nearest(value.re), T::nearest(value.im));
    let turned = |value: Complex<T>| Complex::new(-value.im, value.re);
    if step.has_zeros {
        to.fill(Complex::zero());
    }
    for step in &step.moves {
        to[step.to] = from[step.from] * nearest(step.factor);
    }
    match &step.mirrors {
        Mirrors::Fold(mirrors) => {
            for mirror in mirrors {
                let root = nearest(mirror.root);
                let (a, b) = (from[mirror.from[0]] * root, from[mirror.from[1]] * root.conj());
                (to[mirror.to[0]], to[mirror.to[1]]) = (a + b, turned(a - b));
            }
        }
        Mirrors::Unfold(mirrors) => {
            for mirror in mirrors {
                let root = nearest(mirror.root);
                let (a, b) = (from[mirror.from[0]], turned(from[mirror.from[1]]));
                (to[mirror.to[0]], to[mirror.to[1]]) = ((a - b) * root.conj(), (a + b) * root);
            }
        }
    }
}
