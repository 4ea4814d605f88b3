//! heFFTe's benchmark programs on this library, and comparisons with other libraries.
//!
//! `speed3d` has what `speed3d_c2c`, `speed3d_r2c`, `speed3d_r2r` and `convolution` do; `compare` what `heffte-bench` does.

#![warn(missing_docs)]

#[cfg(feature = "compare")]
pub mod compare;
pub mod speed3d;
