//! Lines whose elements are neighbours, transformed as they lie.

use num_complex::Complex;

use super::cast::Cast;
use super::operand::Operand;
use super::panels::PanelOp;
use super::simd::{self, Stores};
use super::sweep::Segment;
use super::tile::{Job, Place};
use crate::backend::lanes::ROW;
use crate::backend::{Real, StraightLine};
use crate::options::Direction;

/// Whether lines can go from one side to the other without lying side by side in between.
pub(super) fn goes_straight<S, D, T>(
    op: &PanelOp<'_, T>,
    direction: Direction,
    (read, write): (&[Segment], &[Segment]),
) -> bool
where
    S: Cast<T> + Cast<Complex<T>>,
    T: Real + Cast<D>,
    Complex<T>: Cast<D>,
{
    let is_straight = |segments: &[Segment]| segments.iter().all(|segment| segment.along == 1);
    let reads_complex = <S as Cast<Complex<T>>>::IS_SAME;
    let writes_complex = <Complex<T> as Cast<D>>::IS_SAME;
    let can = match (op, direction) {
        (PanelOp::Complex(transform), _) => reads_complex && writes_complex && transform.goes_straight(),
        (PanelOp::Spectrum(_), _) => false,
        (PanelOp::Real(transform), Direction::Forward) => {
            <S as Cast<T>>::IS_SAME && writes_complex && transform.goes_straight()
        }
        (PanelOp::Real(transform), Direction::Backward) => {
            reads_complex && <T as Cast<D>>::IS_SAME && transform.goes_straight()
        }
    };
    can && is_straight(read) && is_straight(write)
}

/// Transforms a line from where it lies to where it goes. Lines in several pieces, and those that the
/// transform cannot stream to where they go, are put together in the rooms on the way.
///
/// # Safety
/// The operands of the job hold the segments, of elements `S` and `D`, for which `op` [goes straight](goes_straight); there are two
/// rooms for a line of either side.
pub(super) unsafe fn carry_straight<S, D, T: Real>(
    op: &PanelOp<'_, T>,
    job: &Job<'_, T>,
    (read, write): (&[Segment], &[Segment]),
    place: &Place,
    [room, spare]: [*mut Complex<T>; 2],
) {
    // SAFETY: by the caller's word.
    unsafe {
        let (mut from, mut ahead) = (spare.cast::<S>().cast_const(), 0);
        if let [whole] = read {
            from = piece::<S>(&job.from, job.index, whole, place);
            ahead = whole.across * size_of::<S>();
        } else {
            for part in read {
                let source = piece::<S>(&job.from, job.index, part, place);
                std::ptr::copy_nonoverlapping(source, spare.cast::<S>().add(part.first), part.len);
            }
        }
        let streams = job.stores == Stores::Streaming;
        let direct = match write {
            [whole] => Some(piece::<D>(&job.to, job.index, whole, place)),
            _ => None,
        };
        let can_stream = !matches!((op, job.direction), (PanelOp::Real(_), Direction::Forward));
        let direct = direct.filter(|to| !streams || can_stream && (*to as usize).is_multiple_of(ROW));
        let to = direct.unwrap_or(room.cast());
        let line =
            StraightLine { from: from.cast(), to: to.cast(), room, spare, ahead, streams: streams && direct.is_some() };
        match (op, job.direction) {
            (PanelOp::Complex(transform) | PanelOp::Spectrum(transform), _) => {
                transform.transform_straight(line, job.factor);
            }
            (PanelOp::Real(transform), Direction::Forward) => transform.forward_straight(line, job.factor),
            (PanelOp::Real(transform), Direction::Backward) => transform.backward_straight(line, job.factor),
        }
        if direct.is_none() {
            for part in write {
                let (from, to) = (to.add(part.first).cast_const(), piece::<D>(&job.to, job.index, part, place));
                if streams {
                    simd::stream(from, to, part.len);
                } else {
                    std::ptr::copy_nonoverlapping(from, to, part.len);
                }
            }
        }
    }
}

/// Where the part of a line begins that lies in a segment.
///
/// # Safety
/// The operand holds the segment, of elements `E`.
unsafe fn piece<E>(operand: &Operand<'_>, index: usize, segment: &Segment, place: &Place) -> *mut E {
    // SAFETY: by the caller's word.
    unsafe { operand.piece::<E>(segment.piece, index).add(place.offset(segment)) }
}
