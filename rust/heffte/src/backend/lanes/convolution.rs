//! Lengths with large prime factors, by way of a cyclic convolution of another length.

use num_complex::Complex;
use num_traits::Zero;

use super::complex::{LaneComplexes, ROWS, scale_rows};
use super::factors::cheapest_length;
use super::passes::unit_root;
use super::rows::{add_row, move_rows};
use super::vector::Factor;
use super::{ROW, panel_lines};
use crate::backend::{ComplexPanels, Ends, Real, Tile};
use crate::options::Direction;

/// Transforms lines of any length.
pub struct LaneConvolutions<T> {
    length: usize,
    places: Vec<u32>,
    /// Transforms of the length of the convolution. There and back are the same transform, for the second leaves its results in
    /// reverse order.
    cyclic: LaneComplexes<T>,
    /// Rows of the convolution's spectrum to where they are transformed back, and what multiplies them.
    middle: Vec<(u32, u32)>,
    spectrum: Vec<Factor<T>>,
    /// Rows of the convolution to rows of the result.
    last: Vec<(u32, u32)>,
    way: Way<T>,
}

enum Way<T> {
    /// Prime lengths `p` by a convolution of `p − 1` elements, in the order of the powers of a generator `g`:
    /// `X[g^−m] = x[0] + Σ x[g^q] w^(g^(q−m))` (Rader, 1968).
    Prime,
    /// Any length `n` by a convolution of at least `2n − 1` elements: with `w[k] = exp(∓πi k²/n)`,
    /// `X[k] = w[k] Σ x[j] w[j] / w[k−j]` (Bluestein, 1970).
    Any { first: Vec<(u32, u32)>, chirp: Vec<Factor<T>> },
}

impl<T: Real> LaneConvolutions<T> {
    /// Lines of `length` elements, more than one.
    pub fn new(length: usize, direction: Direction) -> LaneConvolutions<T> {
        LaneConvolutions::prime(length, direction).unwrap_or_else(|| LaneConvolutions::any(length, direction))
    }

    /// Lines of a prime `length`, where there are butterflies for what is one less: these need no more room than others.
    pub fn prime(length: usize, direction: Direction) -> Option<LaneConvolutions<T>> {
        let (generator, forward) = (generator(length)?, direction == Direction::Forward);
        let count = length - 1;
        let cyclic = LaneComplexes::new(count, Direction::Forward)?;
        let powers: Vec<usize> =
            std::iter::successors(Some(1), |power| Some(power * generator % length)).take(count).collect();
        // The first element waits behind the others.
        let mut places = vec![count as u32; length];
        for (q, &power) in powers.iter().enumerate() {
            places[power] = cyclic.places()[q];
        }
        let inverse = |q: usize| powers[(count - q) % count];
        let kernel = (0..count).map(|q| unit_root(inverse(q), length, forward)).collect();
        // What belongs to the power `−m` comes out at `−m`.
        let last = powers.iter().enumerate().map(|(row, &power)| (row as u32, power as u32)).collect();
        Some(LaneConvolutions::through(length, places, cyclic, kernel, last, Way::Prime))
    }

    fn any(length: usize, direction: Direction) -> LaneConvolutions<T> {
        LaneConvolutions::of_count(length, cheapest_length(2 * length - 1), direction)
    }

    /// By a convolution of `count` elements, for which there are butterflies.
    pub(super) fn of_count(length: usize, count: usize, direction: Direction) -> LaneConvolutions<T> {
        let forward = direction == Direction::Forward;
        let cyclic = LaneComplexes::new(count, Direction::Forward).expect("the length has butterflies");
        // The squares modulo 2n, so that angles are exact.
        let chirp = |k: usize, forward| unit_root::<f64>(k * k % (2 * length), 2 * length, forward);
        let mut kernel = vec![Complex::zero(); count];
        for k in 0..length {
            kernel[k] = chirp(k, !forward);
            kernel[(count - k) % count] = kernel[k];
        }
        let way = Way::Any {
            first: (0..length).map(|k| (k as u32, cyclic.places()[k])).collect(),
            chirp: (0..length).map(|k| factor(chirp(k, forward))).collect(),
        };
        let last = (0..length).map(|k| (((count - k) % count) as u32, k as u32)).collect();
        LaneConvolutions::through(length, (0..length as u32).collect(), cyclic, kernel, last, way)
    }

    /// Lines by way of a convolution with `kernel`.
    fn through(
        length: usize,
        places: Vec<u32>,
        cyclic: LaneComplexes<T>,
        kernel: Vec<Complex<f64>>,
        last: Vec<(u32, u32)>,
        way: Way<T>,
    ) -> LaneConvolutions<T> {
        let over = 1.0 / kernel.len() as f64;
        let spectrum = transformed(&kernel).into_iter().map(|value| factor(value * over)).collect();
        let middle = (0..).zip(cyclic.places().iter().copied()).collect();
        LaneConvolutions { length, places, cyclic, middle, spectrum, last, way }
    }

