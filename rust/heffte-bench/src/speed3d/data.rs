//! Input data: uniform numbers from 0 to 1, the same in every run.

use heffte::Complex;
use num_traits::NumCast;

/// The generator `minstd_rand` of C++ with the seed of heFFTe's benchmarks.
pub struct Uniform {
    state: u64,
}

impl Uniform {
    const SEED: u64 = 4242;
    const MULTIPLIER: u64 = 48_271;
    const MODULUS: u64 = (1 << 31) - 1;

    /// A generator at its beginning.
    pub fn new() -> Uniform {
        Uniform { state: Uniform::SEED }
    }

    fn step(&mut self) -> f64 {
        self.state = self.state * Uniform::MULTIPLIER % Uniform::MODULUS;
        // The smallest state is 1.
        (self.state - 1) as f64
    }

    /// The next number: two steps, for the 53 bits of an `f64`.
    pub fn next(&mut self) -> f64 {
        let range = (Uniform::MODULUS - 1) as f64;
        let low = self.step();
        let high = self.step();
        ((low + high * range) / (range * range)).min(1.0_f64.next_down())
    }

    /// So many real numbers.
    pub fn reals<R: NumCast>(&mut self, count: usize) -> Vec<R> {
        (0..count).map(|_| number(self.next())).collect()
    }

    /// So many complex numbers, both parts random.
    pub fn complexes<R: NumCast>(&mut self, count: usize) -> Vec<Complex<R>> {
        (0..count)
            .map(|_| {
                let re = number(self.next());
                Complex::new(re, number(self.next()))
            })
            .collect()
    }
}

/// A number from 0 to 1 for an index, without any pattern: the finaliser of `SplitMix64` (Steele, Lea and Flood, 2014).
pub fn scattered(index: u64) -> f64 {
    let mut bits = index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 31)) >> 11) as f64 * (0.5_f64).powi(53)
}

fn number<R: NumCast>(value: f64) -> R {
    NumCast::from(value).expect("a number from 0 to 1 fits any float")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_minstd_rand() {
        // The C++ standard fixes its 10,000th number, for the seed 1.
        let mut generator = Uniform { state: 1 };
        for _ in 0..9_999 {
            generator.step();
        }
        assert_eq!(generator.step() + 1.0, 399_268_537.0);
    }

    #[test]
    fn scattered_numbers_lie_between_0_and_1_and_around_the_middle() {
        let numbers: Vec<f64> = (0..10_000).map(scattered).collect();
        assert!(numbers.iter().all(|x| (0.0..1.0).contains(x)));
        let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
    }

    #[test]
    fn numbers_lie_between_0_and_1_and_around_the_middle() {
        let numbers: Vec<f64> = Uniform::new().reals(10_000);
        assert!(numbers.iter().all(|x| (0.0..1.0).contains(x)));
        let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
    }
}
