//! Lines whose elements are neighbours, transformed one by one as they lie.

use num_complex::Complex;

use super::cast::Cast;
use super::job::{Job, Place};
use super::operation::PanelOp;
use super::simd::{self, Stores};
use super::sweep::Segment;
use crate::backend::lanes::ask_for;
use crate::backend::{Real, StraightLine};
use crate::options::Direction;

/// Whether lines can go from one side to the other without lying side by side in between: where neither has to become a line of
/// another type on the way.
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
    let reads = (<S as Cast<T>>::IS_SAME, <S as Cast<Complex<T>>>::IS_SAME);
    let writes = (<T as Cast<D>>::IS_SAME, <Complex<T> as Cast<D>>::IS_SAME);
    let can = match (op, direction) {
        (PanelOp::Complex(transform), _) => transform.goes_straight() && reads.1 && writes.1,
        (PanelOp::Spectrum(_) | PanelOp::R2r(_) | PanelOp::R2rPairs(_), _) => false,
        (PanelOp::Real(transform), Direction::Forward) => transform.goes_straight() && reads.0 && writes.1,
        (PanelOp::Real(transform), Direction::Backward) => transform.goes_straight() && reads.1 && writes.0,
    };
    can && read.iter().chain(write).all(|segment| segment.along == 1)
}

/// Lines on their way, and the memory that they need there.
pub(super) struct Straight<'a, 'b, T: Real> {
    pub op: &'a PanelOp<'a, T>,
    pub job: &'a Job<'b, T>,
    /// Elements of a line on the side that is read and on the side that is written.
    pub lengths: (usize, usize),
    /// Room for three lines.
    pub rooms: *mut Complex<T>,
    /// Room for the results of all lines of a place.
    pub results: *mut Complex<T>,
}

impl<T: Real> Straight<'_, '_, T> {
    /// Transforms the lines of `place` from where they lie to where they go. Where these are streamed to, they are put together on
    /// the way, so that only the ends of each stretch go through the cache.
    ///
    /// # Safety
    /// The operands of the job hold the segments, of elements `S` and `D`, for which the operation [goes straight](goes_straight);
    /// the memory is there.
    pub unsafe fn carry<S, D>(&self, read: &[Segment], write: &[Segment], place: &Place) {
        let streams = self.job.stores == Stores::Streaming;
        let whole = match write {
            [whole] => Some(whole),
            _ => None,
        };
        let stretch = whole.filter(|whole| streams && whole.across == whole.len);
        // SAFETY: by the caller's word; results have room for those of all lines.
        unsafe {
            for line in 0..place.lines {
                let at = place.line(line);
                let direct = whole.filter(|_| !streams).map(|whole| self.job.target::<D>(whole, &at));
                let room = self.results.cast::<D>().add(stretch.map_or(0, |whole| line * whole.len));
                self.transform::<S>(read, &at, direct.unwrap_or(room).cast());
                if direct.is_none() && stretch.is_none() {
                    self.hand_out::<D>(write, &at);
                }
            }
            if let Some(whole) = stretch {
                let results = self.results.cast::<D>().cast_const();
                simd::stream(results, self.job.target::<D>(whole, place), place.lines * whole.len);
            }
        }
    }

    /// Transforms a line, whose result goes `to` there. One in several pieces is put together first.
    ///
    /// # Safety
    /// As for [`Straight::carry`]; there is room for the result.
    unsafe fn transform<S>(&self, read: &[Segment], at: &Place, to: *mut Complex<T>) {
        let (job, length) = (self.job, self.lengths.0.max(self.lengths.1));
        let rooms = std::array::from_fn(|room| self.rooms.wrapping_add(room * length));
        // SAFETY: by the caller's word.
        unsafe {
            let line = match read {
                [whole] => {
                    let from = self.job.source::<S>(whole, at);
                    let ahead = match job.next {
                        Some(next) => next.address(at.across).wrapping_sub(from.addr()),
                        None => ahead::<S>(whole),
                    };
                    StraightLine { from: from.cast(), to, rooms, ahead }
                }
                _ => {
                    for part in read {
                        let (from, together) = (self.job.source::<S>(part, at), rooms[0].cast::<S>().add(part.first));
                        ask_for(from.wrapping_byte_add(ahead::<S>(part)), part.len);
                        std::ptr::copy_nonoverlapping(from, together, part.len);
                    }
                    StraightLine { from: rooms[0], to, rooms, ahead: 0 }
                }
            };
            match (self.op, job.direction) {
                (PanelOp::Complex(transform) | PanelOp::Spectrum(transform), _) => {
                    transform.transform_straight(line, job.factor);
                }
                (PanelOp::Real(transform), Direction::Forward) => transform.forward_straight(line, job.factor),
                (PanelOp::Real(transform), Direction::Backward) => transform.backward_straight(line, job.factor),
                (PanelOp::R2r(_) | PanelOp::R2rPairs(_), _) => unreachable!("they do not go straight"),
            }
        }
    }

    /// Copies the result of a line to where it goes.
    ///
    /// # Safety
    /// As for [`Straight::carry`]; results begin with that of the line.
    unsafe fn hand_out<D>(&self, write: &[Segment], at: &Place) {
        let results = self.results.cast::<D>().cast_const();
        for part in write {
            // SAFETY: by the caller's word.
            unsafe {
                let (from, to) = (results.add(part.first), self.job.target::<D>(part, at));
                match self.job.stores {
                    Stores::Streaming => simd::stream(from, to, part.len),
                    Stores::Cached => std::ptr::copy_nonoverlapping(from, to, part.len),
                }
            }
        }
    }
}

/// Bytes between the line that is transformed and what is asked for meanwhile: beyond the page, at whose end the hardware stops
/// asking by itself.
const AHEAD: usize = 8 << 10;

/// How many bytes behind a line, of elements `E`, the same part of one lies that is to be asked for.
fn ahead<E>(segment: &Segment) -> usize {
    let lines = AHEAD.div_ceil((segment.len * size_of::<E>()).max(1));
    lines * segment.across * size_of::<E>()
}
