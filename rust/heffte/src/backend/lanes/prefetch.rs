//! Asking for memory before it is read.

use super::ROW;

/// Asks for the cache line at `address`, which need not be there.
#[inline(always)]
pub(crate) fn prefetch(address: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch does nothing that could be seen.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T1>(address.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}

/// Asks for `count` elements, which need not be there.
pub(crate) fn ask_for<E>(from: *const E, count: usize) {
    (0..count * size_of::<E>()).step_by(ROW).for_each(|offset| prefetch(from.cast::<u8>().wrapping_add(offset)));
}
