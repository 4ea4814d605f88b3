//! Lines of any length by a cyclic convolution, whose transforms are rustfft's: what rustfft itself does for lengths with large prime
//! factors, with half its error.

use std::sync::Arc;

use heffte_rustfft::{Fft, FftDirection, Planned};
use num_complex::Complex;
use num_traits::Zero;

use super::lanes::{self, unit_root};
use super::{ComplexLines, Real, RealLines};
use crate::error::Result;
use crate::options::Direction;

/// With `w[k] = exp(∓πi k²/n)`, `X[k] = w[k] Σ x[j] w[j] / w[k−j]` (Bluestein, 1970).
pub(super) struct Convolved<T> {
    chirp: Vec<Complex<T>>,
    /// Of the length of the convolution. There and back are the same transform, for the second leaves its results in reverse order.
    cyclic: Arc<dyn Fft<T>>,
    spectrum: Vec<Complex<T>>,
}

/// The largest prime that rustfft has a butterfly for.
const LARGEST_BUTTERFLY: usize = 31;

/// Whether lines are convolved here. Where no prime factor is large beside what is left of the length, rustfft's errors stay small; nor are
/// they large where a number below the prime has small factors alone.
pub(super) fn is_convolved(length: usize) -> bool {
    let prime = largest_prime_factor(length);
    prime > LARGEST_BUTTERFLY && prime * prime > length && !lanes::has_butterflies(prime - 1)
}

fn largest_prime_factor(mut number: usize) -> usize {
    let mut prime = 2;
    while prime * prime <= number {
        if number.is_multiple_of(prime) {
            number /= prime;
        } else {
            prime += 1;
        }
    }
    number
}

impl<T: Real> Convolved<T> {
    /// Lines of `length` elements.
    pub fn new(length: usize, direction: Direction) -> Convolved<T> {
        Convolved::of_count(length, Convolved::<T>::count(length), direction)
    }

    /// By a convolution of `count`, twice as many or more.
    fn of_count(length: usize, count: usize, direction: Direction) -> Convolved<T> {
        // The squares modulo 2n, so that angles are exact.
        let root = |k: usize, forward| unit_root::<f64>(k * k % (2 * length), 2 * length, forward);
        let forward = direction == Direction::Forward;
        let mut kernel = vec![Complex::zero(); count];
        for k in 0..length {
            kernel[k] = root(k, !forward) / count as f64;
            kernel[(count - k) % count] = kernel[k];
        }
        f64::complex(count, FftDirection::Forward).process(&mut kernel);
        let nearest = |value: Complex<f64>| Complex::new(T::nearest(value.re), T::nearest(value.im));
        Convolved {
            chirp: (0..length).map(|k| nearest(root(k, forward))).collect(),
            cyclic: T::complex(count, FftDirection::Forward),
            spectrum: kernel.into_iter().map(nearest).collect(),
        }
    }

    /// The length of a convolution for lines of `length` elements: rustfft's errors grow with each factor of 3.
    fn count(length: usize) -> usize {
        let least = 2 * length - 1;
        let multiple = |odd: usize| odd * least.div_ceil(odd).next_power_of_two();
        [1, 5, 7, 11, 25, 35].map(multiple).into_iter().min().expect("there are some")
    }
}

impl<T: Real> ComplexLines<T> for Convolved<T> {
    fn scratch_len(&self) -> usize {
        self.spectrum.len() + self.cyclic.get_inplace_scratch_len()
    }

    fn transform(&self, lines: &mut [Complex<T>], scratch: &mut [Complex<T>]) -> Result<()> {
        let (room, scratch) = scratch.split_at_mut(self.spectrum.len());
        for line in lines.chunks_exact_mut(self.chirp.len()) {
            let (begin, rest) = room.split_at_mut(line.len());
            for ((to, &value), &factor) in begin.iter_mut().zip(&*line).zip(&self.chirp) {
                *to = value * factor;
            }
            rest.fill(Complex::zero());
            self.cyclic.process_with_scratch(room, scratch);
            room.iter_mut().zip(&self.spectrum).for_each(|(value, &factor)| *value *= factor);
            self.cyclic.process_with_scratch(room, scratch);
            let reversed = room[..1].iter().chain(room[1..].iter().rev());
            for ((to, &value), &factor) in line.iter_mut().zip(reversed).zip(&self.chirp) {
                *to = value * factor;
            }
        }
        Ok(())
    }
}

/// Real lines: as complex ones of half the length, elements with even indices and with odd ones, or as they are where their length is odd.
pub(super) struct ConvolvedReals<T> {
    length: usize,
    forward: Convolved<T>,
    backward: Convolved<T>,
    /// Powers of the root of unity that bring both halves of the elements together.
    roots: Vec<Complex<T>>,
}

