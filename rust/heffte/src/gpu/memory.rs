//! Memory that is given back when its owner goes.

use std::sync::Arc;

use super::device::{Address, Device, Kernel, TILE, Verb, Way, insist};
use crate::array::{Element, ElementType, RawArray};
use crate::backend::BackendKind;
use crate::error::{Error, Result};

/// Memory of a device, or of the host for its copies; its contents are scratch when it is made.
#[derive(Debug)]
pub(crate) struct Memory {
    device: Arc<dyn Device>,
    /// Whether it is memory of the host, from and to which the device copies by itself.
    is_pinned: bool,
    begin: Address,
    bytes: usize,
}

impl Memory {
    /// Nothing of `device` so far.
    pub fn none(device: &Arc<dyn Device>) -> Memory {
        Memory { device: Arc::clone(device), is_pinned: false, begin: 0, bytes: 0 }
    }

    /// Nothing so far of the host's memory, from and to which `device` copies by itself.
    pub fn pinned(device: &Arc<dyn Device>) -> Memory {
        Memory { device: Arc::clone(device), is_pinned: true, begin: 0, bytes: 0 }
    }

    /// So many bytes.
    ///
    /// # Errors
    /// [`Error::Allocation`] where there is not so much memory.
    pub fn new(device: &Arc<dyn Device>, bytes: usize) -> Result<Memory> {
        let mut memory = Memory::none(device);
        memory.reserve(bytes).map(|_| memory)
    }

    /// The begin of at least `bytes` bytes: of the same memory as before where that is long enough.
    ///
    /// # Errors
    /// As for [`Memory::new`].
    pub fn reserve(&mut self, bytes: usize) -> Result<Address> {
        if bytes > self.bytes {
            // The old memory first: both need not be there at once.
            self.release();
            let _entered = self.device.enter()?;
            self.begin = if self.is_pinned {
                self.device.allocate_pinned(bytes)? as Address
            } else {
                self.device.allocate(bytes)?
            };
            self.bytes = bytes;
        }
        Ok(self.begin)
    }

    pub fn begin(&self) -> Address {
        self.begin
    }

    /// Copies `data` to `offset` bytes after its begin, and waits for that.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub fn write<T: Copy>(&self, offset: usize, data: &[T]) -> Result<()> {
        let bytes = size_of_val(data);
        assert!(offset + bytes <= self.bytes, "{bytes} bytes at {offset} do not fit {}", self.bytes);
        let _entered = self.device.enter()?;
        // SAFETY: both hold so many bytes, and the stream is waited for.
        unsafe { self.device.copy(Way::ToDevice, self.begin + offset as u64, data.as_ptr() as u64, bytes, 0) }?;
        self.device.synchronize(0)
    }

    /// Copies what is at `offset` bytes after its begin to `data`, and waits for that.
    ///
    /// # Errors
    /// [`Error::Device`].
    pub fn read<T: Copy>(&self, offset: usize, data: &mut [T]) -> Result<()> {
        let bytes = size_of_val(data);
        assert!(offset + bytes <= self.bytes, "{bytes} bytes at {offset} do not fit {}", self.bytes);
        let _entered = self.device.enter()?;
        // SAFETY: both hold so many bytes, and the stream is waited for.
        unsafe { self.device.copy(Way::ToHost, data.as_mut_ptr() as u64, self.begin + offset as u64, bytes, 0) }?;
        self.device.synchronize(0)
    }

    /// Whether it has less than so many bytes.
    pub fn is_shorter(&self, bytes: usize) -> bool {
        self.bytes < bytes
    }

    fn release(&mut self) {
        if self.bytes > 0 {
            insist(&*self.device, || {
                if self.is_pinned {
                    self.device.free_pinned(self.begin as *mut u8)
                } else {
                    self.device.free(self.begin)
                }
            });
        }
        (self.begin, self.bytes) = (0, 0);
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.release();
    }
}

/// Elements in the memory of a device, for programs that have no other means to put them there. Not collective.
#[derive(Debug)]
pub struct DeviceArray {
    memory: Memory,
    len: usize,
    element: ElementType,
}

impl DeviceArray {
    /// `len` elements of `element` for a plan with the device backend `backend`, on the device of this thread; they may hold anything.
    ///
    /// # Errors
    /// [`Error::HostBackend`] where the backend is none of a device, [`Error::BackendNotBuilt`], [`Error::BackendUnavailable`],
    /// [`Error::Allocation`].
    pub fn new(backend: BackendKind, len: usize, element: ElementType) -> Result<DeviceArray> {
        DeviceArray::on(&super::device_of(backend, None)?, len, element)
    }

    /// The same on `device`.
    ///
    /// # Errors
    /// [`Error::Allocation`], [`Error::Device`].
    pub(super) fn on(device: &Arc<dyn Device>, len: usize, element: ElementType) -> Result<DeviceArray> {
        let memory = Memory::new(device, len * element.size())?;
        Ok(DeviceArray { memory, len, element })
    }

    /// A copy of `data`.
    ///
    /// # Errors
    /// As for [`DeviceArray::new`]; [`Error::Device`].
    pub fn of<E: Element>(backend: BackendKind, data: &[E]) -> Result<DeviceArray> {
        let array = DeviceArray::new(backend, data.len(), E::TYPE)?;
        array.memory.write(0, data)?;
        Ok(array)
    }

    /// A copy of the elements in host memory, once all that was queued on the default stream is done.
    ///
    /// # Errors
    /// [`Error::Elements`] where the array holds others; [`Error::Device`].
    pub fn to_vec<E: Element + Default>(&self) -> Result<Vec<E>> {
        if E::TYPE != self.element {
            let (given, asked) = (self.element.name(), E::TYPE.name());
            return Err(Error::Caller { message: format!("a device array of {given} cannot be read as {asked}") });
        }
        let mut data = vec![E::default(); self.len];
        self.memory.read(0, &mut data)?;
        Ok(data)
    }

    /// Multiplies each element by that of `other` in the same place, in the order of the default stream.
    ///
    /// # Errors
    /// [`Error::Caller`] where the other has other elements, or lies on another device; [`Error::Device`].
    pub fn multiply_by(&mut self, other: &DeviceArray) -> Result<()> {
        let told = |array: &DeviceArray| {
            format!("{} elements of {} on {}", array.len, array.element.name(), array.memory.device.describe())
        };
        if told(self) != told(other) {
            let message = format!("{} cannot be multiplied by {}: both must be alike", told(self), told(other));
            return Err(Error::Caller { message });
        }
        if self.len == 0 {
            return Ok(());
        }
        let device = &self.memory.device;
        device.load_kernels()?;
        let _entered = device.enter()?;
        let (is_complex, is_double) = (self.element.is_complex(), self.element.is_double());
        let arguments = [self.memory.begin, other.memory.begin, self.len as u64];
        let kernel = Kernel { verb: Verb::Multiply, is_complex, is_double };
        // SAFETY: both arrays have so many elements; who frees them waits for what was queued before.
        unsafe { device.launch(kernel, self.len.div_ceil(TILE), &arguments, 0) }
    }

    /// The array as a call of a plan takes it.
    #[must_use]
    pub fn raw(&self) -> RawArray {
        RawArray { address: self.memory.begin as *mut u8, len: Some(self.len), element: self.element }
    }
}
