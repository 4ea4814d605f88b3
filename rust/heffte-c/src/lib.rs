//! heFFTe's C interface, `libheffte.so.2`, and what the C++ headers call. The comments of the public items become those of
//! `include/heffte_c.h` and `include/heffte_abi.h`.
//!
//! Nothing unwinds out of a function here: `guard` turns errors and panics into return codes and a message.

#![allow(non_camel_case_types, reason = "the names are heFFTe's")]

mod abi;
mod device;
mod guard;
mod plan;
mod planner;
mod query;
mod trace;
mod transform;
mod types;
