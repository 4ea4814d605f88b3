//! Transforms of a few numbers, each a vector, in registers.

use pulp::Simd;

use super::vector::{Factor, Lanes, Math};

/// The lengths for which [`butterfly`] has a way, with the vector operations that it takes.
pub(super) const RADICES: [(usize, usize); 15] = [
    (2, 2),
    (3, 8),
    (4, 10),
    (5, 22),
    (6, 22),
    (7, 54),
    (8, 34),
    (9, 60),
    (10, 54),
    (11, 132),
    (12, 62),
    (13, 186),
    (15, 106),
    (16, 106),
    (17, 312),
];

/// The transform of `x`. `roots` has the powers of the `R`-th root of unity.
#[inline(always)]
pub(super) fn butterfly<S: Simd, T: Lanes<S>, const R: usize>(
    m: Math<S, T>,
    x: [T::Vector; R],
    roots: &[Factor<T>; R],
) -> [T::Vector; R] {
    let mut y = x;
    match R {
        2 => put(&mut y, Two::run(m, get(&x))),
        3 => put(&mut y, Three::run(m, get(&x))),
        4 => put(&mut y, Four::run(m, get(&x))),
        5 => put(&mut y, Five::run(m, get(&x))),
        6 => coprime::<S, T, Two, Three, 2, 3, R>(m, &mut y),
        8 => product::<S, T, Four, Two, 4, 2, R>(m, &mut y, roots),
        9 => product::<S, T, Three, Three, 3, 3, R>(m, &mut y, roots),
        10 => coprime::<S, T, Two, Five, 2, 5, R>(m, &mut y),
        12 => coprime::<S, T, Four, Three, 4, 3, R>(m, &mut y),
        15 => coprime::<S, T, Three, Five, 3, 5, R>(m, &mut y),
        16 => product::<S, T, Four, Four, 4, 4, R>(m, &mut y, roots),
        _ => odd(m, &mut y, roots),
    }
    y
}

#[inline(always)]
fn get<V: Copy, const N: usize>(x: &[V]) -> [V; N] {
    std::array::from_fn(|i| x[i])
}

#[inline(always)]
fn put<V: Copy, const N: usize>(y: &mut [V], x: [V; N]) {
    y[..N].copy_from_slice(&x);
}

/// A transform of a few numbers: a type and not a function, because calls by way of `Fn` are not always inlined.
trait Small<const N: usize> {
    fn run<S: Simd, T: Lanes<S>>(m: Math<S, T>, x: [T::Vector; N]) -> [T::Vector; N];
}

struct Two;

impl Small<2> for Two {
    #[inline(always)]
    fn run<S: Simd, T: Lanes<S>>(m: Math<S, T>, [a, b]: [T::Vector; 2]) -> [T::Vector; 2] {
        [m.add(a, b), m.sub(a, b)]
    }
}

struct Three;

impl Small<3> for Three {
    #[inline(always)]
    fn run<S: Simd, T: Lanes<S>>(m: Math<S, T>, [a, b, c]: [T::Vector; 3]) -> [T::Vector; 3] {
        const SIN: f64 = 0.866_025_403_784_438_6;
        let (sum, difference) = (m.add(b, c), m.scaled(m.sub(b, c), SIN));
        let (second, third) = m.turned_sums(m.scaled_add(sum, -0.5, a), difference);
        [m.add(a, sum), second, third]
    }
}

struct Four;

impl Small<4> for Four {
    #[inline(always)]
    fn run<S: Simd, T: Lanes<S>>(m: Math<S, T>, [a, b, c, d]: [T::Vector; 4]) -> [T::Vector; 4] {
        let (ac, bd) = (m.add(a, c), m.add(b, d));
        let (second, fourth) = m.turned_sums(m.sub(a, c), m.sub(b, d));
        [m.add(ac, bd), second, m.sub(ac, bd), fourth]
    }
}

struct Five;

