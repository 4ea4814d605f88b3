//! Real lines of an even length, one in each lane: complex lines of half the length, and what it takes to tell the spectra of
//! their even and odd elements apart.

use num_complex::Complex;
use pulp::Simd;

use super::ROW;
use super::complex::{LaneComplexes, ROWS};
use super::dispatch::{LaneJob, vector_bytes};
use super::passes::unit_root;
use super::prefetch::ask_for;
use super::straight::{as_vectors, groups};
use super::transpose::{lanes, reversed};
use super::vector::{Factor, Lanes, Math};
use crate::backend::{ComplexPanels, Real, RealPanels, StraightLine, Tile};
use crate::options::Direction;

/// Transforms the real lines of panels, and back.
pub struct LaneReals<T> {
    /// Half the length of a line.
    half: usize,
    forward: LaneComplexes<T>,
    backward: LaneComplexes<T>,
    /// `−i/2 exp(−2πi k/n)` and `i exp(2πi k/n)` for every `k` up to a quarter of the length.
    apart: Vec<Factor<T>>,
    together: Vec<Factor<T>>,
    /// The same as vectors, from the second on, where lines can be transformed as they lie.
    straight: Option<[Vec<T>; 2]>,
}

impl<T: Real> LaneReals<T> {
    /// Lines of `length` elements, where that is even and there are butterflies for the factors of its half.
    pub fn new(length: usize) -> Option<LaneReals<T>> {
        let half = (length > 0 && length.is_multiple_of(2)).then_some(length / 2)?;
        let forward = LaneComplexes::new(half, Direction::Forward)?;
        let backward = LaneComplexes::new(half, Direction::Backward)?;
        let root = |k: usize, forward| unit_root::<T>(k, length, forward);
        let apart = |k| root(k, true) * Complex::new(T::zero(), T::nearest(-0.5));
        let together = |k| root(k, false) * Complex::new(T::zero(), T::one());
        let factors = |of: &dyn Fn(usize) -> Complex<T>| (0..=half / 2).map(|k| of(k).into()).collect::<Vec<_>>();
        let (apart, together) = (factors(&apart), factors(&together));
        let lanes = vector_bytes() / size_of::<Complex<T>>();
        let fits = forward.goes_straight() && backward.goes_straight() && half / 2 >= lanes;
        let spread = |factors: &[Factor<T>]| {
            let of_group = |first| as_vectors(factors[1 + first..1 + first + lanes].iter());
            groups(half / 2, lanes).flat_map(of_group).collect::<Vec<T>>()
        };
        let straight = fits.then(|| [spread(&apart), spread(&together)]);
        Some(LaneReals { half, forward, backward, apart, together, straight })
    }
}

impl<T: Real> RealPanels<T> for LaneReals<T> {
    fn places(&self) -> &[u32] {
        self.forward.places()
    }

    unsafe fn forward(&self, tile: Tile, factor: Option<T>) {
        assert!(tile.rows > self.half, "{ROWS}");
        for panel in tile.panels() {
            // SAFETY: by the caller's word: a panel has a row for each element of a spectrum, which is one more than there are
            // pairs.
            unsafe { self.forward.transform_panel(panel, factor) };
            T::run_lanes(Apart { plan: self, rows: Rows(panel.cast()) });
        }
    }

    unsafe fn backward(&self, half: Tile, tile: Tile, factor: Option<T>) {
        assert!(half.rows > self.half && tile.rows > self.half, "{ROWS}");
        for (from, to) in half.panels().zip(tile.panels()) {
            T::run_lanes(Together { plan: self, from: Rows(from.cast()), to: Rows(to.cast()) });
            // SAFETY: as above.
            unsafe { self.backward.transform_panel(to, factor) };
        }
    }

    fn goes_straight(&self) -> bool {
        self.straight.is_some()
    }

    unsafe fn forward_straight(&self, line: StraightLine<T>, factor: Option<T>) {
        let StraightLine { to, rooms: [_, _, pairs], .. } = line;
        // SAFETY: by the caller's word.
        unsafe { self.forward.transform_straight(StraightLine { to: pairs, ..line }, factor) };
        T::run_lanes(ApartStraight { plan: self, from: pairs, to });
    }

