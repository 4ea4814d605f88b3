//! The backend of every build, any length: lines in the lanes of vector registers, and the longest ones by rustfft and realfft, or by
//! convolutions over rustfft; all of them where the CPU has no such registers.

use std::sync::Arc;

use heffte_rustfft::{ComplexToReal, Fft, FftDirection, RealToComplex};
use num_complex::Complex;

use super::convolved::{Convolved, ConvolvedReals, is_convolved};
use super::lanes::{LaneComplexes, LaneConvolutions, LaneReals, has_lanes};
use super::{Backend, ComplexLines, ComplexPanels, ComplexTransform, Planner, Real, RealLines, RealTransform};
use crate::error::Result;
use crate::options::Direction;

/// Transforms in Rust.
pub(super) struct Stock;

impl Backend for Stock {
    fn single(&self) -> &dyn Planner<f32> {
        self
    }

    fn double(&self) -> &dyn Planner<f64> {
        self
    }
}

impl<T: Real> Planner<T> for Stock {
    fn complex_lines(&self, length: usize, direction: Direction) -> ComplexTransform<T> {
        match panels(length, direction) {
            Some(panels) => ComplexTransform::Panels(panels),
            None if is_convolved(length) => ComplexTransform::Lines(Arc::new(Convolved::new(length, direction))),
            None => ComplexTransform::Lines(Arc::new(Complexes::new(length, direction))),
        }
    }

    fn real_lines(&self, length: usize) -> RealTransform<T> {
        if has_lanes()
            && let Some(lanes) = LaneReals::new(length).filter(|_| length <= LONGEST_PANEL)
        {
            return RealTransform::Panels(Arc::new(lanes));
        }
        match [Direction::Forward, Direction::Backward].map(|direction| panels(length, direction)) {
            [Some(forward), Some(backward)] => RealTransform::Complex([forward, backward]),
            _ if is_convolved(length) => RealTransform::Lines(Arc::new(ConvolvedReals::new(length))),
            _ => RealTransform::Lines(Arc::new(Reals::new(length))),
        }
    }
}

/// A transform in lanes, where that is worth it.
fn panels<T: Real>(length: usize, direction: Direction) -> Option<Arc<dyn ComplexPanels<T>>> {
    if !has_lanes() {
        return None;
    }
    match LaneComplexes::new(length, direction).filter(|_| length <= LONGEST_PANEL) {
        Some(lanes) => Some(Arc::new(lanes)),
        None if length <= LONGEST_CONVOLVED => Some(Arc::new(LaneConvolutions::new(length, direction))),
        None if length <= LONGEST_PANEL => Some(Arc::new(LaneConvolutions::prime(length, direction)?)),
        None => None,
    }
}

/// The longest lines whose panels stay in the second level of cache.
const LONGEST_PANEL: usize = 1 << 14;
/// The longest lines of any length that are convolved in lanes: beside their tile they need four times their rows.
const LONGEST_CONVOLVED: usize = 1 << 11;

/// Lines of any length, one after the other.
#[cfg(test)]
pub(super) fn long_lines(length: usize, direction: Direction) -> Arc<dyn ComplexLines<f64>> {
    Arc::new(Complexes::new(length, direction))
}

struct Complexes<T>(Arc<dyn Fft<T>>);

impl<T: Real> Complexes<T> {
    fn new(length: usize, direction: Direction) -> Complexes<T> {
        let direction = match direction {
            Direction::Forward => FftDirection::Forward,
            Direction::Backward => FftDirection::Inverse,
        };
        Complexes(T::complex(length, direction))
    }
}

impl<T: Real> ComplexLines<T> for Complexes<T> {
    fn scratch_len(&self) -> usize {
        self.0.get_inplace_scratch_len()
    }

    fn transform(&self, lines: &mut [Complex<T>], scratch: &mut [Complex<T>]) -> Result<()> {
        self.0.process_with_scratch(lines, scratch);
        Ok(())
    }
}

