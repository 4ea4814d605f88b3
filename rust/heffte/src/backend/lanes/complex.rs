//! Complex lines, one in each lane.

use num_complex::Complex;
use pulp::Simd;

use super::dispatch::LaneJob;
use super::factors::{places, radices};
use super::panel_lines;
use super::passes::Pass;
use super::vector::{Lanes, Math};
use crate::backend::{ComplexPanels, Real};
use crate::options::Direction;

/// Transforms the lines of panels in place.
pub struct LaneComplexes<T> {
    length: usize,
    places: Vec<u32>,
    passes: Vec<Pass<T>>,
    forward: bool,
}

impl<T: Real> LaneComplexes<T> {
    /// Lines of `length` elements, where there are butterflies for its factors.
    pub fn new(length: usize, direction: Direction) -> Option<LaneComplexes<T>> {
        let (radices, forward) = (radices(length)?, direction == Direction::Forward);
        Some(LaneComplexes { length, places: places(&radices), passes: Pass::sequence(&radices, forward), forward })
    }

    /// Transforms the lines of one panel.
    ///
    /// # Safety
    /// The panel has a row for each element of a line.
    pub(super) unsafe fn transform_panel(&self, panel: *mut Complex<T>) {
        for pass in &self.passes {
            T::run_lanes(Run { pass, panel, rows: self.length, forward: self.forward });
        }
    }
}

impl<T: Real> ComplexPanels<T> for LaneComplexes<T> {
    fn places(&self) -> &[u32] {
        &self.places
    }

    fn transform(&self, panels: &mut [Complex<T>], rows: usize) {
        assert!(rows >= self.length, "a panel has a row for each element of a line");
        for panel in panels.chunks_exact_mut(rows * panel_lines::<T>()) {
            // SAFETY: a panel has at least as many rows as lines have elements.
            unsafe { self.transform_panel(panel.as_mut_ptr()) };
        }
    }
}

/// One pass over a panel: what is compiled for each instruction set, once.
struct Run<'a, T> {
    pass: &'a Pass<T>,
    panel: *mut Complex<T>,
    rows: usize,
    forward: bool,
}

impl<T: Real> LaneJob<T> for Run<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S)
    where
        T: Lanes<S>,
    {
        // SAFETY: by the word of the caller of `transform_panel`; the radices divide the length.
        unsafe { self.pass.run(Math::new(simd, self.forward), self.panel, self.rows) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_smooth_lengths_follow_the_definition() {
        for n in (1..=66).chain([81, 100, 128, 143, 243, 256, 384, 360]) {
            for (direction, sign) in [(Direction::Forward, -1.0), (Direction::Backward, 1.0)] {
                let Some(plan) = LaneComplexes::<f64>::new(n, direction) else { continue };
                let lines = panel_lines::<f64>();
                let sample = |line: usize, j: usize| {
                    Complex::new((j as f64 * 0.7 + line as f64).sin() + 0.1, (j as f64 * 1.3 * line as f64).cos())
                };
                let mut panel = vec![Complex::new(0.0, 0.0); n * lines];
                for line in 0..lines {
                    for j in 0..n {
                        panel[plan.places()[j] as usize * lines + line] = sample(line, j);
                    }
                }
                plan.transform(&mut panel, n);
                for line in 0..lines {
                    let root = |j: usize, k: usize| {
                        Complex::from_polar(1.0, sign * std::f64::consts::TAU * ((j * k) % n) as f64 / n as f64)
                    };
                    let (mut error, mut norm) = (0.0, 0.0);
                    for k in 0..n {
                        let expected: Complex<f64> = (0..n).map(|j| sample(line, j) * root(j, k)).sum();
                        error += (panel[k * lines + line] - expected).norm_sqr();
                        norm += expected.norm_sqr();
                    }
                    assert!((error / norm).sqrt() < 3e-15, "n = {n}: {}", (error / norm).sqrt());
                }
            }
        }
    }
}