impl Small<5> for Five {
    #[inline(always)]
    fn run<S: Simd, T: Lanes<S>>(m: Math<S, T>, [a, b, c, d, e]: [T::Vector; 5]) -> [T::Vector; 5] {
        const COS: [f64; 2] = [0.309_016_994_374_947_45, -0.809_016_994_374_947_5];
        const SIN: [f64; 2] = [0.951_056_516_295_153_5, 0.587_785_252_292_473_1];
        let (be, cd) = (m.add(b, e), m.add(c, d));
        let (b_e, c_d) = (m.sub(b, e), m.sub(c, d));
        let (even, odd) = (m.scaled_add(cd, COS[1], m.scaled_add(be, COS[0], a)), m.scaled(b_e, SIN[0]));
        let (second, fifth) = m.turned_sums(even, m.scaled_add(c_d, SIN[1], odd));
        let (even, odd) = (m.scaled_add(cd, COS[0], m.scaled_add(be, COS[1], a)), m.scaled(b_e, SIN[1]));
        let (third, fourth) = m.turned_sums(even, m.scaled_add(c_d, -SIN[0], odd));
        [m.add(m.add(a, be), cd), second, third, fourth, fifth]
    }
}

/// Odd lengths by the definition, with the symmetry of the roots.
#[inline(always)]
fn odd<S: Simd, T: Lanes<S>, const R: usize>(m: Math<S, T>, x: &mut [T::Vector; R], roots: &[Factor<T>; R]) {
    let half = R / 2;
    let (first, mut sum) = (x[0], x[0]);
    let (mut plus, mut minus) = ([first; R], [first; R]);
    for k in 1..=half {
        plus[k] = m.add(x[k], x[R - k]);
        minus[k] = m.sub(x[k], x[R - k]);
        sum = m.add(sum, plus[k]);
    }
    x[0] = sum;
    for q in 1..=half {
        let (mut even, mut odd) = (first, first);
        for k in 1..=half {
            let root = &roots[q * k % R];
            even = m.plus_real_part(even, plus[k], root);
            odd = if k == 1 { m.imaginary_part(minus[k], root) } else { m.plus_imaginary_part(odd, minus[k], root) };
        }
        x[q] = m.add(even, odd);
        x[R - q] = m.sub(even, odd);
    }
}

/// A length `R = A B` as `B` transforms of length `A`, turned, and `A` of length `B` (Cooley and Tukey).
#[inline(always)]
fn product<S: Simd, T: Lanes<S>, InA: Small<A>, InB: Small<B>, const A: usize, const B: usize, const R: usize>(
    m: Math<S, T>,
    x: &mut [T::Vector; R],
    roots: &[Factor<T>; R],
) {
    let mut rows = [[x[0]; A]; B];
    for (i, row) in rows.iter_mut().enumerate() {
        *row = InA::run(m, std::array::from_fn(|j| x[B * j + i]));
        for (j, value) in row.iter_mut().enumerate() {
            match i * j {
                0 => {}
                quarter if 4 * quarter == R => *value = m.turned(*value),
                power => *value = m.times(*value, &roots[power]),
            }
        }
    }
    for j in 0..A {
        let column = InB::run(m, std::array::from_fn(|i| rows[i][j]));
        for (i, value) in column.into_iter().enumerate() {
            x[j + A * i] = value;
        }
    }
}

/// A length `R = A B` of coprime factors, without a turn between them (Good and Thomas).
#[inline(always)]
fn coprime<S: Simd, T: Lanes<S>, InA: Small<A>, InB: Small<B>, const A: usize, const B: usize, const R: usize>(
    m: Math<S, T>,
    x: &mut [T::Vector; R],
) {
    let mut rows = [[x[0]; A]; B];
    for (i, row) in rows.iter_mut().enumerate() {
        *row = InA::run(m, std::array::from_fn(|j| x[(B * j + A * i) % R]));
    }
    let (of_a, of_b) = (const { B * inverse(B, A) }, const { A * inverse(A, B) });
    for j in 0..A {
        let column = InB::run(m, std::array::from_fn(|i| rows[i][j]));
        for (i, value) in column.into_iter().enumerate() {
            // The remainder theorem: what leaves `j` by `A` and `i` by `B`.
            x[(j * of_a + i * of_b) % R] = value;
        }
    }
}

/// The inverse of `value` modulo `modulus`.
const fn inverse(value: usize, modulus: usize) -> usize {
    let mut candidate = 1;
    while value * candidate % modulus != 1 % modulus {
        candidate += 1;
    }
    candidate
}
