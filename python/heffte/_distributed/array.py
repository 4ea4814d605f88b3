"""The distributed array."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from mpi4py import MPI
from numpy.lib.mixins import NDArrayOperatorsMixin

from .. import _device, _mpi
from .._box import box3d
from .._errors import heffte_input_error, told
from .._integers import integer
from . import plans, reduction
from .agreement import agree
from .gather import gather
from .layout import Layout, Order, as_points, make
from .redistribute import redistribute


class DistArray(NDArrayOperatorsMixin):
    """An array whose points lie in boxes on the ranks of a communicator. Making one is collective; it holds zeros.

    ``local`` is this rank's part, a numpy array that is indexed as the whole is. numpy's functions of elements, operators
    among them, act on it and keep the distribution:

    >>> u = heffte.DistArray((64, 64, 64))
    >>> u.local[...] = comm.rank
    >>> energy = 0.5 * numpy.abs(u) ** 2

    Other operands are numbers, arrays of the same distribution, and numpy arrays that broadcast to ``local`` such as those
    of :func:`heffte.fftfreq`.

    Parameters
    ----------
    global_shape
        Points along each axis: the batch axes, then one to three that are distributed.
    dtype
        The type of the elements.
    comm
        An mpi4py communicator.
    grid
        Parts along each distributed axis; the product is the number of ranks. Without it slabs across the first axis,
        while all ranks get points, else pencils.
    boxes
        A :class:`heffte.box3d` for each rank, in place of a grid. They fill the distributed axes without overlaps, and may
        be empty; dimensions beyond the axes have one point.
    order
        How ``local`` lies in memory: ``"C"`` (the default), ``"F"``, or the distributed axes from the fastest-varying to the
        slowest. That of the boxes where these are given.
    batch_axes
        How many axes lead that are not distributed, such as the components of a vector. Transforms take what
        follows for itself.
    local
        This rank's part, to be used where it lies instead of zeros; its type is that of the array. It may be an array of CuPy,
        PyTorch, numba, JAX or others in the memory of a device, on all ranks then: transforms leave it there, given
        ``backend_tag=heffte.backend.cufft`` or ``rocfft``. All else is for arrays in host memory, and an error otherwise.
    """

    def __init__(
        self,
        global_shape: int | Sequence[int],
        dtype: npt.DTypeLike | None = None,
        comm: MPI.Comm = MPI.COMM_WORLD,
        *,
        grid: Sequence[int] | None = None,
        boxes: Sequence[box3d] | None = None,
        order: Order | None = None,
        batch_axes: int = 0,
        local: Any = None,
    ) -> None:
        arguments: dict[str, Any] = {"global_shape": global_shape, "dtype": dtype}
        misplaced = [name for name, given in arguments.items() if isinstance(given, MPI.Comm)]
        # Those who make the array are the ranks of that communicator.
        comm = arguments[misplaced[0]] if misplaced else comm
        _mpi.handle(comm)
        problem, choices = None, None
        try:
            if misplaced:
                raise heffte_input_error(
                    f"{misplaced[0]} is a communicator: write DistArray(global_shape, dtype, comm), or comm=..."
                )
            shape, leading = split_shape(global_shape, batch_axes)
            layout = make(comm, shape[leading:], grid, boxes, order)
            kind = _kind(dtype, local)
            data = np.zeros(buffer_shape(layout, shape[:leading]), kind) if local is None else _own(layout, shape, local)
            where = "a device" if _device.is_on_device(data) else "host memory"
            choices = {"dtype": kind.str, "batch_axes": leading, **layout.choices, "global_shape": shape, "where local is": where}
        except Exception as error:
            problem = told(error)
        agree(comm, problem, choices)
        self._set(layout, shape[:leading], data)
        if layout.grid is None:
            # That boxes overlap nowhere is what plans check.
            plans.identity(layout, layout)

    def _set(self, layout: Layout, batch: tuple[int, ...], data: Any) -> None:
        self._layout = layout
        self._batch = batch
        #: This rank's points as they lie in memory, of the host or of a device: C-contiguous, the batch first, the fastest-varying
        #: axis last.
        self._memory = data
        self._dtype = data.dtype if isinstance(data, np.ndarray) else _seen(data).dtype

    @property
    def _data(self) -> npt.NDArray[Any]:
        """This rank's points as they lie in host memory; an error where they are on a device."""
        self._check_on_host()
        data: npt.NDArray[Any] = self._memory
        return data

    def _check_on_host(self) -> None:
        """Raises :class:`heffte_input_error` where the points are on a device; that is so on all ranks."""
        if not isinstance(self._memory, np.ndarray):
            raise heffte_input_error(
                f"{self!r} is in the memory of a device, where there are only fftn and its kin, without resample, other lengths or "
                f"orthogonalize: use x.local, a {type(self._memory).__name__}, with the functions of its library, or an array in "
                "host memory"
            )

    @classmethod
    def _of(cls, layout: Layout, batch: tuple[int, ...], data: Any) -> DistArray:
        """An array of data as it lies in memory. Not collective."""
        made = cls.__new__(cls)
        made._set(layout, batch, data)
        return made

    @classmethod
    def _empty(cls, layout: Layout, batch: tuple[int, ...], dtype: npt.DTypeLike) -> DistArray:
        """An array without values. Not collective."""
        return cls._of(layout, batch, np.empty(buffer_shape(layout, batch), dtype))

    def _new(self, layout: Layout, dtype: npt.DTypeLike) -> DistArray:
        """An array without values, with the batch of this one and in memory like its. Not collective."""
        if isinstance(self._memory, np.ndarray):
            return self._empty(layout, self._batch, dtype)
        return self._of(layout, self._batch, _device.empty(self._memory, buffer_shape(layout, self._batch), dtype))

    @classmethod
    def _zeros(cls, layout: Layout, batch: tuple[int, ...], dtype: npt.DTypeLike) -> DistArray:
        """An array of zeros. Not collective."""
        return cls._of(layout, batch, np.zeros(buffer_shape(layout, batch), dtype))

    @classmethod
    def _wrapped(cls, layout: Layout, local: npt.NDArray[Any]) -> DistArray:
        """An array with these values in ``local``, copied where they do not lie as they must. Not collective."""
        axes = len(layout.points)
        if local.shape[local.ndim - axes :] != layout.size:
            raise heffte_input_error(
                f"the result has shape {local.shape} on rank {layout.comm.rank}, but its part of an array of {layout.points} "
                f"points has {layout.size}: take only the slices of this rank, x.slices, of other arrays"
            )
        batch = local.shape[: local.ndim - axes]
        return cls._of(layout, batch, np.ascontiguousarray(local.transpose(_to_memory(layout, len(batch)))))

    @property
    def local(self) -> npt.NDArray[Any]:
        """This rank's part, with the batch axes first and then this rank's points along each distributed axis. A view;
        assigning to its elements changes the array. An array of the library that was given where it is on a device."""
        axes = np.argsort(_to_memory(self._layout, len(self._batch)))
        local: npt.NDArray[Any] = _turned(self._memory, [int(axis) for axis in axes])
        return local

    @local.setter
    def local(self, values: Any) -> None:
        """``x.local += 1`` ends here, too, when it is done."""
        own = isinstance(self._memory, np.ndarray)
        alike = isinstance(values, np.ndarray) if own else _device.is_on_device(values)
        if not alike or _seen(values).__array_interface__ != _seen(self.local).__array_interface__:
            raise AttributeError("local is where the points of this rank lie: assign to its elements, x.local[...] = values")

    @property
    def global_shape(self) -> tuple[int, ...]:
        """Points along each axis of the whole, batch axes first."""
        return self._batch + self._layout.points

    @property
    def shape(self) -> tuple[int, ...]:
        """The same as ``global_shape``."""
        return self.global_shape

    @property
    def ndim(self) -> int:
        """The number of axes, those of the batch among them."""
        return len(self.global_shape)

    @property
    def size(self) -> int:
        """The number of elements on all ranks."""
        return math.prod(self.global_shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements."""
        return self._dtype

    @property
    def comm(self) -> MPI.Comm:
        """The communicator."""
        return self._layout.comm

    @property
    def box(self) -> box3d:
        """This rank's box, as plans take it; dimension d is the distributed axis d."""
        return self._layout.box

    @property
    def boxes(self) -> list[box3d]:
        """The boxes of all ranks."""
        return [self._layout.box_of(rank) for rank in range(self.comm.size)]

    @property
    def grid(self) -> tuple[int, ...] | None:
        """Parts along each distributed axis; None where the boxes are a list."""
        return self._layout.grid

    @property
    def order(self) -> tuple[int, ...]:
        """The distributed axes from the fastest-varying in memory to the slowest."""
        return self._layout.order

    @property
    def batch_axes(self) -> int:
        """How many axes lead that are not distributed."""
        return len(self._batch)

    @property
    def slices(self) -> tuple[slice, ...]:
        """Which part of the whole ``local`` is: ``whole[x.slices]``."""
        low, high = self._layout.mine
        return tuple(slice(0, n) for n in self._batch) + tuple(slice(a, max(b + 1, a)) for a, b in zip(low, high))

    @property
    def real(self) -> DistArray:
        """The real parts, in an array of their own."""
        return self._of(self._layout, self._batch, self._data.real.copy())

    @property
    def imag(self) -> DistArray:
        """The imaginary parts, in an array of their own."""
        return self._of(self._layout, self._batch, self._data.imag.copy())

    def conj(self) -> DistArray:
        """The complex conjugates, in an array of their own."""
        return self._of(self._layout, self._batch, np.conjugate(self._data))

    def copy(self) -> DistArray:
        """The same values, in memory of their own. Not collective."""
        return self._of(self._layout, self._batch, self._data.copy())

    def astype(self, dtype: npt.DTypeLike) -> DistArray:
        """A copy in another type. Not collective."""
        return self._of(self._layout, self._batch, self._data.astype(dtype))

    def redistribute(
        self,
        *,
        grid: Sequence[int] | None = None,
        boxes: Sequence[box3d] | None = None,
        order: Order | None = None,
    ) -> DistArray:
        """The same array in other boxes, or in another order in memory. Collective.

        Without ``grid`` and ``boxes`` the boxes stay; without ``order`` the order does, but boxes bring their own.
        """
        return redistribute(self, grid, boxes, order)

    def gather(self, root: int | None = 0) -> npt.NDArray[Any] | None:
        """The whole array on rank ``root``, None on the others; on all ranks where ``root`` is None. Collective."""
        return gather(self, root)

    def sum(self, axis: None = None, dtype: None = None, out: None = None) -> Any:
        """The sum of all elements on all ranks, as numpy adds them up. Collective; the same bits on every rank.

        ``axis``, ``dtype`` and ``out`` are there so that ``numpy.sum`` does so, too; they are None.
        """
        return reduction.reduce(self, "sum", axis=axis, dtype=dtype, out=out)

    def max(self, axis: None = None, out: None = None) -> Any:
        """The largest of all elements on all ranks. Collective; see :meth:`sum`."""
        return reduction.reduce(self, "max", axis=axis, out=out)

    def min(self, axis: None = None, out: None = None) -> Any:
        """The smallest of all elements on all ranks. Collective; see :meth:`sum`."""
        return reduction.reduce(self, "min", axis=axis, out=out)

    def mean(self, axis: None = None, dtype: None = None, out: None = None) -> Any:
        """The mean of all elements on all ranks. Collective; see :meth:`sum`."""
        return reduction.mean(self, axis=axis, dtype=dtype, out=out)

    def var(self, axis: None = None, dtype: None = None, out: None = None, ddof: float = 0) -> Any:
        """The variance of all elements on all ranks, as numpy's: their sum of squares over the size less ``ddof``. Collective; see
        :meth:`sum`."""
        return reduction.var(self, ddof, "var", axis=axis, dtype=dtype, out=out)

    def std(self, axis: None = None, dtype: None = None, out: None = None, ddof: float = 0) -> Any:
        """The standard deviation of all elements on all ranks: the root of :meth:`var`. Collective."""
        return np.sqrt(reduction.var(self, ddof, "std", axis=axis, dtype=dtype, out=out))

    def __getitem__(self, index: Any) -> DistArray:
        """What an index of the batch axes selects: ``u[0]`` is the first component. A view where its elements lie together,
        else a copy. Not collective. Distributed axes are indexed in ``local``."""
        given = index if isinstance(index, tuple) else (index,)
        if len(given) > len(self._batch) or not all(isinstance(i, int | np.integer | slice) for i in given):
            raise heffte_input_error(
                f"index {index!r} goes beyond the {len(self._batch)} batch axes of shape {self.global_shape}, to points that lie "
                "on several ranks: index x.local, this rank's part, which is x.slices of the whole, or x.gather(), the whole"
            )
        part = np.ascontiguousarray(self._data[given])
        return self._of(self._layout, part.shape[: part.ndim - len(self._layout.points)], part)

    def __len__(self) -> int:
        """Points along the first axis."""
        return self.global_shape[0]

    def __iter__(self) -> Iterator[DistArray]:
        """The components along the first batch axis."""
        if not self._batch:
            raise heffte_input_error("an array without batch axes cannot be iterated over: use x.local, or x.gather()")
        return (self[i] for i in range(self._batch[0]))

    def __bool__(self) -> bool:
        raise heffte_input_error("an array is neither true nor false: combine x.local.all() or .any() of all ranks")

    # For type checkers it is nothing that numpy could make an array of, so that products with numpy's arrays have our type.
    if not TYPE_CHECKING:

        def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
            raise TypeError("a DistArray is no numpy array: use x.local for this rank's part, or x.gather() for the whole")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = (), **options: Any) -> Any:
        if method != "__call__" or ufunc.signature is not None:
            raise TypeError(
                f"numpy.{ufunc.__name__}{'' if method == '__call__' else '.' + method} goes across points of several ranks: "
                "use x.local, and comm.allreduce; for all elements there are x.sum(), max, min, mean, var and std"
            )
        where = options.get("where", True)
        arrays = [array for array in (*inputs, *out, where) if isinstance(array, DistArray)]
        for array in arrays:
            array._check_on_host()
        for other in arrays[1:]:
            arrays[0]._check_beside(other, ufunc.__name__)
        options["where"] = _part(where)
        if out:
            options["out"] = tuple(_part(array) for array in out)
        layout = arrays[0]._layout
        results = _told_shapes(lambda: ufunc(*map(_part, inputs), **options), layout)
        if out:
            return out[0] if len(out) == 1 else out
        return tuple(self._wrapped(layout, r) for r in results) if ufunc.nout > 1 else self._wrapped(layout, results)

    def _check_beside(self, other: DistArray, purpose: str) -> None:
        """Raises where the points of two arrays lie on different ranks."""
        if not self._layout.same_as(other._layout):
            raise heffte_input_error(
                f"{purpose} has arrays of different distributions, {self!r} and {other!r}: redistribute one of them"
            )

    def __repr__(self) -> str:
        where = f"grid={self.grid}" if self.grid is not None else f"boxes on {self.comm.size} ranks"
        batch = f", batch_axes={self.batch_axes}" if self._batch else ""
        device = "" if isinstance(self._memory, np.ndarray) else ", on a device"
        return f"DistArray({self.global_shape}, {self.dtype}, {where}, order={self.order}{batch}{device})"