    unsafe fn backward_straight(&self, line: StraightLine<T>, factor: Option<T>) {
        let StraightLine { from, rooms: [_, _, pairs], ahead, .. } = line;
        ask_for(from.wrapping_byte_add(ahead), self.half + 1);
        T::run_lanes(TogetherStraight { plan: self, from, to: pairs });
        // SAFETY: by the caller's word.
        unsafe { self.backward.transform_straight(StraightLine { from: pairs, ahead: 0, ..line }, factor) };
    }
}

struct Apart<'a, T> {
    plan: &'a LaneReals<T>,
    rows: Rows<T>,
}

impl<T: Real> LaneJob<T> for Apart<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S)
    where
        T: Lanes<S>,
    {
        // SAFETY: by the word of the caller of `LaneReals::forward`.
        unsafe { self.plan.tell_apart(Math::new(simd, true), self.rows) };
    }
}

struct Together<'a, T> {
    plan: &'a LaneReals<T>,
    from: Rows<T>,
    to: Rows<T>,
}

impl<T: Real> LaneJob<T> for Together<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S)
    where
        T: Lanes<S>,
    {
        // SAFETY: by the word of the caller of `LaneReals::backward`.
        unsafe { self.plan.put_together(Math::new(simd, false), self.from, self.to) };
    }
}

struct ApartStraight<'a, T> {
    plan: &'a LaneReals<T>,
    from: *const Complex<T>,
    to: *mut Complex<T>,
}

impl<T: Real> LaneJob<T> for ApartStraight<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S)
    where
        T: Lanes<S>,
    {
        // SAFETY: by the word of the caller of `LaneReals::forward_straight`.
        unsafe { self.plan.tell_apart_straight(Math::new(simd, true), self.from, self.to) };
    }
}

struct TogetherStraight<'a, T> {
    plan: &'a LaneReals<T>,
    from: *const Complex<T>,
    to: *mut Complex<T>,
}

impl<T: Real> LaneJob<T> for TogetherStraight<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S)
    where
        T: Lanes<S>,
    {
        // SAFETY: by the word of the caller of `LaneReals::backward_straight`.
        unsafe { self.plan.put_together_straight(Math::new(simd, false), self.from, self.to) };
    }
}

/// The rows of a panel as vectors.
#[derive(Clone, Copy)]
struct Rows<T>(*mut Complex<T>);

impl<T: Real> Rows<T> {
    /// A vector in a row, so many bytes from its begin.
    #[inline(always)]
    fn at<S: Simd>(self, row: usize, column: usize) -> *mut T::Vector
    where
        T: Lanes<S>,
    {
        self.0.cast::<u8>().wrapping_add(row * ROW + column).cast()
    }
}

impl<T: Real> LaneReals<T> {
    /// Makes the spectrum of the line, `X`, of that of its pairs, `Z`: with `n = 2h` and `w = exp(−2πi/n)`,
    /// `X[k] = (Z[k] + conj Z[h−k]) / 2 − i/2 w^k (Z[k] − conj Z[h−k])`.
    ///
    /// # Safety
    /// The panel has `half + 1` rows.
    #[inline(always)]
    unsafe fn tell_apart<S: Simd>(&self, m: Math<S, T>, rows: Rows<T>)
    where
        T: Lanes<S>,
    {
        for column in (0..ROW).step_by(size_of::<T::Vector>()) {
            // SAFETY: all rows are in the panel.
            unsafe {
                let at = |row| rows.at::<S>(row, column);
                let first = at(0).read_unaligned();
                let swapped = m.swapped(first);
                at(0).write_unaligned(m.real_part(m.add(first, swapped)));
                at(self.half).write_unaligned(m.real_part(m.sub(first, swapped)));
                for (k, factor) in self.apart.iter().enumerate().skip(1) {
                    let (low, high) = (at(k), at(self.half - k));
                    let (a, b) = (low.read_unaligned(), m.conjugate(high.read_unaligned()));
                    let (even, odd) = (m.scaled(m.add(a, b), 0.5), m.times(m.sub(a, b), factor));
                    low.write_unaligned(m.add(even, odd));
                    high.write_unaligned(m.conjugate(m.sub(even, odd)));
                }
            }
        }
    }

