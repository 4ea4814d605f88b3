//! The definition of the transform, summed term by term over the whole world. Shares no code with the library.

use heffte::geometry::Box3d;
use heffte::{AxisKind, Complex, Direction, R2rKind};

type C = Complex<f64>;

/// Whether the relative error of `found` is 1e-14 at most, in the L2 norm.
pub fn is_close(found: &[C], expected: &[C]) -> bool {
    let error: f64 = found.iter().zip(expected).map(|(a, b)| (a - b).norm_sqr()).sum();
    let norm: f64 = expected.iter().map(C::norm_sqr).sum();
    error <= 1e-28 * norm
}

/// The values of a world in the order of nested loops, dimension 0 fastest.
#[derive(Clone)]
pub struct Field {
    pub size: [usize; 3],
    pub values: Vec<C>,
}

impl Field {
    pub fn at(&self, [i, j, k]: [usize; 3]) -> C {
        self.values[i + self.size[0] * (j + self.size[1] * k)]
    }

    /// Random values between −1 and 1, the same on every rank for the same seed.
    pub fn random(size: [usize; 3], seed: u64, real: bool) -> Field {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut next = || 2.0 * rng.f64() - 1.0;
        let values = (0..size.iter().product()).map(|_| C::new(next(), if real { 0.0 } else { next() })).collect();
        Field { size, values }
    }

    /// The values rounded to `f32`, so that both precisions start from the same numbers.
    pub fn rounded(mut self) -> Field {
        for value in &mut self.values {
            *value = C::new(f64::from(value.re as f32), f64::from(value.im as f32));
        }
        self
    }

    /// The elements of `b` in its order in memory.
    pub fn local(&self, b: &Box3d) -> Vec<C> {
        let mut elements = vec![C::new(0.0, 0.0); b.count()];
        if b.is_empty() {
            return elements;
        }
        let order = b.order.dimensions();
        let size = b.size();
        let mut index = 0;
        for k in 0..size[order[2]] {
            for j in 0..size[order[1]] {
                for i in 0..size[order[0]] {
                    let mut point = [0; 3];
                    for (slot, offset) in [i, j, k].into_iter().enumerate() {
                        point[order[slot]] = (b.low[order[slot]] + offset) as usize;
                    }
                    elements[index] = self.at(point);
                    index += 1;
                }
            }
        }
        elements
    }

    /// The transform along the axes that are not identities; a real-to-complex axis keeps its first half.
    pub fn transformed(&self, kinds: [AxisKind; 3], direction: Direction) -> Field {
        let sign = if direction == Direction::Forward { -1.0 } else { 1.0 };
        let mut field = self.clone();
        for (axis, kind) in kinds.into_iter().enumerate() {
            field = match kind {
                AxisKind::Identity => field,
                AxisKind::C2c | AxisKind::R2c => field.along(axis, sign),
                AxisKind::R2r(kind) => field.along_real(axis, kind, direction),
            };
            if kind == AxisKind::R2c && direction == Direction::Forward {
                field = field.halved(axis);
            }
        }
        field
    }

    fn along(&self, axis: usize, sign: f64) -> Field {
        let n = self.size[axis];
        let roots: Vec<C> =
            (0..n).map(|m| C::from_polar(1.0, sign * std::f64::consts::TAU * m as f64 / n as f64)).collect();
        self.summed(axis, |j, k| roots[j * k % n])
    }

    /// The sums that FFTW's manual has for the kind.
    fn along_real(&self, axis: usize, kind: R2rKind, direction: Direction) -> Field {
        let n = self.size[axis];
        let sign = |k: usize| if k.is_multiple_of(2) { 1.0 } else { -1.0 };
        // `π` times a fraction, less whole turns.
        let angle = |numerator: usize, denominator: usize| {
            std::f64::consts::PI * (numerator % (2 * denominator)) as f64 / denominator as f64
        };
        let weight = |j: usize, k: usize| match (kind, direction) {
            (R2rKind::Cos, Direction::Forward) => 2.0 * angle((2 * j + 1) * k, 2 * n).cos(),
            (R2rKind::Cos, Direction::Backward) if j == 0 => 1.0,
            (R2rKind::Cos, Direction::Backward) => 2.0 * angle(j * (2 * k + 1), 2 * n).cos(),
            (R2rKind::Sin, Direction::Forward) => 2.0 * angle((2 * j + 1) * (k + 1), 2 * n).sin(),
            (R2rKind::Sin, Direction::Backward) if j == n - 1 => sign(k),
            (R2rKind::Sin, Direction::Backward) => 2.0 * angle((j + 1) * (2 * k + 1), 2 * n).sin(),
            (R2rKind::Cos1, _) if j == 0 => 1.0,
            (R2rKind::Cos1, _) if j == n - 1 => sign(k),
            (R2rKind::Cos1, _) => 2.0 * angle(j * k, n - 1).cos(),
            (R2rKind::Sin1, _) => 2.0 * angle((j + 1) * (k + 1), n + 1).sin(),
        };
        let weights: Vec<C> = (0..n * n).map(|i| weight(i / n, i % n).into()).collect();
        self.summed(axis, |j, k| weights[j * n + k])
    }

    /// Each point `k` of a line becomes the sum of its points `j`, times `weight(j, k)`.
    fn summed(&self, axis: usize, weight: impl Fn(usize, usize) -> C) -> Field {
        let n = self.size[axis];
        let weights: Vec<C> = (0..n * n).map(|i| weight(i % n, i / n)).collect();
        let apart: usize = self.size[..axis].iter().product();
        let mut result = self.clone();
        for (from, to) in self.values.chunks_exact(n * apart).zip(result.values.chunks_exact_mut(n * apart)) {
            for first in 0..apart {
                let line: Vec<C> = from[first..].iter().step_by(apart).copied().collect();
                for (place, weights) in to[first..].iter_mut().step_by(apart).zip(weights.chunks_exact(n)) {
                    *place = compensated_sum(line.iter().zip(weights).map(|(value, weight)| value * weight));
                }
            }
        }
        result
    }

    fn halved(&self, axis: usize) -> Field {
        let mut size = self.size;
        size[axis] = size[axis] / 2 + 1;
        let mut half = Field { size, values: vec![C::new(0.0, 0.0); size.iter().product()] };
        for index in 0..half.values.len() {
            half.values[index] = self.at(half.point(index));
        }
        half
    }

    fn point(&self, index: usize) -> [usize; 3] {
        [index % self.size[0], index / self.size[0] % self.size[1], index / self.size[0] / self.size[1]]
    }
}

/// Kahan's sum, so that the oracle is more exact than what it judges.
fn compensated_sum(terms: impl Iterator<Item = C>) -> C {
    let (mut sum, mut lost) = (C::new(0.0, 0.0), C::new(0.0, 0.0));
    for term in terms {
        let next = term - lost;
        let total = sum + next;
        lost = (total - sum) - next;
        sum = total;
    }
    sum
}