impl<T: Real> ConvolvedReals<T> {
    pub fn new(length: usize) -> ConvolvedReals<T> {
        let is_halved = length.is_multiple_of(2);
        let of_line = if is_halved { length / 2 } else { length };
        let [forward, backward] =
            [Direction::Forward, Direction::Backward].map(|direction| Convolved::new(of_line, direction));
        let roots = if is_halved { 0..length / 2 + 1 } else { 0..0 };
        ConvolvedReals { length, forward, backward, roots: roots.map(|k| unit_root(k, length, true)).collect() }
    }

    /// Elements of the line that is transformed.
    fn of_line(&self) -> usize {
        self.forward.chirp.len()
    }

    /// The spectrum of real elements, of which `line` has that of the complex ones.
    fn part(&self, line: &[Complex<T>], spectrum: &mut [Complex<T>]) {
        let (m, half) = (line.len(), T::nearest(0.5));
        for (k, (value, &root)) in spectrum.iter_mut().zip(&self.roots).enumerate() {
            let (here, there) = (line[k % m], line[(m - k) % m].conj());
            let (even, odd) = ((here + there) * half, (here - there) * half);
            *value = even + Complex::new(odd.im, -odd.re) * root;
        }
    }

    /// The other way round, times two.
    fn join(&self, spectrum: &[Complex<T>], line: &mut [Complex<T>]) {
        let m = line.len();
        let at = |k: usize| if k.is_multiple_of(m) { Complex::from(spectrum[k].re) } else { spectrum[k] };
        for (k, (value, &root)) in line.iter_mut().zip(&self.roots).enumerate() {
            let (here, there) = (at(k), at(m - k).conj());
            let odd = (here - there) * root.conj();
            *value = here + there + Complex::new(-odd.im, odd.re);
        }
    }
}

impl<T: Real> RealLines<T> for ConvolvedReals<T> {
    fn scratch_len(&self) -> usize {
        self.of_line() + self.forward.scratch_len()
    }

    fn forward(&self, real: &mut [T], half: &mut [Complex<T>], scratch: &mut [Complex<T>]) -> Result<()> {
        let n = self.length;
        let (line, scratch) = scratch.split_at_mut(self.of_line());
        for (real, spectrum) in real.chunks_exact(n).zip(half.chunks_exact_mut(n / 2 + 1)) {
            if self.roots.is_empty() {
                line.iter_mut().zip(real).for_each(|(value, &real)| *value = Complex::from(real));
                self.forward.transform(line, scratch)?;
                spectrum.copy_from_slice(&line[..n / 2 + 1]);
            } else {
                let pairs = real.chunks_exact(2);
                line.iter_mut().zip(pairs).for_each(|(value, pair)| *value = Complex::new(pair[0], pair[1]));
                self.forward.transform(line, scratch)?;
                self.part(line, spectrum);
            }
        }
        Ok(())
    }

    fn backward(&self, half: &mut [Complex<T>], real: &mut [T], scratch: &mut [Complex<T>]) -> Result<()> {
        let n = self.length;
        let (line, scratch) = scratch.split_at_mut(self.of_line());
        // Imaginary parts that a real line cannot have are left out.
        for (spectrum, real) in half.chunks_exact(n / 2 + 1).zip(real.chunks_exact_mut(n)) {
            if self.roots.is_empty() {
                line[0] = Complex::from(spectrum[0].re);
                (1..n).for_each(|k| line[k] = if k <= n / 2 { spectrum[k] } else { spectrum[n - k].conj() });
                self.backward.transform(line, scratch)?;
                real.iter_mut().zip(&*line).for_each(|(real, value)| *real = value.re);
            } else {
                self.join(spectrum, line);
                self.backward.transform(line, scratch)?;
                let pairs = real.chunks_exact_mut(2);
                pairs.zip(&*line).for_each(|(pair, value)| pair.copy_from_slice(&[value.re, value.im]));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::stock::tests::{check_complex_lines, check_real_lines};

    #[test]
    fn lengths_with_large_prime_factors_are_convolved() {
        let all = [59, 4099, 4101, 8198, 131_101];
        assert_eq!(all.map(is_convolved), [true; 5]);
        assert_eq!([1, 2, 31, 37, 4096, 6007, 65537, 47 * 1024, 19 * 1024].map(is_convolved), [false; 9]);
    }

    #[test]
    fn convolved_lines_follow_the_definition() {
        for n in [2, 3, 10, 59, 118, 121] {
            for (direction, sign) in [(Direction::Forward, -1.0), (Direction::Backward, 1.0)] {
                check_complex_lines(&Convolved::<f64>::new(n, direction), n, sign);
            }
        }
    }

    #[test]
    fn convolved_real_lines_follow_the_definition_and_ignore_what_a_real_line_cannot_have() {
        for n in [3, 10, 59, 118] {
            check_real_lines(&ConvolvedReals::<f64>::new(n), n);
        }
    }
}