struct Reals<T> {
    forward: Arc<dyn RealToComplex<T>>,
    backward: Arc<dyn ComplexToReal<T>>,
}

impl<T: Real> Reals<T> {
    fn new(length: usize) -> Reals<T> {
        Reals { forward: T::real_to_complex(length), backward: T::complex_to_real(length) }
    }
}

/// realfft reports lengths that do not fit; tiles are cut to the lengths of the plan.
const FITS: &str = "the tile has the lengths of the plan";

impl<T: Real> RealLines<T> for Reals<T> {
    fn scratch_len(&self) -> usize {
        self.forward.get_scratch_len().max(self.backward.get_scratch_len())
    }

    fn forward(&self, real: &mut [T], half: &mut [Complex<T>], scratch: &mut [Complex<T>]) -> Result<()> {
        let n = self.forward.len();
        let scratch = &mut scratch[..self.forward.get_scratch_len()];
        for (line, spectrum) in real.chunks_exact_mut(n).zip(half.chunks_exact_mut(n / 2 + 1)) {
            self.forward.process_with_scratch(line, spectrum, scratch).expect(FITS);
        }
        Ok(())
    }

    fn backward(&self, half: &mut [Complex<T>], real: &mut [T], scratch: &mut [Complex<T>]) -> Result<()> {
        let n = self.backward.len();
        let scratch = &mut scratch[..self.backward.get_scratch_len()];
        for (line, spectrum) in real.chunks_exact_mut(n).zip(half.chunks_exact_mut(n / 2 + 1)) {
            // realfft refuses imaginary parts here; heFFTe and FFTW ignore them.
            spectrum[0].im = T::zero();
            if n % 2 == 0 {
                spectrum[n / 2].im = T::zero();
            }
            self.backward.process_with_scratch(spectrum, line, scratch).expect(FITS);
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use num_traits::Zero;

    use super::*;
    use crate::backend::lanes::{panel_lines, unit_root};
    use crate::backend::{Ends, Tile};

    /// The definition, summed in the working precision of f64.
    pub fn direct(line: &[Complex<f64>], sign: f64) -> Vec<Complex<f64>> {
        let n = line.len();
        let term = |j: usize, k: usize| {
            Complex::from_polar(1.0, sign * std::f64::consts::TAU * ((j * k) % n) as f64 / n as f64)
        };
        (0..n).map(|k| line.iter().enumerate().map(|(j, x)| x * term(j, k)).sum()).collect()
    }

    pub fn sample(n: usize) -> Vec<Complex<f64>> {
        (0..n).map(|j| Complex::new((j as f64 * 0.7).sin() + 0.1, (j as f64 * 1.3).cos())).collect()
    }

    pub fn assert_close(found: &[Complex<f64>], expected: &[Complex<f64>]) {
        let error: f64 = found.iter().zip(expected).map(|(a, b)| (a - b).norm_sqr()).sum();
        let norm: f64 = expected.iter().map(Complex::norm_sqr).sum();
        assert!(error.sqrt() <= 1e-14 * norm.sqrt(), "n = {}: {}", expected.len(), (error / norm).sqrt());
    }

    /// Two lines by a transform that may count on nothing in its scratch, beside the definition.
    pub fn check_complex_lines(lines: &impl ComplexLines<f64>, n: usize, sign: f64) {
        let mut tile = [sample(n), sample(n)].concat();
        let mut scratch = vec![Complex::new(f64::NAN, 0.0); lines.scratch_len()];
        lines.transform(&mut tile, &mut scratch).expect("it never fails");
        assert_close(&tile[..n], &direct(&sample(n), sign));
        assert_close(&tile[n..], &direct(&sample(n), sign));
    }

    /// A real line there and back, with imaginary parts that it cannot have put into its spectrum, beside the definition.
    pub fn check_real_lines(lines: &impl RealLines<f64>, n: usize) {
        let mut scratch = vec![Complex::new(f64::NAN, 0.0); lines.scratch_len()];
        let real: Vec<f64> = sample(n).iter().map(|x| x.re).collect();
        let spectrum = direct(&real.iter().map(Complex::from).collect::<Vec<_>>(), -1.0);

        let mut half = vec![Complex::zero(); n / 2 + 1];
        lines.forward(&mut real.clone(), &mut half, &mut scratch).expect("it never fails");
        assert_close(&half, &spectrum[..n / 2 + 1]);

        half[0].im = 17.0;
        if n.is_multiple_of(2) {
            half[n / 2].im = -5.0;
        }
        let mut back = vec![0.0; n];
        lines.backward(&mut half, &mut back, &mut scratch).expect("it never fails");
        let scaled: Vec<Complex<f64>> = real.iter().map(|x| Complex::from(x * n as f64)).collect();
        assert_close(&back.iter().map(Complex::from).collect::<Vec<_>>(), &scaled);
    }

    #[test]
    fn complex_lines_of_any_length_follow_the_definition() {
        for n in (1..40).chain([97, 100, 121, 128]) {
            for (direction, sign) in [(Direction::Forward, -1.0), (Direction::Backward, 1.0)] {
                check_complex_lines(&Complexes::<f64>::new(n, direction), n, sign);
            }
        }
    }

    #[test]
    fn real_lines_of_any_length_follow_the_definition_and_ignore_what_a_real_line_cannot_have() {
        for n in (1..40).chain([97, 100, 128]) {
            check_real_lines(&Reals::<f64>::new(n), n);
        }
    }

    /// The transform of a line by whatever the backend takes for it.
    fn transformed(length: usize, line: &[Complex<f64>]) -> Vec<Complex<f64>> {
        match Planner::<f64>::complex_lines(&Stock, length, Direction::Forward) {
            ComplexTransform::Lines(lines) => {
                let mut tile = line.to_vec();
                lines.transform(&mut tile, &mut vec![Complex::zero(); lines.scratch_len()]).expect("it never fails");
                tile
            }
            ComplexTransform::Panels(panels) => {
                let lines = panel_lines::<f64>();
                let mut panel = vec![Complex::zero(); length * lines];
                for (value, row) in line.iter().zip(panels.places()) {
                    panel[*row as usize * lines] = *value;
                }
                let mut scratch = vec![Complex::<f64>::zero(); panels.scratch_rows() * lines];
                let tile = Tile { begin: panel.as_mut_ptr().cast(), panels: 1, rows: length };
                // SAFETY: the panel has a row for each element, and the scratch those that are wanted.
                unsafe { panels.transform(tile, scratch.as_mut_ptr().cast(), None, Ends::default()) };
                panel.into_iter().step_by(lines).collect()
            }
        }
    }

    #[test]
    fn long_lines_with_large_prime_factors_keep_the_bound_of_errors() {
        const BOUND: f64 = 3e-16;
        for n in [1031, 2053, 2063, 4099, 4101, 6011, 8198, 10007, 16381, 20011] {
            let mut rng = fastrand::Rng::with_seed(n as u64);
            let mut number = || (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0;
            let line: Vec<_> = (0..n).map(|_| Complex::new(number(), number())).collect();
            let found = transformed(n, &line);
            // Some results show how large the error is; of random lines, all are of one size.
            let (mut error, mut norm) = (0.0, 0.0);
            for k in (0..n).step_by(n / 150) {
                let root = |j: usize| unit_root::<f64>(j * k % n, n, true);
                // With what each addition has lost.
                let (mut sum, mut lost) = (Complex::<f64>::zero(), Complex::zero());
                for (j, value) in line.iter().enumerate() {
                    let term = value * root(j) - lost;
                    let next = sum + term;
                    lost = (next - sum) - term;
                    sum = next;
                }
                error += (found[k] - sum).norm_sqr();
                norm += sum.norm_sqr();
            }
            let relative = (error / norm).sqrt() / (n as f64).log2().sqrt();
            println!("{n}: {relative:.2e}");
            assert!(relative < BOUND, "n = {n}: {relative:.2e}");
        }
    }
}