    /// Transforms the lines of a panel in place.
    ///
    /// # Safety
    /// The panel has a row for each element of a line, and `scratch` as many as [`ComplexPanels::scratch_rows`] says.
    unsafe fn transform_panel(&self, panel: *mut u8, scratch: *mut u8) {
        // SAFETY: by the caller's word; rows are below the length of the line, or of the convolution.
        unsafe {
            match &self.way {
                Way::Prime => {
                    let first_element = panel.add((self.length - 1) * ROW);
                    self.cyclic.transform_panel(panel, None);
                    move_rows(panel, scratch, &self.middle, &self.spectrum);
                    // Once for all results of the convolution, and once for the sum of all elements.
                    add_row::<T>(first_element, scratch);
                    add_row::<T>(first_element, panel);
                    self.cyclic.transform_panel(scratch, None);
                    move_rows::<T>(scratch, panel, &self.last, &[]);
                }
                Way::Any { first, chirp } => {
                    let bytes = self.middle.len() * ROW;
                    let second = scratch.add(bytes);
                    std::ptr::write_bytes(scratch, 0, bytes);
                    move_rows(panel, scratch, first, chirp);
                    self.cyclic.transform_panel(scratch, None);
                    move_rows(scratch, second, &self.middle, &self.spectrum);
                    self.cyclic.transform_panel(second, None);
                    move_rows(second, panel, &self.last, chirp);
                }
            }
        }
    }
}

impl<T: Real> ComplexPanels<T> for LaneConvolutions<T> {
    fn places(&self) -> &[u32] {
        &self.places
    }

    fn scratch_rows(&self) -> usize {
        match &self.way {
            Way::Prime => self.middle.len(),
            Way::Any { .. } => 2 * self.middle.len(),
        }
    }

    fn can_hand_out(&self) -> bool {
        false
    }

    unsafe fn transform(&self, tile: Tile, scratch: *mut u8, factor: Option<T>, ends: Ends<'_>) {
        assert!(tile.rows >= self.length && ends.from.is_none() && ends.to.is_none(), "{ROWS}");
        for panel in tile.panels() {
            // SAFETY: by the caller's word.
            unsafe { self.transform_panel(panel, scratch) };
            scale_rows(panel, self.length, factor);
        }
    }
}

/// The transform of a kernel, in lanes too: its error is part of that of all lines, and rustfft's is twice as large.
fn transformed(kernel: &[Complex<f64>]) -> Vec<Complex<f64>> {
    let lanes = LaneComplexes::<f64>::new(kernel.len(), Direction::Forward)
        .expect("convolutions have lengths with butterflies");
    let lines = panel_lines::<f64>();
    let mut panel = vec![Complex::zero(); kernel.len() * lines];
    for (value, row) in kernel.iter().zip(lanes.places()) {
        panel[*row as usize * lines] = *value;
    }
    // SAFETY: the panel has a row for each element of the kernel.
    unsafe { lanes.transform_panel(panel.as_mut_ptr().cast(), None) };
    panel.into_iter().step_by(lines).collect()
}

fn factor<T: Real>(value: Complex<f64>) -> Factor<T> {
    Factor::from(Complex::new(T::nearest(value.re), T::nearest(value.im)))
}

/// A number whose powers are all numbers below a prime but zero; `None` where `modulus` is no odd prime.
fn generator(modulus: usize) -> Option<usize> {
    let is_prime = modulus > 2 && (2..).take_while(|d| d * d <= modulus).all(|d| !modulus.is_multiple_of(d));
    let powers = |g: usize| std::iter::successors(Some(g), move |power| Some(power * g % modulus));
    let order = |g: usize| powers(g).position(|power| power == 1).map_or(0, |index| index + 1);
    is_prime.then(|| (2..modulus).find(|&g| order(g) == modulus - 1)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_any_length_follow_the_definition() {
        // Primes with a smooth predecessor, primes without, composites.
        for n in [3, 5, 17, 19, 23, 29, 31, 37, 47, 59, 97, 101, 103, 251, 34, 51, 94, 194, 289, 361] {
            for (direction, sign) in [(Direction::Forward, -1.0), (Direction::Backward, 1.0)] {
                let (plan, lines) = (LaneConvolutions::<f64>::new(n, direction), panel_lines::<f64>());
                let sample = |line: usize, j: usize| {
                    Complex::new((j as f64 * 0.7 + line as f64).sin() + 0.1, (j as f64 * 1.3 * line as f64).cos())
                };
                let mut panel = vec![Complex::new(0.0, 0.0); n * lines];
                for line in 0..lines {
                    for j in 0..n {
                        panel[plan.places()[j] as usize * lines + line] = sample(line, j);
                    }
                }
                let tile = Tile { begin: panel.as_mut_ptr().cast(), panels: 1, rows: n };
                let mut scratch = vec![Complex::new(f64::NAN, 0.0); plan.scratch_rows() * lines];
                // SAFETY: the panel has `n` rows, and the scratch those that are wanted.
                unsafe { plan.transform(tile, scratch.as_mut_ptr().cast(), Some(2.0), Ends::default()) };
                for line in 0..lines {
                    let root = |j: usize, k: usize| {
                        Complex::from_polar(2.0, sign * std::f64::consts::TAU * ((j * k) % n) as f64 / n as f64)
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
