//! Complex lines, one in each lane.

use num_complex::Complex;
use pulp::Simd;

use super::ROW;
use super::dispatch::{LaneJob, vector_bytes};
use super::factors::{places, radices};
use super::passes::{InTo, OutOf, Pass, Walk, Within, scale};
use super::straight::{self, Straight};
use super::vector::{Lanes, Math};
use crate::backend::{ComplexPanels, Ends, PanelRows, Real, StraightLine, Tile};
use crate::options::Direction;

/// Transforms the lines of panels in place.
pub struct LaneComplexes<T> {
    length: usize,
    places: Vec<u32>,
    passes: Vec<Pass<T>>,
    straight: Option<Straight<T>>,
    forward: bool,
}

impl<T: Real> LaneComplexes<T> {
    /// Lines of `length` elements, where there are butterflies for its factors.
    pub fn new(length: usize, direction: Direction) -> Option<LaneComplexes<T>> {
        Some(LaneComplexes::of_radices(length, &radices(length)?, direction))
    }

    /// Lines of `length` elements, the product of these radices.
    pub(super) fn of_radices(length: usize, radices: &[usize], direction: Direction) -> LaneComplexes<T> {
        let forward = direction == Direction::Forward;
        let (places, passes) = (places(radices), Pass::sequence(radices, forward));
        let straight = Straight::new(&passes, &places, vector_bytes() / size_of::<Complex<T>>());
        LaneComplexes { length, places, passes, straight, forward }
    }

    #[cfg(test)]
    pub(super) fn radices(&self) -> Vec<usize> {
        self.passes.iter().map(Pass::radix).collect()
    }

    /// Transforms the lines of a panel in place, times `factor`.
    ///
    /// # Safety
    /// The panel has a row for each element of a line.
    pub(super) unsafe fn transform_panel(&self, panel: *mut u8, factor: Option<T>) {
        let last = self.start_panel(panel, factor, 0);
        last.into_iter().for_each(|pass| self.run(pass, Within(panel)));
    }

    /// All passes from `first` on but the last, which is left to do. The factor comes before it, wherever its results go, so that
    /// these have the same bits.
    fn start_panel(&self, panel: *mut u8, factor: Option<T>, first: usize) -> Option<&Pass<T>> {
        let (last, others) = self.passes[first..].split_last().unzip();
        others.into_iter().flatten().for_each(|pass| self.run(pass, Within(panel)));
        scale_rows(panel, self.length, factor);
        last
    }

    /// Runs one pass, whose rows are there.
    fn run(&self, pass: &Pass<T>, walk: impl Walk) {
        T::run_lanes(Run { pass, walk, length: self.length, forward: self.forward });
    }
}

impl<T: Real> ComplexPanels<T> for LaneComplexes<T> {
    fn places(&self) -> &[u32] {
        &self.places
    }

    fn can_take_in(&self) -> bool {
        self.passes.len() > 1
    }

    fn can_hand_out(&self) -> bool {
        !self.passes.is_empty()
    }

    unsafe fn transform(&self, tile: Tile, _: *mut u8, factor: Option<T>, ends: Ends<'_>) {
        let are_rows = |rows: &PanelRows<'_>| rows.begins.len() == self.length;
        assert!(tile.rows >= self.length && ends.from.iter().chain(&ends.to).all(are_rows), "{ROWS}");
        if let Some(from) = ends.from {
            self.run(&self.passes[0], InTo { from, tile });
        }
        let first = usize::from(ends.from.is_some());
        for panel in tile.panels() {
            let last = self.start_panel(panel, factor, first);
            last.filter(|_| ends.to.is_none()).into_iter().for_each(|pass| self.run(pass, Within(panel)));
        }
        self.passes.last().zip(ends.to).into_iter().for_each(|(pass, to)| match to.is_streamed {
            true => self.run(pass, OutOf::<true> { tile, to }),
            false => self.run(pass, OutOf::<false> { tile, to }),
        });
    }

