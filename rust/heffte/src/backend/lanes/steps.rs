//! The steps before and after the Fourier transforms of cosine and sine transforms, row by row.

use num_complex::Complex;
use pulp::Simd;

use super::ROW;
use super::dispatch::LaneJob;
use super::rows::move_rows;
use super::vector::{Factor, Lanes, Math};
use crate::backend::r2r::{Mirror, Mirrors, Part, Step};
use crate::backend::{Real, Tile};

/// A [`Step`] between panels of complex lines.
pub struct RowStep<T> {
    /// Rows of the result.
    rows: usize,
    has_zeros: bool,
    moves: Vec<(u32, u32)>,
    factors: Vec<Factor<T>>,
    mirrors: Vec<RowMirror<T>>,
    folds: bool,
}

struct RowMirror<T> {
    from: [u32; 2],
    to: [u32; 2],
    root: Factor<T>,
    conjugate: Factor<T>,
}

fn factor<T: Real>(value: Complex<f64>) -> Factor<T> {
    Factor::from(Complex::new(T::nearest(value.re), T::nearest(value.im)))
}

impl<T: Real> RowStep<T> {
    /// A step whose result `k` goes to the row `place(k)`.
    pub fn new(step: &Step, place: impl Fn(usize) -> usize) -> RowStep<T> {
        let (folds, mirrors) = match &step.mirrors {
            Mirrors::Fold(mirrors) => (true, mirrors),
            Mirrors::Unfold(mirrors) => (false, mirrors),
        };
        let mirror = |mirror: &Mirror| RowMirror {
            from: mirror.from.map(|row| row as u32),
            to: mirror.to.map(|element| place(element) as u32),
            root: factor(mirror.root),
            conjugate: factor(mirror.root.conj()),
        };
        let is_plain = step.moves.iter().all(|step| step.factor == Complex::from(1.0));
        let factors = if is_plain { &[][..] } else { &step.moves };
        RowStep {
            rows: step.len,
            has_zeros: step.has_zeros,
            moves: step.moves.iter().map(|step| (step.from as u32, place(step.to) as u32)).collect(),
            factors: factors.iter().map(|step| factor(step.factor)).collect(),
            mirrors: mirrors.iter().map(mirror).collect(),
            folds,
        }
    }

    /// Makes panels of others.
    ///
    /// # Safety
    /// Both tiles have the rows of the step, and as many panels, and do not overlap.
    pub unsafe fn run(&self, from: Tile, to: Tile) {
        assert!(to.rows >= self.rows && from.panels == to.panels, "{}", super::complex::ROWS);
        for (from, to) in from.panels().zip(to.panels()) {
            // SAFETY: by the caller's word.
            unsafe {
                if self.has_zeros {
                    std::ptr::write_bytes(to, 0, self.rows * ROW);
                }
                move_rows(from, to, &self.moves, &self.factors);
            }
            if !self.mirrors.is_empty() {
                T::run_lanes(Reflect { step: self, from, to });
            }
        }
    }
}

struct Reflect<'a, T> {
    step: &'a RowStep<T>,
    from: *const u8,
    to: *mut u8,
}

impl<T: Real> LaneJob<T> for Reflect<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S)
    where
        T: Lanes<S>,
    {
        // Turned backward, numbers are multiplied by i.
        let m = Math::<S, T>::new(simd, false);
        for mirror in &self.step.mirrors {
            for column in (0..ROW).step_by(size_of::<T::Vector>()) {
                let read = |row: u32| self.from.wrapping_add(row as usize * ROW + column).cast::<T::Vector>();
                let write = |row: u32| self.to.wrapping_add(row as usize * ROW + column).cast::<T::Vector>();
                // SAFETY: by the word of the caller of `RowStep::run`.
                unsafe {
                    let (a, b) = (read(mirror.from[0]).read_unaligned(), read(mirror.from[1]).read_unaligned());
                    let (first, second) = if self.step.folds {
                        let (a, b) = (m.times(a, &mirror.root), m.times(b, &mirror.conjugate));
                        (m.add(a, b), m.turned(m.sub(a, b)))
                    } else {
                        let (plus, minus) = m.turned_sums(a, b);
                        (m.times(minus, &mirror.conjugate), m.times(plus, &mirror.root))
                    };
                    write(mirror.to[0]).write_unaligned(first);
                    write(mirror.to[1]).write_unaligned(second);
                }
            }
        }
    }
}