    /// The reverse of [`LaneReals::tell_apart`], but for a factor of 2: `Z[k] = (X[k] + conj X[h−k]) + i w^−k (X[k] −
    /// conj X[h−k])`, put where the transform wants it.
    ///
    /// # Safety
    /// Both panels have `half + 1` rows.
    #[inline(always)]
    unsafe fn put_together<S: Simd>(&self, m: Math<S, T>, from: Rows<T>, to: Rows<T>)
    where
        T: Lanes<S>,
    {
        let places = self.backward.places();
        for column in (0..ROW).step_by(size_of::<T::Vector>()) {
            // SAFETY: all rows are in the panels.
            unsafe {
                let read = |row| from.at::<S>(row, column);
                let write = |row: usize| to.at::<S>(places[row] as usize, column);
                let (first, last) = (read(0).read_unaligned(), read(self.half).read_unaligned());
                let (first, last) = (m.real_part(first), m.real_part(last));
                write(0).write_unaligned(m.add(m.add(first, last), m.swapped(m.sub(first, last))));
                for (k, factor) in self.together.iter().enumerate().skip(1) {
                    let (a, b) = (read(k).read_unaligned(), m.conjugate(read(self.half - k).read_unaligned()));
                    let (even, odd) = (m.add(a, b), m.times(m.sub(a, b), factor));
                    write(k).write_unaligned(m.add(even, odd));
                    write(self.half - k).write_unaligned(m.conjugate(m.sub(even, odd)));
                }
            }
        }
    }
}

/// The same for one line, whose elements are neighbours: the numbers of a vector are neighbours of a line.
impl<T: Real> LaneReals<T> {
    /// As [`LaneReals::tell_apart`], from pairs in natural order.
    ///
    /// # Safety
    /// There are `half` pairs, and room for one number more; they do not overlap.
    #[inline(always)]
    unsafe fn tell_apart_straight<S: Simd>(&self, m: Math<S, T>, from: *const Complex<T>, to: *mut Complex<T>)
    where
        T: Lanes<S>,
    {
        // SAFETY: by the caller's word.
        unsafe {
            let first = m.splat_complex(from.read());
            let swapped = m.swapped(first);
            let ends = [m.add(first, swapped), m.sub(first, swapped)].map(|end| m.first(m.real_part(end)));
            self.for_each_mirrored::<S>(m, (from, to), 0, |a, b, re, im| {
                let (even, odd) = (m.scaled(m.add(a, b), 0.5), m.times_each(m.sub(a, b), re, im));
                (m.add(even, odd), m.conjugate(m.sub(even, odd)))
            });
            to.write(ends[0]);
            to.add(self.half).write(ends[1]);
        }
    }

    /// As [`LaneReals::put_together`], to natural order.
    ///
    /// # Safety
    /// There is a spectrum of `half + 1` numbers, and room for the pairs; they do not overlap.
    #[inline(always)]
    unsafe fn put_together_straight<S: Simd>(&self, m: Math<S, T>, from: *const Complex<T>, to: *mut Complex<T>)
    where
        T: Lanes<S>,
    {
        // SAFETY: by the caller's word.
        unsafe {
            let [first, last] = [0, self.half].map(|end| m.real_part(m.splat_complex(from.add(end).read())));
            self.for_each_mirrored::<S>(m, (from, to), 1, |a, b, re, im| {
                let (even, odd) = (m.add(a, b), m.times_each(m.sub(a, b), re, im));
                (m.add(even, odd), m.conjugate(m.sub(even, odd)))
            });
            to.write(m.first(m.add(m.add(first, last), m.swapped(m.sub(first, last)))));
        }
    }

