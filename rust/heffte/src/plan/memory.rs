//! Where the places of a program lie during a call: in the caller's arrays, the workspace, or the memory of a node.

use super::program::{End, Place, VisitStep};
use super::{Call, Plan};
use crate::array::RawArray;
use crate::comm::Node;
use crate::exchange::Exchange;
use crate::lines::{Layout, Operand};
use crate::options::Direction;

/// The begins of pieces that lie in the memory of others; kept so that a call allocates nothing.
#[derive(Default)]
pub(super) struct Begins(Vec<*mut u8>);

// SAFETY: addresses are values; they are used by the thread that holds the plan's lock.
unsafe impl Send for Begins {}

/// Everything that a place can lie in.
pub(super) struct Memory<'a> {
    pub plan: &'a Plan,
    pub call: &'a Call,
    pub workspace: *mut u8,
    pub exchanges: &'a [Exchange],
    pub node: Option<&'a Node>,
    /// Bytes of a real number.
    pub real: usize,
}

impl Memory<'_> {
    fn element_size(&self, is_real: bool) -> usize {
        if is_real { self.real } else { 2 * self.real }
    }

    /// The begin of a place of so many bytes at an end of the workspace.
    ///
    /// # Safety
    /// The workspace is as long as the program needs it, and the place is one of the program's.
    unsafe fn at(&self, end: End, bytes: usize) -> *mut u8 {
        let element = self.element_size(false);
        let offset = match (end, self.node) {
            // Without messages there is nothing at the other end.
            (End::Low, _) | (End::High, Some(_)) => 0,
            (End::High, None) => self.plan.program.needed_len(true) * self.call.batch - bytes.div_ceil(element),
        };
        // SAFETY: the program needs room for each of its places.
        unsafe { self.workspace.add(offset * element) }
    }

    /// The begin of both sides of the exchange `index`, when it goes by messages.
    ///
    /// # Safety
    /// As for [`Memory::at`].
    pub unsafe fn messages(&self, index: usize) -> (*mut u8, *mut u8) {
        let crossing = self.plan.program.crossing(index);
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
            Direction::Forward => (step.from, step.to),
            Direction::Backward => (step.to, step.from),
        };
        // SAFETY: by the caller's word.
        unsafe {
            let written = self.operand(written);
            match (self.node, read) {
                (Some(node), Place::Near(index) | Place::Far(index)) => (self.elsewhere(node, index, begins), written),
                _ => (self.operand(read), written),
            }
        }
    }

    /// A place on this rank.
    ///
    /// # Safety
    /// As for [`Memory::at`].
    unsafe fn operand(&self, place: Place) -> Operand<'_> {
        let (inbox, outbox) = self.call.near_and_far();
        let whole = |array: RawArray, apart: usize| Operand {
            address: array.address,
            is_complex: array.element.is_complex(),
            layout: Layout::Whole(apart),
        };
        match place {
            Place::Inbox => whole(inbox, self.plan.size_inbox()),
            Place::Outbox => whole(outbox, self.plan.size_outbox()),
            Place::Staging { end, len } => {
                // SAFETY: the staging array is a place of the program.
                let address = unsafe { self.at(end, len * self.call.batch * self.element_size(false)) };
                Operand { address, is_complex: true, layout: Layout::Whole(len) }
            }
            Place::Near(index) | Place::Far(index) => {
                let schedule = self.exchanges[index].schedule();
                let is_near = matches!(place, Place::Near(_));
                let side = if is_near { &schedule.near } else { &schedule.far };
                let address = match self.node {
                    // What leaves lies where the others will read it.
                    Some(node) => node.area(self.plan.rank(), node.exchange()),
                    None => {
                        // SAFETY: by the caller's word.
                        let (near, far) = unsafe { self.messages(index) };
                        if is_near { near } else { far }
                    }
                };
                let is_complex = !self.plan.program.crossing(index).is_real;
                Operand { address, is_complex, layout: Layout::Packed(side, self.call.batch) }
            }
        }
    }

    /// What arrives by the exchange `index`, which is the last that ranks have passed, where the others have it.
    ///
    /// # Safety
    /// As for [`Memory::operands`].
    unsafe fn elsewhere<'b>(&'b self, node: &Node, index: usize, begins: &'b mut Begins) -> Operand<'b> {
        let exchange = &self.exchanges[index];
        let (_, arriving) = exchange.schedule().sides(self.call.direction);
        let is_real = self.plan.program.crossing(index).is_real;
        let bytes = self.call.batch * self.element_size(is_real);
        let offsets = exchange.arriving_offsets(self.call.direction);
        begins.0.clear();
        begins.0.extend(arriving.pieces.iter().zip(offsets).map(|(piece, offset)| {
            let area = node.area(piece.rank, node.exchange() - 1);
            // SAFETY: the piece lies in the area of the rank that has it.
            unsafe { area.add(offset * bytes) }
        }));
        let layout = Layout::Apart(arriving, &begins.0);
        Operand { address: std::ptr::null_mut(), is_complex: !is_real, layout }
    }
}
