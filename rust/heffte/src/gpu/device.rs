//! What the engine asks of a device: memory, copies, launches, and transforms of lines. CUDA and HIP answer.

use std::fmt;

use super::lines::Shape;
use crate::error::Result;
use crate::options::Direction;

/// An address in the memory of a device.
pub(crate) type Address = u64;

/// A queue of work on a device, as its library knows it; 0 is the default one.
pub(crate) type Stream = usize;

/// A mark in the work of a stream, as the library of its device knows it.
pub(crate) type Event = usize;

/// What a kernel of the engine's own does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Moves boxes.
    Move,
    /// The same, of real numbers that become complex.
    Promote,
    /// The same, of the real parts of complex ones.
    Extract,
    Scale,
    /// Multiplies elements by others.
    Multiply,
    Fold,
    Unfold,
    FoldBack,
    UnfoldBack,
}

/// A kernel of the engine's own: what it does, and to which numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kernel {
    pub verb: Verb,
    pub is_complex: bool,
    pub is_double: bool,
}

/// Elements that a block of the simple kernels works on.
pub(crate) const TILE: usize = 1024;

/// The bytes by which another process finds memory of this one.
pub(crate) const HANDLE_BYTES: usize = 64;

/// Which way a copy goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the host's memory to a device's.
    ToDevice,
    /// The other way.
    ToHost,
    /// From memory of devices to memory of devices.
    Inside,
}

/// A device of this process.
pub(crate) trait Device: Send + Sync + fmt::Debug {
    /// Its number.
    fn ordinal(&self) -> i32;

    /// Its model.
    fn name(&self) -> &str;

    /// Its model, with its number.
    fn describe(&self) -> String {
        format!("{} (device {})", self.name(), self.ordinal())
    }

    /// Whether the MPI library says that it reads and writes this device's memory.
    fn is_known_to_mpi(&self) -> bool;

    /// Makes it the device of this thread until the guard is dropped.
    ///
    /// # Errors
    /// [`crate::Error::Device`], as for all that follow.
    fn enter(&self) -> Result<Entered<'_>>;

    /// Makes it the device of this thread, for good.
    ///
    /// # Errors
    /// As for [`Device::enter`].
    fn make_current(&self) -> Result<()>;

    /// Makes what was the device of this thread before it that again.
    fn leave(&self, before: usize);

    /// Memory of the device, aligned for every element; no byte of it where none is asked for.
    ///
    /// # Errors
    /// [`crate::Error::Allocation`] where there is not so much.
    fn allocate(&self, bytes: usize) -> Result<Address>;

    /// Gives it back.
    ///
    /// # Errors
    /// [`crate::Error::Device`]; the memory may still be there.
    fn free(&self, memory: Address) -> Result<()>;

    /// Host memory that the device copies from and to without the processor's help.
    ///
    /// # Errors
    /// As for [`Device::allocate`].
    fn allocate_pinned(&self, bytes: usize) -> Result<*mut u8>;

    /// Gives it back.
    ///
    /// # Errors
    /// As for [`Device::free`].
    fn free_pinned(&self, memory: *mut u8) -> Result<()>;

    /// Queues a copy.
    ///
    /// # Safety
    /// Both are valid for `bytes` until the stream was waited for.
    unsafe fn copy(&self, way: Way, to: u64, from: u64, bytes: usize, stream: Stream) -> Result<()>;

    /// Waits for all that was queued.
    fn synchronize(&self, stream: Stream) -> Result<()>;

    /// A mark that no stream has passed.
    ///
    /// # Errors
    /// [`crate::Error::Device`].
    fn create_event(&self) -> Result<Event>;

    /// Gives it back.
    ///
    /// # Errors
    /// As for [`Device::free`].
    fn destroy_event(&self, event: Event) -> Result<()>;

    /// Puts the mark behind all that was queued.
    fn record(&self, event: Event, stream: Stream) -> Result<()>;

    /// Waits until the stream has passed the mark.
    fn await_event(&self, event: Event) -> Result<()>;

    /// Compiles the kernels, or takes them from the cache, unless that was done before.
    ///
    /// # Errors
    /// [`crate::Error::Device`] with what the compiler says.
    fn load_kernels(&self) -> Result<()>;

    /// Queues a kernel on so many blocks.
    ///
    /// # Safety
    /// Kernels were loaded. The arguments are those of the kernel; what they point to is valid until the stream was waited for.
    unsafe fn launch(&self, kernel: Kernel, blocks: usize, arguments: &[u64], stream: Stream) -> Result<()>;

    /// Prepares transforms of this shape.
    fn fft(&self, shape: &Shape, is_double: bool) -> Result<Box<dyn Fft>>;

    /// The device that has the memory at `address`, if one has.
    fn owner(&self, address: Address) -> Option<i32>;

    /// What another process opens this memory by.
    fn export(&self, memory: Address) -> Result<[u8; HANDLE_BYTES]>;

    /// The memory of another process.
    fn import(&self, handle: [u8; HANDLE_BYTES]) -> Result<Address>;

    /// Lets go of it.
    ///
    /// # Errors
    /// As for [`Device::free`].
    fn close(&self, memory: Address) -> Result<()>;
}

/// Transforms of one shape.
pub(crate) trait Fft: Send {
    /// Bytes of scratch that a run needs.
    fn scratch(&self) -> usize;

    /// Queues the transforms.
    ///
    /// # Safety
    /// `from` and `to` are as the shape says and valid, with the scratch, until the stream was waited for.
    unsafe fn run(&self, from: Address, to: Address, way: Direction, scratch: Address, stream: Stream) -> Result<()>;
}

/// Does what gives something back on `device`, once more where it fails: nobody else would. What fails then is nobody's error.
pub(super) fn insist(device: &dyn Device, act: impl Fn() -> Result<()>) {
    let once = || device.enter().and_then(|_entered| act());
    let _ = once().or_else(|_| once());
}

/// That a device is this thread's.
pub(crate) struct Entered<'a> {
    device: &'a dyn Device,
    before: usize,
}

#[cfg(any(feature = "cuda", feature = "rocm"))]
impl<'a> Entered<'a> {
    /// The device is this thread's in place of `before`.
    pub fn new(device: &'a dyn Device, before: usize) -> Entered<'a> {
        Entered { device, before }
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.device.leave(self.before);
    }
}
