//! An input whose spectrum is known: three plane waves and three single points. `benchmarks/peers/peer.h` has the same.

use std::f64::consts::FRAC_PI_2;

use heffte::Complex;

use super::case::{Kind, Size};

const TERMS: usize = 3;

/// Factors of a product over the axes, for each index along each.
type Tables = [[Vec<Complex<f64>>; 3]; TERMS];

/// The input and its spectrum, point by point.
pub struct Signal {
    size: [i64; 3],
    is_real: bool,
    amplitude: f64,
    waves: [[i64; 3]; TERMS],
    points: [[i64; 3]; TERMS],
    wave_factors: Tables,
    point_factors: Tables,
}

impl Signal {
    pub fn new(size: Size, kind: Kind) -> Signal {
        let points_in_all = size.points();
        let size = size.0;
        let waves = places(|m, d| (2 * m + d + 1) * size[d as usize] / 11);
        let points = places(|m, d| (3 * m + 2 * d + 2) * size[d as usize] / 13);
        let factors = |places: [[i64; 3]; TERMS], sign: f64| {
            places.map(|place| std::array::from_fn(|d| table(size[d], place[d], sign)))
        };
        Signal {
            size,
            is_real: kind == Kind::R2c,
            // A whole number, so that both precisions hold it exactly; it gives a point the energy of a wave.
            amplitude: points_in_all.sqrt().floor(),
            waves,
            points,
            wave_factors: factors(waves, 1.0),
            point_factors: factors(points, -1.0),
        }
    }

    /// The signal at a point; of real ones the real part alone.
    pub fn input(&self, at: [i64; 3]) -> Complex<f64> {
        let mut sum = Complex::new(0.0, 0.0);
        for (factors, point) in self.wave_factors.iter().zip(&self.points) {
            sum += product(factors, at);
            sum.re += if at == *point { self.amplitude } else { 0.0 };
        }
        if self.is_real { Complex::new(sum.re, 0.0) } else { sum }
    }

    /// Its forward transform. A real wave has half of its amplitude at the opposite wavenumber.
    pub fn spectrum(&self, at: [i64; 3]) -> Complex<f64> {
        let points: f64 = self.size.iter().map(|n| *n as f64).product();
        let mut sum = Complex::new(0.0, 0.0);
        for (factors, wave) in self.point_factors.iter().zip(&self.waves) {
            let opposite: [i64; 3] = std::array::from_fn(|d| (self.size[d] - wave[d]) % self.size[d]);
            let weight = |is_there: bool| if is_there { points } else { 0.0 };
            sum += product(factors, at) * self.amplitude;
            sum.re += match self.is_real {
                true => 0.5 * (weight(at == *wave) + weight(at == opposite)),
                false => weight(at == *wave),
            };
        }
        sum
    }
}

fn places(place: impl Fn(i64, i64) -> i64) -> [[i64; 3]; TERMS] {
    std::array::from_fn(|m| std::array::from_fn(|d| place(m as i64, d as i64)))
}

/// `exp(sign 2πi step j / n)` for all `j < n`, correct to the last digit or nearly so: the angle is reduced to an eighth
/// of a turn in integers.
fn table(n: i64, step: i64, sign: f64) -> Vec<Complex<f64>> {
    let factor = |j: i64| {
        let part = step * j % n;
        let quarter = (4 * part + n / 2) / n;
        let (sine, cosine) = (FRAC_PI_2 * (4 * part - quarter * n) as f64 / n as f64).sin_cos();
        let (re, im) = match quarter % 4 {
            0 => (cosine, sine),
            1 => (-sine, cosine),
            2 => (-cosine, -sine),
            _ => (sine, -cosine),
        };
        Complex::new(re, sign * im)
    };
    (0..n).map(factor).collect()
}

fn product(factors: &[Vec<Complex<f64>>; 3], at: [i64; 3]) -> Complex<f64> {
    let [x, y, z] = at.map(|index| index as usize);
    factors[0][x] * factors[1][y] * factors[2][z]
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    const SIZE: [i64; 3] = [5, 6, 8];

    fn indices() -> impl Iterator<Item = [i64; 3]> {
        (0..8).flat_map(|z| (0..6).flat_map(move |y| (0..5).map(move |x| [x, y, z])))
    }

    /// The definition of the transform, with angles of its own.
    fn transformed(signal: &Signal, q: [i64; 3]) -> Complex<f64> {
        indices()
            .map(|x| {
                let turns: f64 = (0..3).map(|d| (q[d] * x[d] % SIZE[d]) as f64 / SIZE[d] as f64).sum();
                signal.input(x) * Complex::from_polar(1.0, -TAU * turns)
            })
            .sum()
    }

    #[test]
    fn the_spectrum_is_the_transform_of_the_input() {
        for kind in [Kind::C2c, Kind::R2c] {
            let signal = Signal::new(Size(SIZE), kind);
            for q in indices() {
                let difference = (signal.spectrum(q) - transformed(&signal, q)).norm();
                assert!(difference < 1e-11, "{kind:?} {q:?}: {difference}");
            }
        }
    }
}
