//! The memory on one side of a sweep.

use super::sweep::Segment;
use crate::exchange::Side;

/// The arrays that the pieces of one side lie in, for a batch of transforms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operand<'a> {
    /// The begin of the memory.
    pub address: *mut u8,
    /// Whether its elements are complex.
    pub is_complex: bool,
    /// How pieces lie in it.
    pub layout: Layout<'a>,
}

/// How the pieces of a batch lie in memory.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Layout<'a> {
    /// One piece for each transform of the batch, so many elements apart.
    Whole(usize),
    /// Packed pieces, all transforms of a piece one after the other.
    Packed(&'a Side, usize),
    /// Pieces that begin at addresses of their own.
    Apart(&'a [Begin]),
}

/// Where a piece of the first transform of a batch begins, and how many elements further on that of the next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begin {
    pub address: *mut u8,
    pub apart: usize,
}

impl Operand<'_> {
    /// Where the memory begins.
    pub fn begin(&self) -> *mut u8 {
        match self.layout {
            Layout::Whole(_) | Layout::Packed(..) => self.address,
            Layout::Apart(begins) => begins.first().map_or(std::ptr::null_mut(), |begin| begin.address),
        }
    }

    /// The begin of `piece` of the transform `index` of the batch, whose elements have type `E`.
    ///
    /// # Safety
    /// The memory is as long as the layout says, and its elements are of type `E`.
    unsafe fn piece<E>(&self, piece: usize, index: usize) -> *mut E {
        let (begin, elements) = match self.layout {
            Layout::Whole(apart) => (self.address, index * apart),
            Layout::Packed(side, batch) => {
                let piece = &side.pieces[piece];
                (self.address, piece.offset * batch + index * piece.len)
            }
            Layout::Apart(begins) => (begins[piece].address, index * begins[piece].apart),
        };
        // SAFETY: the element lies in the memory, by the caller's word.
        unsafe { begin.cast::<E>().add(elements) }
    }

    /// Where the part of the line at `(across, deep)` of a cell begins that lies in `segment`, for the transform `index` of the batch.
    ///
    /// # Safety
    /// The memory holds the segment, of elements `E`, and the line is one of its cell.
    pub unsafe fn line<E>(&self, segment: &Segment, index: usize, (across, deep): (usize, usize)) -> *mut E {
        // SAFETY: by the caller's word.
        unsafe { self.piece::<E>(segment.piece, index).add(segment.offset(across, deep)) }
    }
}
