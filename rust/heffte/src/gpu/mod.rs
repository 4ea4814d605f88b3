//! Transforms in the memory of devices.
//!
//! One engine over the recipes and schedules of the others: a [`program`] says which boxes move and which lines are transformed where,
//! [`run`] queues that on a [`device`]. A vendor's libraries are loaded when a plan first wants its device ([`vendors`]), and the
//! [`kernels`], written once, are compiled for it then.

mod carrier;
pub(crate) mod device;
pub mod devices;
mod engine;
#[cfg(any(feature = "cuda", feature = "rocm"))]
mod kernels;
mod lines;
mod memory;
mod moves;
mod program;
mod run;
mod staging;
mod vendors;

pub(crate) use engine::Engine;
pub use memory::DeviceArray;
pub(crate) use run::Task;
pub(crate) use vendors::{check, device_of};
