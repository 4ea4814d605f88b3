//! Cosine and sine transforms by way of Fourier transforms, which any backend has.
//!
//! A line is folded into one of another order (Makhoul, 1980) or continued to a whole period, transformed, and folded back
//! (`folding.rs`). All of that is linear with real coefficients, so complex lines go the same way as real ones, part by part; real
//! lines of suitable lengths go by way of real Fourier transforms, which are half the work (`pairs.rs`).

mod folding;
mod lines;
mod pairs;
mod panels;

use std::sync::Arc;

pub(super) use folding::{Mirror, Mirrors, Step};
use lines::R2rLines;
pub(super) use pairs::Part;
pub(crate) use pairs::R2rPairs;
pub(crate) use panels::R2rPanels;

use self::folding::Folding;
use super::{ComplexLines, ComplexTransform, Planner, R2rReals, Real};
use crate::axis::R2rKind;
use crate::options::Direction;

/// A cosine or sine transform of lines, one way.
#[derive(Clone)]
pub struct R2rTransform<T: Real> {
    /// Of complex lines, part by part.
    pub(crate) complex: R2rWay<T>,
    /// Of real lines, where there is a better way than to take them for complex ones.
    pub(crate) real: Option<R2rRealWay<T>>,
}

/// How complex lines want to lie.
#[derive(Clone)]
pub(crate) enum R2rWay<T: Real> {
    /// One after the other.
    Lines(Arc<dyn ComplexLines<T>>),
    /// Side by side.
    Panels(Arc<R2rPanels<T>>),
}

/// How real lines want to lie.
#[derive(Clone)]
pub(crate) enum R2rRealWay<T: Real> {
    /// One after the other.
    Lines(Arc<dyn R2rReals<T>>),
    /// Side by side.
    Pairs(Arc<R2rPairs<T>>),
}

impl<T: Real> R2rTransform<T> {
    /// That of a library which has such transforms: of the parts of complex lines, and of real lines.
    #[cfg_attr(not(feature = "fftw"), expect(dead_code, reason = "only FFTW has them"))]
    pub(super) fn of_lines(complex: Arc<dyn ComplexLines<T>>, real: Arc<dyn R2rReals<T>>) -> R2rTransform<T> {
        R2rTransform { complex: R2rWay::Lines(complex), real: Some(R2rRealWay::Lines(real)) }
    }

    /// That of lines of `length` points, with the Fourier transforms of `planner`.
    pub fn new<P: Planner<T> + ?Sized>(
        planner: &P,
        kind: R2rKind,
        length: usize,
        direction: Direction,
    ) -> R2rTransform<T> {
        let folding = Folding::new(kind, length, direction);
        let complex = match planner.complex_lines(folding.period, folding.direction) {
            ComplexTransform::Panels(fourier) => R2rWay::Panels(Arc::new(R2rPanels::new(length, &folding, fourier))),
            ComplexTransform::Lines(fourier) => R2rWay::Lines(Arc::new(R2rLines::new(length, folding, fourier))),
        };
        let pairs = R2rPairs::new(planner, kind, length, direction);
        R2rTransform { complex, real: pairs.map(|pairs| R2rRealWay::Pairs(Arc::new(pairs))) }
    }

    /// Complex elements of scratch that lines one after the other need.
    pub(crate) fn scratch_len(&self) -> usize {
        match &self.complex {
            R2rWay::Lines(lines) => lines.scratch_len(),
            R2rWay::Panels(_) => 0,
        }
    }

