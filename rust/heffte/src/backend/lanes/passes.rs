//! Passes of butterflies over the rows of a panel.

use num_complex::Complex;
use pulp::Simd;

use super::ROW;
use super::butterfly::butterfly;
use super::vector::{Factor, Lanes, Math, stream};
use crate::backend::{PanelRows, Real, Tile};

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

    pub fn radix(&self) -> usize {
        self.radix
    }

    pub fn stride(&self) -> usize {
        self.stride
    }

    pub fn roots(&self) -> &[Factor<T>] {
        &self.roots
    }

    pub fn twiddles(&self) -> &[Factor<T>] {
        &self.twiddles
    }

    /// Runs the pass over all `length` rows of panels.
    ///
    /// # Safety
    /// The walk has so many rows, a multiple of the block. What is written is not read by a later butterfly, or is what this one
    /// read; it begins with cache lines if it is streamed.
    #[inline(always)]
    pub unsafe fn run<S: Simd>(&self, m: Math<S, T>, walk: impl Walk, length: usize)
    where
        T: Lanes<S>,
    {
        macro_rules! for_radices {
            ($($radix:literal)*) => {
                match self.radix {
                    // SAFETY: by the caller's word.
                    $($radix => unsafe { self.run_radix::<S, $radix>(m, walk, length) },)*
                    _ => unreachable!("radices are those of the butterflies"),
                }
            };
        }
        for_radices!(2 3 4 5 6 7 8 9 10 11 12 13 15 16 17);
    }

    /// # Safety
    /// As for [`Pass::run`].
    #[inline(always)]
    unsafe fn run_radix<S: Simd, const R: usize>(&self, m: Math<S, T>, walk: impl Walk, length: usize)
    where
        T: Lanes<S>,
    {
        let roots: &[Factor<T>; R] = self.roots[..].try_into().expect("there is a root for each row");
        for block in 0..length / (R * self.stride) {
            for j in 0..self.stride {
                // The first pass has none.
                let twiddles = self.twiddles.chunks_exact(R - 1).nth(j);
                let rows = (block * R * self.stride + j, self.stride);
                for panel in 0..walk.panels() {
                    // SAFETY: the rows of the block are in the panels.
                    unsafe { butterflies::<S, T, _, R>(m, walk, (panel, rows), twiddles, roots) };
                }
            }
        }
    }
}

/// The butterflies of `R` rows of a panel: the row `first`, and the others `stride` rows apart.
///
/// # Safety
/// As for [`Pass::run`].
#[inline(always)]
unsafe fn butterflies<S: Simd, T: Lanes<S>, W: Walk, const R: usize>(
    m: Math<S, T>,
    walk: W,
    (panel, (first, stride)): (usize, (usize, usize)),
    twiddles: Option<&[Factor<T>]>,
    roots: &[Factor<T>; R],
) {
    for column in (0..ROW).step_by(size_of::<T::Vector>()) {
        // SAFETY: by the caller's word.
        unsafe {
            let from = |row| walk.from(panel, first + row * stride).add(column);
            let to = |row| walk.to(panel, first + row * stride).add(column);
            let mut x: [T::Vector; R] = std::array::from_fn(|row| from(row).cast::<T::Vector>().read_unaligned());
            if let Some(twiddles) = twiddles {
                for row in 1..R {
                    x[row] = m.times(x[row], &twiddles[row - 1]);
                }
            }
            let y = butterfly::<S, T, R>(m, x, roots);
            for (row, value) in y.into_iter().enumerate() {
                if W::STREAMS {
                    stream(to(row).cast(), value);
                } else {
                    to(row).cast::<T::Vector>().write_unaligned(value);
                }
            }
        }
    }
}

/// Multiplies all rows of a panel by a factor.
///
/// # Safety
/// There are so many rows.
#[inline(always)]
pub(super) unsafe fn scale<S: Simd, T: Lanes<S>>(m: Math<S, T>, panel: *mut u8, length: usize, factor: T) {
    for offset in (0..length * ROW).step_by(size_of::<T::Vector>()) {
        // SAFETY: by the caller's word.
        unsafe {
            let at = panel.add(offset).cast::<T::Vector>();
            at.write_unaligned(m.multiplied(at.read_unaligned(), factor));
        }
    }
}

/// Where a pass reads and writes rows of panels.
pub(super) trait Walk: Copy {
    fn panels(self) -> usize;
    /// # Safety
    /// There is such a row, here and below.
    unsafe fn from(self, panel: usize, row: usize) -> *mut u8;
    unsafe fn to(self, panel: usize, row: usize) -> *mut u8;
    /// Whether what is written goes past the cache.
    const STREAMS: bool;
}

/// In place in one panel.
#[derive(Clone, Copy)]
pub(super) struct Within(pub *mut u8);

impl Walk for Within {
    const STREAMS: bool = false;

    #[inline(always)]
    fn panels(self) -> usize {
        1
    }

    #[inline(always)]
    unsafe fn from(self, _: usize, row: usize) -> *mut u8 {
        // SAFETY: by the caller's word.
        unsafe { self.0.add(row * ROW) }
    }

    #[inline(always)]
    unsafe fn to(self, panel: usize, row: usize) -> *mut u8 {
        // SAFETY: by the caller's word.
        unsafe { self.from(panel, row) }
    }
}

/// From elsewhere, row by row of all panels, which are neighbours there, to the panels of a tile.
#[derive(Clone, Copy)]
pub(super) struct InTo<'a> {
    pub from: PanelRows<'a>,
    pub tile: Tile,
}

impl Walk for InTo<'_> {
    const STREAMS: bool = false;

    #[inline(always)]
    fn panels(self) -> usize {
        self.tile.panels
    }

    #[inline(always)]
    unsafe fn from(self, panel: usize, row: usize) -> *mut u8 {
        // SAFETY: by the caller's word.
        unsafe { self.from.row(panel, row) }
    }

    #[inline(always)]
    unsafe fn to(self, panel: usize, row: usize) -> *mut u8 {
        self.tile.row(panel, row)
    }
}

/// From the panels of a tile to elsewhere, past the cache or through it, row by row of all of them, which are neighbours there.
#[derive(Clone, Copy)]
pub(super) struct OutOf<'a, const IS_STREAMED: bool> {
    pub tile: Tile,
    pub to: PanelRows<'a>,
}

impl<const IS_STREAMED: bool> Walk for OutOf<'_, IS_STREAMED> {
    const STREAMS: bool = IS_STREAMED;

    #[inline(always)]
    fn panels(self) -> usize {
        self.tile.panels
    }

    #[inline(always)]
    unsafe fn from(self, panel: usize, row: usize) -> *mut u8 {
        self.tile.row(panel, row)
    }

    #[inline(always)]
    unsafe fn to(self, panel: usize, row: usize) -> *mut u8 {
        // SAFETY: by the caller's word.
        unsafe { self.to.row(panel, row) }
    }
}

/// `exp(∓2πi power / of)`, correctly rounded but for the last place: the angle is reduced to an eighth of a turn first.
pub(in crate::backend) fn unit_root<T: Real>(power: usize, of: usize, forward: bool) -> Complex<T> {
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
