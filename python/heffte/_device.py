"""Arrays in the memory of a device: where they lie, on which stream, and new ones of the same kind."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from ._errors import heffte_input_error

#: Kinds of DLPack's devices whose memory the host reaches: its own, and pinned or managed by CUDA or ROCm.
_HOST = (1, 3, 11, 13)

#: What stands for the default stream in ``__cuda_array_interface__``.
_DEFAULT_STREAM = 1

#: The same in DLPack, for its kinds of devices that backends here work on: CUDA, ROCm.
_DEFAULT_STREAMS = {2: 1, 10: 0}


class _Alias:
    """Memory of a device under an interface of numpy's, which looks at shapes and strides alone. Nobody may read its elements."""

    def __init__(
        self, shape: Any, typestr: str, address: int, read_only: bool, strides: Any, owner: object = None
    ) -> None:
        #: Kept alive with the memory.
        self.owner = owner
        self.__array_interface__ = {
            "version": 3,
            "shape": tuple(shape),
            "typestr": typestr,
            "data": (address, read_only),
            "strides": None if strides is None else tuple(strides),
        }


def is_on_device(given: Any) -> bool:
    """Whether it says that its elements are in memory that the host does not reach."""
    if hasattr(given, "device_ctypes_pointer") or hasattr(given, "__cuda_array_interface__"):
        return True
    return hasattr(given, "__dlpack_device__") and int(given.__dlpack_device__()[0]) not in _HOST


def view(name: str, given: Any, needed: str) -> tuple[npt.NDArray[Any], bool]:
    """An array of a device as one of numpy at the same address, for its shape and strides, and whether it may be written.

    Raises :class:`heffte_input_error` for one that does not say where its elements are.
    """
    kind = type(given).__name__
    interface = getattr(given, "__cuda_array_interface__", None)
    if interface is not None:
        address, read_only = interface["data"]
        alias = _Alias(interface["shape"], interface["typestr"], address or 0, read_only, interface.get("strides"))
        return np.asarray(alias), not read_only and not _is_constant(given)
    if hasattr(given, "device_ctypes_pointer"):
        alias = _Alias((given.size,), np.dtype(given.dtype).str, given.device_ctypes_pointer.value or 0, False, None)
        return np.asarray(alias), True
    if hasattr(given, "__dlpack__"):
        return _of_dlpack(name, given)
    raise heffte_input_error(
        f"{name} is a {kind} on a device without __cuda_array_interface__ and __dlpack__, so where its elements are is not "
        f"known: {needed}"
    )


def _of_dlpack(name: str, given: Any) -> tuple[npt.NDArray[Any], bool]:
    """The same by DLPack. What the library of the array has under way there is in order with the default stream from then on."""
    kind = int(given.__dlpack_device__()[0])
    if kind not in _DEFAULT_STREAMS:
        raise heffte_input_error(
            f"{name} is a {type(given).__name__} on a device of DLPack's kind {kind}, which no backend reaches: pass one on a "
            "device of CUDA or ROCm"
        )
    stream = _DEFAULT_STREAMS[kind]
    try:
        capsule = given.__dlpack__(stream=stream, max_version=(1, 0))
    except TypeError:
        # Before version 1, nobody asked for one.
        capsule = given.__dlpack__(stream=stream)
    try:
        _, _, address, shape, steps, dtype, read_only = _core.dlpack(capsule)
    except _core.HeffteError as error:
        raise heffte_input_error(f"{name} is a {type(given).__name__}, but {error}") from None
    of_numpy = np.dtype(dtype)
    strides = None if steps is None else [step * of_numpy.itemsize for step in steps]
    alias = _Alias(shape, of_numpy.str, address, read_only, strides, capsule)
    return np.asarray(alias), not read_only and not _is_constant(given)


def stream_of(given: Any) -> int:
    """The stream in whose order an array's elements are to be read and written; 0 for the default one."""
    interface = getattr(given, "__cuda_array_interface__", None) or {}
    stream = interface.get("stream")
    if stream is not None:
        return 0 if stream == _DEFAULT_STREAM else int(stream)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(given, torch.Tensor):
        return int(torch.cuda.current_stream(given.device).cuda_stream)
    return 0


def stream_number(given: Any) -> int:
    """The number of a stream as callers give it: an address, a stream of CuPy, PyTorch or numba, or one with
    ``__cuda_stream__``."""
    if isinstance(given, int):
        return given
    if hasattr(given, "__cuda_stream__"):
        protocol = given.__cuda_stream__
        return int((protocol() if callable(protocol) else protocol)[1])
    for attribute in ("ptr", "cuda_stream", "handle"):
        if hasattr(given, attribute):
            address = getattr(given, attribute)
            return int(getattr(address, "value", address) or 0)
    raise heffte_input_error(f"stream is a {type(given).__name__}: pass its address, or a stream of CuPy, PyTorch or numba")


def empty(given: Any, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Any:
    """A new array of the kind of ``given``, on its device."""
    name = np.dtype(dtype).name
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(given, torch.Tensor):
        return torch.empty(shape, dtype=getattr(torch, name), device=given.device)
    library = type(given).__module__.partition(".")[0]
    if library in ("jax", "jaxlib"):
        return _new_of_jax(given, shape, name)
    if library == "cupy":
        cupy = sys.modules["cupy"]
        with cupy.cuda.Device(given.device.id):
            return cupy.empty(shape, name)
    if library.startswith("numba"):
        return sys.modules["numba.cuda"].device_array(shape, name)
    if hasattr(given, "__array_namespace__"):
        namespace = given.__array_namespace__()
        return namespace.empty(shape, dtype=getattr(namespace, name), device=given.device)
    raise heffte_input_error(
        f"inarray is a {type(given).__name__}, of which no new array can be made here: pass an outarray of {shape} and {name}"
    )


def turned(array: Any, axes: list[int]) -> Any:
    """The array with its axes in another order, in the same memory."""
    return array.permute(axes) if hasattr(array, "permute") else array.transpose(axes)


def _is_constant(given: Any) -> bool:
    return type(given).__module__.partition(".")[0] in ("jax", "jaxlib")


def _new_of_jax(given: Any, shape: tuple[int, ...], dtype: str) -> Any:
    """A new array of JAX, which nobody else has seen yet, so that it may still be written."""
    jax = sys.modules["jax"]
    made = jax.device_put(jax.numpy.zeros(shape, dtype), next(iter(given.devices())))
    return made.block_until_ready()
