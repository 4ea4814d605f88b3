//! heFFTe's C interface, `libheffte.so.2`. The comments of the public items become those of `include/heffte_c.h`.
//!
//! Nothing unwinds out of a function here: `guard` turns errors and panics into return codes and a message.

#![allow(non_camel_case_types, reason = "the names are heFFTe's")]

mod guard;
mod plan;
mod query;
mod transform;
mod types;
