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
    #[inline(always)]
    pub(super) unsafe fn transform_panel<S: Simd>(&self, simd: S, panel: *mut Complex<T>)
    where
        T: Lanes<S>,
    {
        let math = Math::new(simd, self.forward);
        for pass in &self.passes {
            // SAFETY: by the caller's word; the radices divide the length.
            unsafe { pass.run(math, panel, self.length) };
        }
    }
}

impl<T: Real> ComplexPanels<T> for LaneComplexes<T> {
    fn places(&self) -> &[u32] {
        &self.places
    }

    fn transform(&self, panels: &mut [Complex<T>], rows: usize) {
        assert!(rows >= self.length, "a panel has a row for each element of a line");
        T::run_lanes(Transform(self, panels, rows));
    }
}

struct Transform<'a, T>(&'a LaneComplexes<T>, &'a mut [Complex<T>], usize);

impl<T: Real> LaneJob<T> for Transform<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S)
    where
        T: Lanes<S>,
    {
        let Transform(plan, panels, rows) = self;
        for panel in panels.chunks_exact_mut(rows * panel_lines::<T>()) {
            // SAFETY: a panel has at least as many rows as lines have elements.
            unsafe { plan.transform_panel(simd, panel.as_mut_ptr()) };
        }
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