    /// Rows of the panels that it works in, for lines of `length` points; or elements of its lines.
    pub(crate) fn rows(&self, length: usize) -> usize {
        let complex = match &self.complex {
            R2rWay::Lines(_) => length,
            R2rWay::Panels(panels) => panels.rows(),
        };
        match &self.real {
            Some(R2rRealWay::Pairs(pairs)) => complex.max(pairs.rows()),
            Some(R2rRealWay::Lines(_)) | None => complex,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use num_complex::Complex;
    use num_traits::Zero;

    use super::*;
    use crate::backend::Tile;
    use crate::backend::lanes::panel_lines;

    pub const KINDS: [R2rKind; 4] = [R2rKind::Cos, R2rKind::Sin, R2rKind::Cos1, R2rKind::Sin1];

    /// The definition.
    pub fn direct(line: &[f64], kind: R2rKind, direction: Direction) -> Vec<f64> {
        let n = line.len();
        let pi = |numerator: usize, denominator: usize| {
            std::f64::consts::PI * (numerator % (2 * denominator)) as f64 / denominator as f64
        };
        let factor = |j: usize, k: usize| match (kind, direction) {
            (R2rKind::Cos, Direction::Forward) => 2.0 * pi(k * (2 * j + 1), 2 * n).cos(),
            (R2rKind::Cos, Direction::Backward) if j == 0 => 1.0,
            (R2rKind::Cos, Direction::Backward) => 2.0 * pi(j * (2 * k + 1), 2 * n).cos(),
            (R2rKind::Sin, Direction::Forward) => 2.0 * pi((k + 1) * (2 * j + 1), 2 * n).sin(),
            (R2rKind::Sin, Direction::Backward) if j == n - 1 => {
                if k.is_multiple_of(2) {
                    1.0
                } else {
                    -1.0
                }
            }
            (R2rKind::Sin, Direction::Backward) => 2.0 * pi((j + 1) * (2 * k + 1), 2 * n).sin(),
            (R2rKind::Cos1, _) if j == 0 => 1.0,
            (R2rKind::Cos1, _) if j == n - 1 => {
                if k.is_multiple_of(2) {
                    1.0
                } else {
                    -1.0
                }
            }
            (R2rKind::Cos1, _) => 2.0 * pi(j * k, n - 1).cos(),
            (R2rKind::Sin1, _) => 2.0 * pi((j + 1) * (k + 1), n + 1).sin(),
        };
        (0..n).map(|k| line.iter().enumerate().map(|(j, x)| x * factor(j, k)).sum()).collect()
    }

    fn sample(line: usize, j: usize) -> f64 {
        (j as f64 * 0.7 + line as f64 + 0.5).sin() + 0.1 * (j % 7) as f64
    }

    fn assert_close(found: &[f64], line: usize, kind: R2rKind, direction: Direction) {
        let n = found.len();
        let expected = direct(&(0..n).map(|j| sample(line, j)).collect::<Vec<_>>(), kind, direction);
        let error: f64 = found.iter().zip(&expected).map(|(a, b)| (a - b).powi(2)).sum();
        let norm: f64 = expected.iter().map(|b| b.powi(2)).sum();
        assert!((error / norm).sqrt() < 3e-15, "{kind:?} {direction:?} n = {n}: {}", (error / norm).sqrt());
    }

    fn each(test: impl Fn(R2rKind, usize, Direction)) {
        for kind in KINDS {
            for n in (1..=40).chain([64, 97, 100, 129, 194, 257]).filter(|n| kind != R2rKind::Cos1 || *n > 1) {
                for direction in [Direction::Forward, Direction::Backward] {
                    test(kind, n, direction);
                }
            }
        }
    }

    fn planner() -> &'static dyn Planner<f64> {
        &crate::backend::stock::Stock
    }

    /// Two panels of so many rows, with numbers that nobody wrote; and where the complex number of a line and a row is.
    fn tiles(memory: &mut Vec<Complex<f64>>, rows: usize) -> [Tile; 2] {
        let len = rows * panel_lines::<f64>();
        memory.resize(2 * len, Complex::new(0.5, 0.5));
        let (first, second) = memory.split_at_mut(len);
        [first, second].map(|half| Tile { begin: half.as_mut_ptr().cast(), panels: 1, rows })
    }

    fn number(tile: Tile, row: usize, line: usize) -> *mut Complex<f64> {
        tile.begin.cast::<Complex<f64>>().wrapping_add(row * panel_lines::<f64>() + line)
    }

    #[test]
    fn complex_lines_follow_the_definition_part_by_part() {
        each(|kind, n, direction| {
            let R2rWay::Panels(panels) = R2rTransform::new(planner(), kind, n, direction).complex else {
                panic!("short lines go in panels")
            };
            let mut memory = Vec::new();
            let [tile, other] = tiles(&mut memory, panels.rows());
            let mut scratch = vec![Complex::<f64>::zero(); (panels.scratch_rows() + 1) * panel_lines::<f64>()];
            let lines = panel_lines::<f64>();
            // SAFETY: the tiles have the rows, and the scratch those that are wanted.
            let result = unsafe {
                for (line, j) in (0..lines).flat_map(|line| (0..n).map(move |j| (line, j))) {
                    let value = Complex::new(sample(2 * line, j), sample(2 * line + 1, j));
                    number(tile, panels.places()[j] as usize, line).write(value);
                }
                panels.transform(tile, other, scratch.as_mut_ptr().cast(), None)
            };
            for line in 0..lines {
                // SAFETY: as above.
                let found: Vec<_> = (0..n).map(|k| unsafe { number(result, k, line).read() }).collect();
                assert_close(&found.iter().map(|v| v.re).collect::<Vec<_>>(), 2 * line, kind, direction);
                assert_close(&found.iter().map(|v| v.im).collect::<Vec<_>>(), 2 * line + 1, kind, direction);
            }
        });
    }

    #[test]
    fn real_lines_follow_the_definition_where_they_have_a_way_of_their_own() {
        let count = std::cell::Cell::new(0);
        each(|kind, n, direction| {
            let Some(R2rRealWay::Pairs(pairs)) = R2rTransform::new(planner(), kind, n, direction).real else { return };
            count.set(count.get() + 1);
            let mut memory = Vec::new();
            let [tile, other] = tiles(&mut memory, pairs.rows());
            // SAFETY: the tiles have the rows.
            let result = unsafe {
                for line in 0..panel_lines::<f64>() {
                    for pair in 0..n.div_ceil(2) {
                        let value = Complex::new(sample(line, 2 * pair), sample(line, 2 * pair + 1));
                        number(tile, pair, line).write(value);
                    }
                }
                pairs.transform(tile, other, None)
            };
            for line in 0..panel_lines::<f64>() {
                // SAFETY: as above.
                let pairs = (0..n.div_ceil(2)).map(|pair| unsafe { number(result, pair, line).read() });
                let found: Vec<f64> = pairs.flat_map(|pair| [pair.re, pair.im]).take(n).collect();
                assert_close(&found, line, kind, direction);
            }
        });
        assert!(count.get() > 200, "{} of them", count.get());
    }

    #[test]
    fn lines_one_after_the_other_follow_the_definition() {
        struct Slow;
        impl Planner<f64> for Slow {
            fn complex_lines(&self, length: usize, direction: Direction) -> ComplexTransform<f64> {
                ComplexTransform::Lines(crate::backend::stock::long_lines(length, direction))
            }
            fn real_lines(&self, length: usize) -> crate::backend::RealTransform<f64> {
                planner().real_lines(length)
            }
        }
        each(|kind, n, direction| {
            let R2rWay::Lines(lines) = R2rTransform::new(&Slow, kind, n, direction).complex else {
                panic!("the planner has nothing else")
            };
            let mut tile: Vec<_> = (0..2 * n).map(|i| Complex::from(sample(i / n, i % n))).collect();
            lines.transform(&mut tile, &mut vec![Complex::zero(); lines.scratch_len()]).expect("the transform");
            for line in 0..2 {
                let found: Vec<f64> = tile[line * n..(line + 1) * n].iter().map(|v| v.re).collect();
                assert_close(&found, line, kind, direction);
            }
        });
    }
}