    fn goes_straight(&self) -> bool {
        self.straight.is_some()
    }

    unsafe fn transform_straight(&self, line: StraightLine<T>, factor: Option<T>) {
        let (passes, forward) = (&self.passes[..], self.forward);
        if let Some(straight) = &self.straight {
            T::run_lanes(straight::Walk { straight, passes, forward, factor, line });
        }
    }
}

/// What must hold of panels.
pub(super) const ROWS: &str = "a panel has a row for each element of a line";

/// One pass: what is compiled for each instruction set, once for each kind of walk.
struct Run<'a, T, W> {
    pass: &'a Pass<T>,
    walk: W,
    length: usize,
    forward: bool,
}

impl<T: Real, W: Walk> LaneJob<T> for Run<'_, T, W> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S)
    where
        T: Lanes<S>,
    {
        // Aims see to it; said here, it need not be compiled.
        if const { W::STREAMS && size_of::<T::Vector>() != ROW } {
            unreachable!("what vectors fill only in part is not streamed");
        }
        // SAFETY: by the word of the caller of `transform` or `transform_panel`; the radices divide the length.
        unsafe { self.pass.run(Math::new(simd, self.forward), self.walk, self.length) };
    }
}

/// Multiplies so many rows of a panel, which are there, by a factor, if there is one.
pub(super) fn scale_rows<T: Real>(panel: *mut u8, length: usize, factor: Option<T>) {
    if let Some(factor) = factor {
        T::run_lanes(Scale { panel, length, factor });
    }
}

struct Scale<T> {
    panel: *mut u8,
    length: usize,
    factor: T,
}

impl<T: Real> LaneJob<T> for Scale<T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S)
    where
        T: Lanes<S>,
    {
        // SAFETY: as above.
        unsafe { scale(Math::<S, T>::new(simd, true), self.panel, self.length, self.factor) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::lanes::panel_lines;

    /// The transform of the lines of a panel that lie `elsewhere`, in natural order, and go to the result.
    fn through_a_tile(plan: &LaneComplexes<f64>, elsewhere: &mut [Complex<f64>]) -> Vec<Complex<f64>> {
        let (rows, lines) = (plan.length, panel_lines::<f64>());
        let nan = Complex::new(f64::NAN, f64::NAN);
        let (mut panel, mut result) = (vec![nan; elsewhere.len()], vec![nan; elsewhere.len()]);
        let tile = Tile { begin: panel.as_mut_ptr().cast(), panels: 1, rows };
        let row = |begin: *mut Complex<f64>, row: usize| begin.wrapping_add(row * lines).cast::<u8>();
        let (from, to) = (elsewhere.as_mut_ptr(), result.as_mut_ptr());
        let mut begins = vec![std::ptr::null_mut(); rows];
        (0..rows).for_each(|j| begins[plan.places[j] as usize] = row(from, j));
        let results: Vec<_> = (0..rows).map(|k| row(to, k)).collect();
        let ends = Ends {
            from: Some(PanelRows { begins: &begins, offset: 0, is_streamed: false }),
            to: Some(PanelRows { begins: &results, offset: 0, is_streamed: false }),
        };
        // SAFETY: all have the rows of a panel.
        unsafe { plan.transform(tile, std::ptr::null_mut(), None, ends) };
        result
    }

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
                let mut elsewhere = panel.clone();
                for line in 0..lines {
                    for j in 0..n {
                        panel[plan.places()[j] as usize * lines + line] = sample(line, j);
                        elsewhere[j * lines + line] = sample(line, j);
                    }
                }
                let tile = Tile { begin: panel.as_mut_ptr().cast(), panels: 1, rows: n };
                // SAFETY: the panel has `n` rows.
                unsafe { plan.transform(tile, std::ptr::null_mut(), None, Ends::default()) };
                if plan.can_take_in() {
                    let found = through_a_tile(&plan, &mut elsewhere);
                    assert_eq!(found, panel, "n = {n}, from elsewhere to elsewhere");
                }
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