    /// Hands to `act` the numbers at `k` and the conjugates of those at `half − k`, with the factors for them, and writes what it
    /// makes of both.
    ///
    /// # Safety
    /// Both lines have `half` numbers and do not overlap.
    #[inline(always)]
    unsafe fn for_each_mirrored<S: Simd>(
        &self,
        m: Math<S, T>,
        (from, to): (*const Complex<T>, *mut Complex<T>),
        factors: usize,
        act: impl Fn(T::Vector, T::Vector, T::Vector, T::Vector) -> (T::Vector, T::Vector),
    ) where
        T: Lanes<S>,
    {
        let lanes = lanes::<T, T::Vector>();
        let Some(factors) = self.straight.as_ref().map(|both| both[factors].as_ptr().cast::<T::Vector>()) else {
            return;
        };
        for (group, first) in groups(self.half / 2, lanes).enumerate() {
            let low = 1 + first;
            let high = self.half - low + 1 - lanes;
            // SAFETY: by the caller's word; there are two vectors of factors for each.
            unsafe {
                let a = from.add(low).cast::<T::Vector>().read_unaligned();
                let b = reversed::<T, T::Vector>(from.add(high).cast::<T::Vector>().read_unaligned());
                let (re, im) = (factors.add(2 * group).read_unaligned(), factors.add(2 * group + 1).read_unaligned());
                let (a, b) = act(a, m.conjugate(b), re, im);
                to.add(low).cast::<T::Vector>().write_unaligned(a);
                to.add(high).cast::<T::Vector>().write_unaligned(reversed::<T, T::Vector>(b));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use num_traits::Zero;

    use super::*;
    use crate::backend::lanes::panel_lines;

    #[test]
    fn real_lines_follow_the_definition_there_and_back() {
        for n in (2..=64).step_by(2).chain([90, 100, 128, 240, 256]) {
            let Some(plan) = LaneReals::<f64>::new(n) else { continue };
            let (lines, rows) = (panel_lines::<f64>(), n / 2 + 1);
            let sample = |line: usize, j: usize| (j as f64 * 0.7 + line as f64).sin() + 0.1 * (j % 7) as f64;
            let mut panel = vec![Complex::zero(); rows * lines];
            for line in 0..lines {
                for pair in 0..n / 2 {
                    let value = Complex::new(sample(line, 2 * pair), sample(line, 2 * pair + 1));
                    panel[plan.places()[pair] as usize * lines + line] = value;
                }
            }
            let tile = |panel: &mut [Complex<f64>]| Tile { begin: panel.as_mut_ptr().cast(), panels: 1, rows };
            // SAFETY: the panel has `rows` rows.
            unsafe { plan.forward(tile(&mut panel), None) };
            let root =
                |j: usize, k: usize| Complex::from_polar(1.0, -std::f64::consts::TAU * ((j * k) % n) as f64 / n as f64);
            for line in 0..lines {
                for k in 0..rows {
                    let expected: Complex<f64> = (0..n).map(|j| sample(line, j) * root(j, k)).sum();
                    let found = panel[k * lines + line];
                    assert!((found - expected).norm() < 1e-12, "n = {n}, k = {k}: {found} for {expected}");
                    // What a real line cannot have is ignored on the way back.
                    let is_real = k == 0 || k == n / 2;
                    panel[k * lines + line] = expected + Complex::new(0.0, if is_real { 17.0 } else { 0.0 });
                }
            }
            let mut back = vec![Complex::<f64>::zero(); rows * lines];
            // SAFETY: both panels have `rows` rows.
            unsafe { plan.backward(tile(&mut panel), tile(&mut back), None) };
            for line in 0..lines {
                for j in 0..n {
                    let pair = back[j / 2 * lines + line];
                    let (found, expected) = (if j % 2 == 0 { pair.re } else { pair.im }, n as f64 * sample(line, j));
                    assert!((found - expected).abs() < 1e-11, "n = {n}, j = {j}: {found} for {expected}");
                }
            }
        }
    }
}
