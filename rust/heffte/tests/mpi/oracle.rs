//! The definition of the transform, summed term by term over the whole world. Shares no code with the library.

use heffte::geometry::Box3d;
use heffte::{AxisKind, Complex, Direction};

type C = Complex<f64>;

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
            if kind != AxisKind::Identity {
                field = field.along(axis, sign);
            }
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
        let mut result = self.clone();
        for index in 0..self.values.len() {
            let mut point = self.point(index);
            let k = point[axis];
            let terms = (0..n).map(|j| {
                point[axis] = j;
                self.at(point) * roots[j * k % n]
            });
            result.values[index] = compensated_sum(terms);
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