def split_shape(global_shape: Any, batch_axes: Any) -> tuple[tuple[int, ...], int]:
    """The shape, and how many of its axes lead; one to three must follow."""
    shape, leading = as_points(global_shape), integer("batch_axes", batch_axes)
    if leading < 0 or not 1 <= len(shape) - leading <= 3:
        raise heffte_input_error(
            f"global_shape {shape} with batch_axes {leading} leaves {len(shape) - leading} axes to distribute: one to three "
            "are possible; batch_axes says how many lead"
        )
    if min(shape) < 1:
        raise heffte_input_error(f"global_shape {shape} is impossible: each axis has a point at least")
    return shape, leading


def buffer_shape(layout: Layout, batch: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of this rank's points as they lie in memory, slowest axis first."""
    return batch + tuple(layout.size[axis] for axis in layout.order[::-1])


def _to_memory(layout: Layout, batch_axes: int) -> list[int]:
    """The axes of ``local`` as they come in memory, slowest first."""
    return [*range(batch_axes), *(batch_axes + axis for axis in layout.order[::-1])]


def _kind(dtype: npt.DTypeLike | None, local: Any) -> np.dtype[Any]:
    if local is None:
        kind = _dtype(float if dtype is None else dtype)
        if kind.hasobject:
            raise heffte_input_error(f"dtype {kind} is no number")
        return kind
    if not isinstance(local, np.ndarray) and not _device.is_on_device(local):
        raise heffte_input_error(f"local is a {type(local).__name__}: pass a numpy array, or one in the memory of a device")
    own = _seen(local).dtype
    if dtype is not None and _dtype(dtype) != own:
        raise heffte_input_error(f"local has dtype {own}, but dtype is {_dtype(dtype)}: leave it out, or convert")
    if own.hasobject:
        raise heffte_input_error("local holds Python objects: pass numbers")
    return own


def _seen(array: Any) -> npt.NDArray[Any]:
    """An array of this rank for its shape, strides and type; its elements may be on a device."""
    return array if isinstance(array, np.ndarray) else _device.view("local", array, "a part of an array")[0]


def _turned(array: Any, axes: list[int]) -> Any:
    """The array with its axes in another order, in the same memory."""
    if isinstance(array, np.ndarray):
        return array.transpose(axes)
    return array if axes == sorted(axes) else _device.turned(array, axes)


def _dtype(given: npt.DTypeLike) -> np.dtype[Any]:
    try:
        return np.dtype(given)
    except TypeError as error:
        raise heffte_input_error(
            f"dtype {given!r} is unknown to numpy ({error}): use such as float, complex, 'float32', 'complex64'"
        ) from None


def _own(layout: Layout, shape: tuple[int, ...], local: Any) -> Any:
    """``local`` as it lies in memory, where that is how it must."""
    batch, seen = shape[: len(shape) - len(layout.points)], _seen(local)
    if seen.shape != batch + layout.size:
        raise heffte_input_error(f"local has shape {seen.shape}, but this rank's part has {batch + layout.size}")
    axes = _to_memory(layout, len(batch))
    if not seen.transpose(axes).flags.c_contiguous:
        fix = "numpy.asfortranarray" if layout.order == tuple(range(len(layout.order))) else "numpy.ascontiguousarray"
        fix = f"{fix}(...)" if isinstance(local, np.ndarray) else "one that lies so"
        raise heffte_input_error(
            f"local has strides {seen.strides}, but must lie in memory in the order {layout.order}, the fastest-varying axis "
            f"first: pass {fix}, or say order="
        )
    return _turned(local, axes)


def _part(array: Any) -> Any:
    return array.local if isinstance(array, DistArray) else array


def _told_shapes(call: Callable[[], Any], layout: Layout) -> Any:
    """The result of a call of numpy; where shapes do not fit, the error says what this rank's part is."""
    try:
        return call()
    except ValueError as error:
        raise heffte_input_error(
            f"{error}: rank {layout.comm.rank} has {layout.size} of {layout.points} points; other arrays must broadcast to "
            "that: take x.slices of them"
        ) from None
