//! Memory that a plan keeps from call to call.

use crate::error::{Error, Result};

#[cfg(unix)]
use self::mapped::Memory;

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

#[cfg(unix)]
mod mapped {
    use memmap2::{MmapMut, MmapOptions};

    /// Pages of our own, large ones where the system gives them: columns touch a page for every element.
    #[derive(Default)]
    pub struct Memory(Option<MmapMut>);

    impl Memory {
        pub fn new(bytes: usize) -> Option<Memory> {
            let memory = MmapOptions::new().len(bytes).map_anon().ok()?;
            #[cfg(target_os = "linux")]
            {
                // A wish, which the system may not grant.
                let _ = memory.advise(memmap2::Advice::HugePage);
            }
            Some(Memory(Some(memory)))
        }

        pub fn len(&self) -> usize {
            self.0.as_ref().map_or(0, |memory| memory.len())
        }

        pub fn begin(&mut self) -> *mut u8 {
            self.0.as_mut().map_or(std::ptr::NonNull::<u128>::dangling().as_ptr().cast(), |memory| memory.as_mut_ptr())
        }
    }
}

#[cfg(not(unix))]
use self::allocated::Memory;

#[cfg(not(unix))]
mod allocated {
    use std::mem::MaybeUninit;

    #[derive(Clone, Copy)]
    #[repr(align(64))]
    struct CacheLine(#[expect(dead_code, reason = "it is there for its size")] [u8; 64]);

    #[derive(Default)]
    pub struct Memory(Vec<MaybeUninit<CacheLine>>);

    impl Memory {
        pub fn new(bytes: usize) -> Option<Memory> {
            let lines = bytes.div_ceil(size_of::<CacheLine>());
            let mut memory = Vec::new();
            memory.try_reserve_exact(lines).ok()?;
            // SAFETY: the elements may be uninitialised, and there is room for them.
            unsafe { memory.set_len(lines) };
            Some(Memory(memory))
        }

        pub fn len(&self) -> usize {
            self.0.len() * size_of::<CacheLine>()
        }

        pub fn begin(&mut self) -> *mut u8 {
            self.0.as_mut_ptr().cast()
        }
    }
}
