//! Memory that a plan keeps from call to call.

use std::mem::MaybeUninit;

use crate::error::{Error, Result};

/// Memory aligned to cache lines; its contents are scratch.
#[derive(Default)]
pub(super) struct Workspace(Vec<MaybeUninit<CacheLine>>);

#[derive(Clone, Copy)]
#[repr(align(64))]
struct CacheLine(#[expect(dead_code, reason = "it is there for its size")] [u8; 64]);

impl Workspace {
    /// The begin of at least `bytes` bytes; the same memory as before where that is long enough.
    ///
    /// # Errors
    /// [`Error::Allocation`] where there is not so much memory.
    pub fn reserve(&mut self, bytes: usize) -> Result<*mut u8> {
        let lines = bytes.div_ceil(size_of::<CacheLine>());
        if lines > self.0.len() {
            self.0 = Vec::new();
            let refused = |_| Error::Allocation { what: "workspace", bytes };
            self.0.try_reserve_exact(lines).map_err(refused)?;
            // SAFETY: the elements may be uninitialised, and there is room for them.
            unsafe { self.0.set_len(lines) };
        }
        Ok(self.0.as_mut_ptr().cast())
    }
}
