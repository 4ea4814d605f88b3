"""CUDA's driver and cuFFT as figures need them: memory, copies, events and plain transforms, with nothing between."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any

import numpy as np

#: What makes cuFFT's transforms, and carries them out, by the type of the elements.
TRANSFORMS = {"complex64": (0x29, "cufftExecC2C"), "complex128": (0x69, "cufftExecZ2Z")}


def _cufft() -> ctypes.CDLL:
    """The library that plans load, too."""
    folders = [Path(folder) for folder in os.environ.get("HEFFTE_CUDA_LIBRARIES", "").split(":") if folder]
    names = [f"libcufft.so.{version}" for version in (12, 11)]
    for candidate in [*(str(folder / name) for folder in folders for name in names if (folder / name).exists()), *names]:
        try:
            return ctypes.CDLL(candidate)
        except OSError:
            continue
    raise OSError("libcufft.so.12 and .11 are not found; HEFFTE_CUDA_LIBRARIES may name their folder")


class Device:
    """A device, in the context that everybody shares."""

    def __init__(self, ordinal: int) -> None:
        self.cuda, self.cufft = ctypes.CDLL("libcuda.so.1"), _cufft()
        device, context = ctypes.c_int(), ctypes.c_void_p()
        self.call("cuInit", 0)
        self.call("cuDeviceGet", ctypes.byref(device), ordinal)
        self.call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        self.call("cuCtxSetCurrent", context)
        name = ctypes.create_string_buffer(128)
        self.call("cuDeviceGetName", name, 128, device)
        self.name = name.value.decode()

    def call(self, name: str, *arguments: Any) -> None:
        """A function of the driver or of cuFFT."""
        library = self.cufft if name.startswith("cufft") else self.cuda
        code = getattr(library, name)(*arguments)
        if code:
            raise RuntimeError(f"{name} fails with {code}")

    def wait(self) -> None:
        self.call("cuStreamSynchronize", None)


class Array:
    """Elements on a device, as heffte takes them."""

    def __init__(self, device: Device, shape: tuple[int, ...], dtype: str) -> None:
        self.device, self.shape, self.dtype = device, shape, np.dtype(dtype)
        self.bytes = int(np.prod(shape)) * self.dtype.itemsize
        address = ctypes.c_uint64()
        device.call("cuMemAlloc_v2", ctypes.byref(address), ctypes.c_size_t(max(self.bytes, 1)))
        self.address = address.value

    def free(self) -> None:
        self.device.call("cuMemFree_v2", ctypes.c_uint64(self.address))

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return {"shape": self.shape, "typestr": self.dtype.str, "data": (self.address, False), "strides": None, "version": 3}

    def put(self, values: np.ndarray[Any, Any]) -> None:
        """Writes the first elements."""
        ends = (ctypes.c_uint64(self.address), _begin(values))
        self.device.call("cuMemcpyHtoDAsync_v2", *ends, ctypes.c_size_t(values.nbytes), None)
        self.device.wait()

    def get(self, count: int) -> np.ndarray[Any, Any]:
        """The first elements."""
        values = np.empty(count, self.dtype)
        ends = (_begin(values), ctypes.c_uint64(self.address))
        self.device.call("cuMemcpyDtoHAsync_v2", *ends, ctypes.c_size_t(values.nbytes), None)
        self.device.wait()
        return values

    def copy_to(self, other: Array) -> None:
        """Queues a copy of all of it."""
        ends = (ctypes.c_uint64(other.address), ctypes.c_uint64(self.address))
        self.device.call("cuMemcpyDtoDAsync_v2", *ends, ctypes.c_size_t(self.bytes), None)


class Transform:
    """A plan of cuFFT for a whole cube, and nothing else."""

    def __init__(self, device: Device, n: int, dtype: str) -> None:
        self.device, (kind, self.execute) = device, TRANSFORMS[dtype]
        self.handle, size = ctypes.c_int(), ctypes.c_size_t()
        device.call("cufftCreate", ctypes.byref(self.handle))
        points, none, long = (ctypes.c_longlong * 3)(n, n, n), None, ctypes.c_longlong
        embedding = (none, long(1), long(n**3), none, long(1), long(n**3))
        device.call("cufftMakePlanMany64", self.handle, 3, points, *embedding, kind, long(1), ctypes.byref(size))

    def run(self, given: Array, out: Array) -> None:
        self.device.call(self.execute, self.handle, ctypes.c_uint64(given.address), ctypes.c_uint64(out.address), -1)

    def free(self) -> None:
        self.device.call("cufftDestroy", self.handle)


class Clock:
    """The time of the device between two places in the default stream."""

    def __init__(self, device: Device) -> None:
        self.device, self.events = device, (ctypes.c_void_p(), ctypes.c_void_p())
        for event in self.events:
            device.call("cuEventCreate", ctypes.byref(event), 0)

    def begin(self) -> None:
        self.device.call("cuEventRecord", self.events[0], None)

    def end(self) -> float:
        """Milliseconds since the begin, when all in between is done."""
        elapsed = ctypes.c_float()
        self.device.call("cuEventRecord", self.events[1], None)
        self.device.call("cuEventSynchronize", self.events[1])
        self.device.call("cuEventElapsedTime", ctypes.byref(elapsed), *self.events)
        return elapsed.value

    def free(self) -> None:
        for event in self.events:
            self.device.call("cuEventDestroy_v2", event)


def _begin(values: np.ndarray[Any, Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(values.ctypes.data)
