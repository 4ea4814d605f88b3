//! Passes of butterflies over the rows of a panel.

use num_complex::Complex;
use pulp::Simd;

use super::ROW;
use super::butterfly::butterfly;
use super::vector::{Factor, Lanes, Math};
use crate::backend::Real;

/// One pass: butterflies of `radix` rows that are `stride` rows apart.
pub(super) struct Pass<T> {
    radix: usize,
    stride: usize,
    /// The powers of the root of unity of the radix.
    roots: Vec<Factor<T>>,
    /// For each of the `stride` butterflies of a block, the factors of all its rows but the first.
    twiddles: Vec<Factor<T>>,
}

impl<T: Real> Pass<T> {
    /// The passes of a transform of these radices.
    pub fn sequence(radices: &[usize], forward: bool) -> Vec<Pass<T>> {
        let mut stride = 1;
        let pass = |&radix: &usize| {
            let block = radix * stride;
            let root = |power: usize, of: usize| Factor::from(unit_root(power % of, of, forward));
            let rows = (0..stride).flat_map(|j| (1..radix).map(move |row| j * row));
            let twiddles = if stride > 1 { rows.map(|power| root(power, block)).collect() } else { Vec::new() };
            let roots = (0..radix).map(|power| root(power, radix)).collect();
            let pass = Pass { radix, stride, roots, twiddles };
            stride = block;
            pass
        };
        radices.iter().map(pass).collect()
    }

    /// Runs the pass over the `rows` rows of a panel.
    ///
    /// # Safety
    /// The panel has so many rows, a multiple of the block.
    #[inline(always)]
    pub unsafe fn run<S: Simd>(&self, m: Math<S, T>, panel: *mut Complex<T>, rows: usize)
    where
        T: Lanes<S>,
    {
        macro_rules! for_radices {
            ($($radix:literal)*) => {
                match self.radix {
                    // SAFETY: by the caller's word.
                    $($radix => unsafe { self.run_radix::<S, $radix>(m, panel, rows) },)*
                    _ => unreachable!("radices are those of the butterflies"),
                }
            };
        }
        for_radices!(2 3 4 5 6 7 8 9 10 11 12 13 15 16);
    }

    /// # Safety
    /// As for [`Pass::run`].
    #[inline(always)]
    unsafe fn run_radix<S: Simd, const R: usize>(&self, m: Math<S, T>, panel: *mut Complex<T>, rows: usize)
    where
        T: Lanes<S>,
    {
        let roots: &[Factor<T>; R] = self.roots[..].try_into().expect("there is a root for each row");
        for block in 0..rows / (R * self.stride) {
            for j in 0..self.stride {
                // The first pass has none.
                let twiddles = self.twiddles.chunks_exact(R - 1).nth(j);
                // SAFETY: the rows of the block are in the panel.
                unsafe {
                    let first = panel.add((block * R * self.stride + j) * row_len::<T>());
                    butterflies::<S, T, R>(m, first, self.stride, twiddles, roots);
                }
            }
        }
    }
}

/// Elements of a row.
const fn row_len<T>() -> usize {
    ROW / size_of::<Complex<T>>()
}

/// The butterflies of `R` rows, the first at `first` and the others `stride` rows apart.
///
/// # Safety
/// The rows are in memory that may be written.
#[inline(always)]
unsafe fn butterflies<S: Simd, T: Lanes<S>, const R: usize>(
    m: Math<S, T>,
    first: *mut Complex<T>,
    stride: usize,
    twiddles: Option<&[Factor<T>]>,
    roots: &[Factor<T>; R],
) {
    let mut column = 0;
    while column < row_len::<T>() {
        let at = |row: usize| first.wrapping_add(row * stride * row_len::<T>() + column).cast::<T::Vector>();
        // SAFETY: by the caller's word.
        let mut x: [T::Vector; R] = std::array::from_fn(|row| unsafe { at(row).read_unaligned() });
        if let Some(twiddles) = twiddles {
            for row in 1..R {
                x[row] = m.times(x[row], &twiddles[row - 1]);
            }
        }
        let y = butterfly::<S, T, R>(m, x, roots);
        for (row, value) in y.into_iter().enumerate() {
            // SAFETY: by the caller's word.
            unsafe { at(row).write_unaligned(value) };
        }
        column += Math::<S, T>::LANES;
    }
}

/// `exp(∓2πi power / of)`, correctly rounded but for the last place: the angle is reduced to an eighth of a turn first.
pub(super) fn unit_root<T: Real>(power: usize, of: usize, forward: bool) -> Complex<T> {
    let (eighths, rest) = (8 * power / of, 8 * power % of);
    // Odd eighths are measured from their end, so that the angle is at most an eighth of a turn.
    let angle = |part: usize| part as f64 / of as f64 * std::f64::consts::FRAC_PI_4;
    let (sin, cos) = if eighths.is_multiple_of(2) { angle(rest) } else { angle(of - rest) }.sin_cos();
    let (cos, sin) = match eighths {
        0 => (cos, sin),
        1 => (sin, cos),
        2 => (-sin, cos),
        3 => (-cos, sin),
        4 => (-cos, -sin),
        5 => (-sin, -cos),
        6 => (sin, -cos),
        _ => (cos, -sin),
    };
    Complex::new(T::nearest(cos), T::nearest(if forward { -sin } else { sin }))
}
