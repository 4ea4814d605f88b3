//! Memory for lines on their way.

use num_traits::Zero;

use crate::error::{Error, Result};

/// So many zeros.
///
/// # Errors
/// [`Error::Allocation`] where there is not so much memory: lines may be as long as a box.
pub(super) fn zeros<T: Zero + Clone>(len: usize) -> Result<Vec<T>> {
    let mut memory = Vec::new();
    let refused = |_| Error::Allocation { what: "lines", bytes: len.saturating_mul(size_of::<T>()) };
    memory.try_reserve_exact(len).map_err(refused)?;
    memory.resize(len, T::zero());
    Ok(memory)
}