/// A step between panels of real lines, whose neighbours lie in a row as the parts of complex numbers; or of the complex numbers
/// that come of them.
pub struct PairStep<T> {
    rows: Vec<PairRow<T>>,
}

struct PairRow<T> {
    to: u32,
    from: [u32; 2],
    /// Whether each number is the imaginary part of its row.
    is_imaginary: [bool; 2],
    signs: Complex<T>,
}

impl<T: Real> PairStep<T> {
    /// A step that makes the row `place(k)` of the two parts `parts(k)`, for each of `count` rows.
    pub fn new(count: usize, parts: impl Fn(usize) -> [Part; 2], place: impl Fn(usize) -> usize) -> PairStep<T> {
        let row = |k: usize| {
            let parts = parts(k);
            PairRow {
                to: place(k) as u32,
                from: parts.map(|part| part.row as u32),
                is_imaginary: parts.map(|part| part.is_imaginary),
                signs: Complex::new(T::nearest(parts[0].sign), T::nearest(parts[1].sign)),
            }
        };
        PairStep { rows: (0..count).map(row).collect() }
    }

    /// Makes panels of others.
    ///
    /// # Safety
    /// Both tiles have the rows of the step, and as many panels, and do not overlap.
    pub unsafe fn run(&self, from: Tile, to: Tile) {
        assert!(from.panels == to.panels, "{}", super::complex::ROWS);
        for (from, to) in from.panels().zip(to.panels()) {
            T::run_lanes(Weave { step: self, from, to });
        }
    }
}

struct Weave<'a, T> {
    step: &'a PairStep<T>,
    from: *const u8,
    to: *mut u8,
}

impl<T: Real> LaneJob<T> for Weave<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S)
    where
        T: Lanes<S>,
    {
        for row in &self.step.rows {
            let first = T::splat_complex(simd, Complex::new(row.signs.re, T::zero()));
            let second = T::splat_complex(simd, Complex::new(T::zero(), row.signs.im));
            for column in (0..ROW).step_by(size_of::<T::Vector>()) {
                // SAFETY: by the word of the caller of `PairStep::run`.
                unsafe {
                    let read =
                        |row: u32| self.from.add(row as usize * ROW + column).cast::<T::Vector>().read_unaligned();
                    let [mut a, mut b] = row.from.map(read);
                    if row.is_imaginary[0] {
                        a = T::swapped(simd, a);
                    }
                    if !row.is_imaginary[1] {
                        b = T::swapped(simd, b);
                    }
                    let woven = T::fused(simd, b, second, T::product(simd, a, first));
                    self.to.add(row.to as usize * ROW + column).cast::<T::Vector>().write_unaligned(woven);
                }
            }
        }
    }
}

/// Multiplies each of the first rows of all panels by a complex number of its own.
pub struct RowFactors<T>(Vec<Factor<T>>, Vec<(u32, u32)>);

impl<T: Real> RowFactors<T> {
    pub fn new(factors: impl Iterator<Item = Complex<f64>>) -> RowFactors<T> {
        let factors: Vec<_> = factors.map(factor).collect();
        let moves = (0..factors.len() as u32).map(|row| (row, row)).collect();
        RowFactors(factors, moves)
    }

    /// # Safety
    /// The tile has the rows.
    pub unsafe fn run(&self, tile: Tile) {
        for panel in tile.panels() {
            // SAFETY: by the caller's word; each row is read before it is written, and by nobody after.
            unsafe { move_rows(panel, panel, &self.1, &self.0) };
        }
    }
}
