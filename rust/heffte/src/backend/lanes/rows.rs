//! Moving rows of a panel, each times a factor.

use pulp::Simd;

use super::ROW;
use super::dispatch::LaneJob;
use super::vector::{Factor, Lanes, Math};
use crate::backend::Real;

/// Which row goes where: from `0`, to `1`.
pub(super) type Moves = [(u32, u32)];

/// Moves rows of `from` to rows of `to`, each times its factor, if there are factors.
///
/// # Safety
/// Both panels have these rows; there are as many factors as moves, or none; no row is written before it is read.
pub(super) unsafe fn move_rows<T: Real>(from: *const u8, to: *mut u8, moves: &Moves, factors: &[Factor<T>]) {
    T::run_lanes(Move { from, to, moves, factors });
}

struct Move<'a, T> {
    from: *const u8,
    to: *mut u8,
    moves: &'a Moves,
    factors: &'a [Factor<T>],
}

impl<T: Real> LaneJob<T> for Move<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S)
    where
        T: Lanes<S>,
    {
        let m = Math::<S, T>::new(simd, true);
        let at = |row: u32, column| row as usize * ROW + column;
        for (index, &(source, target)) in self.moves.iter().enumerate() {
            for column in (0..ROW).step_by(size_of::<T::Vector>()) {
                // SAFETY: by the word of the caller of `move_rows`.
                unsafe {
                    let row = self.from.add(at(source, column)).cast::<T::Vector>().read_unaligned();
                    let row = self.factors.get(index).map_or(row, |factor| m.times(row, factor));
                    self.to.add(at(target, column)).cast::<T::Vector>().write_unaligned(row);
                }
            }
        }
    }
}

/// Adds a row to another.
///
/// # Safety
/// Both are rows.
pub(super) unsafe fn add_row<T: Real>(from: *const u8, to: *mut u8) {
    T::run_lanes(Add { from, to });
}

struct Add {
    from: *const u8,
    to: *mut u8,
}

impl<T: Real> LaneJob<T> for Add {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S)
    where
        T: Lanes<S>,
    {
        let m = Math::<S, T>::new(simd, true);
        for column in (0..ROW).step_by(size_of::<T::Vector>()) {
            // SAFETY: by the word of the caller of `add_row`.
            unsafe {
                let to = self.to.add(column).cast::<T::Vector>();
                to.write_unaligned(
                    m.add(to.read_unaligned(), self.from.add(column).cast::<T::Vector>().read_unaligned()),
                );
            }
        }
    }
}

/// Makes the second half of the spectrum of real lines of `places.len()` elements of the first, in the order in which a
/// transform wants them, and leaves out imaginary parts that a real line cannot have.
///
/// # Safety
/// The panel has these rows.
pub(crate) unsafe fn complete_spectrum<T: Real>(panel: *mut u8, places: &[u32]) {
    T::run_lanes(Complete { panel, places });
}

struct Complete<'a> {
    panel: *mut u8,
    places: &'a [u32],
}

impl<T: Real> LaneJob<T> for Complete<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S)
    where
        T: Lanes<S>,
    {
        let m = Math::<S, T>::new(simd, true);
        let length = self.places.len();
        for k in 0..length / 2 + 1 {
            let mirrored = (length - k) % length;
            for column in (0..ROW).step_by(size_of::<T::Vector>()) {
                let at = |k: usize| self.panel.wrapping_add(self.places[k] as usize * ROW + column).cast::<T::Vector>();
                // SAFETY: by the word of the caller of `complete_spectrum`.
                unsafe {
                    let row = at(k).read_unaligned();
                    let row = if k == mirrored { m.real_part(row) } else { m.conjugate(row) };
                    at(mirrored).write_unaligned(row);
                }
            }
        }
    }
}
