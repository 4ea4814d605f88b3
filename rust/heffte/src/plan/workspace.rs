//! Memory that a plan keeps from call to call.

use std::mem::MaybeUninit;

use memmap2::{MmapMut, MmapOptions};

use crate::error::{Error, Result};

/// Bytes of a large page. Less is the allocator's, which keeps it for the next plan: to give pages back and ask for them again takes longer
/// than a small transform, and UCX, where MPI stands on it, takes a note of each time.
const LARGE_PAGE: usize = 2 << 20;

/// Memory aligned to cache lines; its contents are scratch.
#[derive(Default)]
pub(super) struct Workspace(Memory);

impl Workspace {
    /// The begin of at least `bytes` bytes; the same memory as before where that is long enough.
    ///
    /// # Errors
    /// [`Error::Allocation`] where there is not so much memory.
    pub fn reserve(&mut self, bytes: usize) -> Result<*mut u8> {
        if bytes > self.0.len() {
            // The old memory first: both need not be there at once.
            self.0 = Memory::default();
            self.0 = Memory::new(bytes).ok_or(Error::Allocation { what: "workspace", bytes })?;
        }
        Ok(self.0.begin())
    }
}

enum Memory {
    Allocated(Vec<MaybeUninit<CacheLine>>),
    /// Pages of our own, large ones where the system gives them: columns touch a page for every element.
    Mapped(MmapMut),
}

#[derive(Clone, Copy)]
#[repr(align(64))]
struct CacheLine(#[expect(dead_code, reason = "it is there for its size")] [u8; 64]);

impl Default for Memory {
    fn default() -> Memory {
        Memory::Allocated(Vec::new())
    }
}

impl Memory {
    fn new(bytes: usize) -> Option<Memory> {
        if bytes >= LARGE_PAGE { Memory::mapped(bytes) } else { Memory::allocated(bytes) }
    }

    fn mapped(bytes: usize) -> Option<Memory> {
        let memory = MmapOptions::new().len(bytes).map_anon().ok()?;
        #[cfg(target_os = "linux")]
        {
            // A wish, which the system may not grant.
            let _ = memory.advise(memmap2::Advice::HugePage);
        }
        Some(Memory::Mapped(memory))
    }

    fn allocated(bytes: usize) -> Option<Memory> {
        let lines = bytes.div_ceil(size_of::<CacheLine>());
        let mut memory = Vec::new();
        memory.try_reserve_exact(lines).ok()?;
        // SAFETY: the elements may be uninitialised, and there is room for them.
        unsafe { memory.set_len(lines) };
        Some(Memory::Allocated(memory))
    }

    fn len(&self) -> usize {
        match self {
            Memory::Allocated(memory) => memory.len() * size_of::<CacheLine>(),
            Memory::Mapped(memory) => memory.len(),
        }
    }

    fn begin(&mut self) -> *mut u8 {
        match self {
            Memory::Allocated(memory) => memory.as_mut_ptr().cast(),
            Memory::Mapped(memory) => memory.as_mut_ptr(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_as_long_as_asked_for_aligned_and_kept() {
        let mut workspace = Workspace::default();
        for bytes in [0, 1, 64, 4097, LARGE_PAGE - 1, LARGE_PAGE, 3 * LARGE_PAGE + 5] {
            let begin = workspace.reserve(bytes).expect("there is so much memory");
            assert_eq!(begin.align_offset(64), 0, "{bytes} bytes");
            // SAFETY: there is room for so many bytes.
            unsafe { begin.write_bytes(0xa5, bytes) };
            assert_eq!(workspace.reserve(bytes / 2).expect("it is there"), begin);
        }
    }

    #[test]
    fn memory_that_nobody_has_is_an_error() {
        let refused = Workspace::default().reserve(isize::MAX as usize);
        assert!(matches!(refused, Err(Error::Allocation { what: "workspace", .. })), "{refused:?}");
    }
}
