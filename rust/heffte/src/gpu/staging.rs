//! Packed sides on their way between a device and MPI, through pinned memory of the host.

use std::ops::Range;
use std::sync::Arc;

use super::device::{Address, Device, Event, Stream, Way, insist};
use crate::error::Result;
use crate::exchange::Porter;

/// Marks of a device, kept from call to call.
#[derive(Debug)]
pub(super) struct Events {
    device: Arc<dyn Device>,
    all: Vec<Event>,
}

impl Events {
    /// None of `device` so far.
    pub fn none(device: &Arc<dyn Device>) -> Events {
        Events { device: Arc::clone(device), all: Vec::new() }
    }

    /// Puts the mark `index`, at most one more than there are, behind all that a stream was given.
    fn record(&mut self, index: usize, stream: Stream) -> Result<()> {
        if index == self.all.len() {
            self.all.push(self.device.create_event()?);
        }
        self.device.record(self.all[index], stream)
    }

    /// Waits for the mark `index`.
    fn wait(&self, index: usize) -> Result<()> {
        self.device.await_event(self.all[index])
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        for event in &self.all {
            insist(&*self.device, || self.device.destroy_event(*event));
        }
    }
}

/// Carries an exchange of pairs chunk by chunk: each leaves for its rank while the next ones are copied, and is on its way to the device
/// while others arrive. The device is this thread's.
pub(super) struct Ferry<'a> {
    events: &'a mut Events,
    stream: Stream,
    /// Where packed sides begin on the device and on the host: what leaves, what arrives.
    sides: [Address; 2],
    host: [Address; 2],
    /// Chunks that were fetched, and those among them that are known to be there.
    fetched: usize,
    awaited: usize,
}

impl<'a> Ferry<'a> {
    /// # Safety
    /// Addresses hold packed sides, until the stream was waited for.
    pub unsafe fn new(events: &'a mut Events, stream: Stream, sides: [Address; 2], host: [Address; 2]) -> Ferry<'a> {
        Ferry { events, stream, sides, host, fetched: 0, awaited: 0 }
    }
}

impl Porter for Ferry<'_> {
    fn fetch(&mut self, chunk: Range<usize>) -> Result<()> {
        let (to, from) = (self.host[0] + chunk.start as u64, self.sides[0] + chunk.start as u64);
        // SAFETY: the chunk lies inside the sides, by whose word this was made.
        unsafe { self.events.device.copy(Way::ToHost, to, from, chunk.len(), self.stream) }?;
        self.events.record(self.fetched, self.stream)?;
        self.fetched += 1;
        Ok(())
    }

    fn make_room(&mut self) -> Result<()> {
        // What was queued before, copies of what arrived last among it, is done when the first chunk is there.
        if self.fetched > 0 { self.await_chunk(0) } else { self.events.device.synchronize(self.stream) }
    }

    fn await_chunk(&mut self, index: usize) -> Result<()> {
        if index >= self.awaited {
            self.events.wait(index)?;
            self.awaited = index + 1;
        }
        Ok(())
    }

    fn deliver(&mut self, chunk: Range<usize>) -> Result<()> {
        let (to, from) = (self.sides[1] + chunk.start as u64, self.host[1] + chunk.start as u64);
        // SAFETY: as for fetching.
        unsafe { self.events.device.copy(Way::ToDevice, to, from, chunk.len(), self.stream) }
    }
}

/// Copies a packed side between a device and host memory, but for the piece `without` that stays.
///
/// # Safety
/// Both hold the side.
pub(super) unsafe fn stage(
    device: &dyn Device,
    (way, to, from): (Way, u64, u64),
    bytes: usize,
    without: Option<Range<usize>>,
    stream: Stream,
) -> Result<()> {
    let hole = without.unwrap_or(bytes..bytes);
    for part in [0..hole.start, hole.end..bytes] {
        if !part.is_empty() {
            let offset = part.start as u64;
            // SAFETY: by the caller's word.
            unsafe { device.copy(way, to + offset, from + offset, part.len(), stream) }?;
        }
    }
    Ok(())
}
