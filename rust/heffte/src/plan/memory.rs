//! Where the places of a program lie during a call: in the caller's arrays, the workspace, or the memory of a node.

use super::program::{End, Keeper, Place, Program, Spread, VisitStep};
use super::vicinity::Vicinity;
use super::{Call, Plan};
use crate::array::{ElementType, RawArray};
use crate::comm::Node;
use crate::exchange::{Exchange, Side, SidePiece};
use crate::lines::{Begin, Layout, Operand};
use crate::options::Direction;

/// The begins of pieces on both sides of a visit; kept so that a call allocates nothing.
#[derive(Default)]
pub(super) struct Begins {
    read: Vec<Begin>,
    written: Vec<Begin>,
}

// SAFETY: addresses are values; they are used by the thread that holds the plan's lock.
unsafe impl Send for Begins {}

/// Everything that a place can lie in.
pub(super) struct Memory<'a> {
    pub plan: &'a Plan,
    pub call: &'a Call,
    pub program: &'a Program,
    pub workspace: *mut u8,
    pub exchanges: &'a [Exchange],
    pub node: Option<&'a Node>,
    pub vicinity: Option<&'a Vicinity>,
    /// The type in which the plan works.
    pub working: ElementType,
}

impl Memory<'_> {
    fn element_size(&self, is_real: bool) -> usize {
        if is_real { self.working.to_real().size() } else { self.working.size() }
    }

    /// Whether elements of a place are complex.
    fn is_complex(&self, is_real: bool) -> bool {
        !is_real && self.working.is_complex()
    }

    /// The begin of a place of so many bytes at an end of the workspace.
    ///
    /// # Safety
    /// The workspace is as long as the program needs it, and the place is one of the program's.
    unsafe fn at(&self, end: End, bytes: usize) -> *mut u8 {
        let element = self.element_size(false);
        let offset = match end {
            End::Low => 0,
            End::High => self.program.needed_len() * self.call.batch - bytes.div_ceil(element),
        };
        // SAFETY: the program needs room for each of its places.
        unsafe { self.workspace.add(offset * element) }
    }

    /// The begin of both sides of the exchange `index`, when it goes by messages.
    ///
    /// # Safety
    /// As for [`Memory::at`].
    pub unsafe fn messages(&self, index: usize) -> (*mut u8, *mut u8) {
        let crossing = self.program.crossing(index);
        let schedule = self.exchanges[index].schedule();
        let bytes = |len: usize| len * self.call.batch * self.element_size(crossing.is_real);
        // SAFETY: both sides are places of the program.
        unsafe {
            let near = self.at(crossing.near, bytes(schedule.near.len));
            (near, self.at(crossing.near.opposite(), bytes(schedule.far.len)))
        }
    }

    /// What a visit reads and what it writes.
    ///
    /// # Safety
    /// As for [`Memory::at`]; what is read was written, and ranks have met since.
    pub unsafe fn operands<'b>(&'b self, step: &VisitStep, begins: &'b mut Begins) -> (Operand<'b>, Operand<'b>) {
        let (read, written) = match self.call.direction {
            Direction::Forward => (step.near, step.far),
            Direction::Backward => (step.far, step.near),
        };
        let Begins { read: of_read, written: of_written } = begins;
        // SAFETY: by the caller's word.
        unsafe {
            let read = match (read, self.vicinity) {
                (Place::Near(index) | Place::Far(index), Some(vicinity)) => self.arrived(index, vicinity, of_read),
                _ => self.operand(read, of_read),
            };
            let mut written_to = self.operand(written, of_written);
            if let (Place::Near(_) | Place::Far(_), Some(vicinity)) = (written, self.vicinity) {
                written_to.address = vicinity.leaving();
            }
            (read, written_to)
        }
    }

    /// A place as a visit sees it.
    ///
    /// # Safety
    /// As for [`Memory::at`].
    unsafe fn operand<'b>(&'b self, place: Place, begins: &'b mut Vec<Begin>) -> Operand<'b> {
        let (inbox, outbox) = self.call.near_and_far();
        let whole = |array: RawArray, apart: usize| Operand {
            address: array.address,
            is_complex: array.element.is_complex(),
            layout: Layout::Whole(apart),
        };
        match place {
            Place::Inbox => whole(inbox, self.plan.size_inbox()),
            Place::Outbox => whole(outbox, self.plan.size_outbox()),
            Place::Staging { end, len, is_real } => {
                // SAFETY: the staging array is a place of the program.
                let address = unsafe { self.at(end, len * self.call.batch * self.element_size(is_real)) };
                Operand { address, is_complex: self.is_complex(is_real), layout: Layout::Whole(len) }
            }
            Place::Near(index) | Place::Far(index) => {
                let schedule = self.exchanges[index].schedule();
                // SAFETY: by the caller's word.
                let (near, far) = unsafe { self.messages(index) };
                let (near, far) = ((&schedule.near, near), (&schedule.far, far));
                let is_near = matches!(place, Place::Near(_));
                let (this, other, keeper) = if is_near { (near, far, Keeper::Far) } else { (far, near, Keeper::Near) };
                let is_real = self.program.crossing(index).is_real;
                let layout = if self.program.crossing(index).keeper == Some(keeper) {
                    self.beside_own(this, other, is_real, begins)
                } else {
                    Layout::Packed(this.0, self.call.batch)
                };
                Operand { address: this.1, is_complex: self.is_complex(is_real), layout }
            }
            Place::Areas(index) => {
                // SAFETY: by the caller's word.
                unsafe { self.areas(self.program.spread(index), begins) }
            }
        }
    }

    /// The pieces of one side of an exchange, but for this rank's own, which is where it is on the other.
    fn beside_own<'b>(
        &self,
        (side, address): (&Side, *mut u8),
        (other, other_address): (&Side, *mut u8),
        is_real: bool,
        begins: &'b mut Vec<Begin>,
    ) -> Layout<'b> {
        let bytes = self.call.batch * self.element_size(is_real);
        let own = |piece: &&SidePiece| piece.rank == self.plan.rank();
        let kept = other.pieces.iter().find(own);
        begins.clear();
        begins.extend(side.pieces.iter().map(|piece| {
            let (begin, offset) = match kept.filter(|_| own(&piece)) {
                Some(kept) => (other_address, kept.offset),
                None => (address, piece.offset),
            };
            Begin { address: begin.wrapping_add(offset * bytes), apart: piece.len }
        }));
        Layout::Apart(begins)
    }

    /// What the exchange `index` has brought: pieces of ranks of this node where these have them, and packed messages of others.
    ///
    /// # Safety
    /// As for [`Memory::operands`].
    unsafe fn arrived<'b>(&'b self, index: usize, vicinity: &Vicinity, begins: &'b mut Vec<Begin>) -> Operand<'b> {
        // SAFETY: by the caller's word.
        let (near, far) = unsafe { self.messages(index) };
        let (_, side) = self.exchanges[index].schedule().sides(self.call.direction);
        let packed = if self.call.direction == Direction::Forward { far } else { near };
        let is_real = self.program.crossing(index).is_real;
        let bytes = self.call.batch * self.element_size(is_real);
        begins.clear();
        let offsets = vicinity.offsets(index, self.call.direction);
        begins.extend(side.pieces.iter().zip(offsets).map(|(piece, offset)| {
            let begin = vicinity.arriving(piece.rank).map(|area| area.wrapping_add(offset * bytes));
            let address = begin.unwrap_or(packed.wrapping_add(piece.offset * bytes));
            Begin { address, apart: piece.len }
        }));
        Operand { address: std::ptr::null_mut(), is_complex: self.is_complex(is_real), layout: Layout::Apart(begins) }
    }

    /// Pieces in the memory that the ranks of a node share.
    ///
    /// # Safety
    /// As for [`Memory::at`]; the areas are as long as the program wants them.
    unsafe fn areas<'b>(&self, spread: &Spread, begins: &'b mut Vec<Begin>) -> Operand<'b> {
        let size = self.element_size(spread.is_real);
        begins.clear();
        begins.extend(spread.shares.iter().map(|share| {
            let area = self.node.map_or(std::ptr::null_mut(), |node| node.area(share.rank, spread.area));
            Begin { address: area.wrapping_add(share.offset * size), apart: share.apart }
        }));
        let is_complex = self.is_complex(spread.is_real);
        Operand { address: std::ptr::null_mut(), is_complex, layout: Layout::Apart(begins) }
    }
}
