"""One .npy file of an array, which all ranks write and read at once, each its own part."""

from __future__ import annotations

import contextlib
import io
import math
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from mpi4py import MPI
from numpy.lib import format as npy

from .. import _mpi
from .._box import box3d
from .._errors import heffte_input_error, told
from .agreement import agree, refuse
from .array import DistArray
from .exchange import CHUNK
from .layout import Order


def save(file: str | os.PathLike[str], x: DistArray) -> None:
    """Writes an array to one ``.npy`` file, which ``numpy.load`` reads, by MPI-IO: no rank ever holds the whole. Collective.

    All ranks must see the same file system. As in numpy, ``.npy`` is appended to a name without it. The file is written beside
    its place and moved there when it is complete. An array in Fortran's order is written in it.

    Raises
    ------
    heffte_input_error
        On all ranks, where any of them could not write.
    """
    if not isinstance(x, DistArray):
        refuse(f"x is a {type(x).__name__}: save takes a heffte.DistArray; numpy.save has others")
    _mpi.handle(x.comm)
    comm = x.comm
    problem, path, part = None, "", ""
    fortran = not x.batch_axes and x.order == tuple(range(x.ndim))
    header = _header(x, fortran)
    try:
        x._check_on_host()
        path = os.fspath(file)
        path = path if path.endswith(".npy") else path + ".npy"
        part = path + ".part"
    except Exception as error:
        problem = f"cannot write {file!r}: {told(error)}"
    agree(comm, problem, {"file": path, "array": (x.global_shape, x.dtype.str, x._layout.key)})
    axes = tuple(range(x.ndim))[:: -1 if fortran else 1]
    try:
        _on_first(comm, lambda: _begin(part, header), f"cannot write {path}")
        _all_parts(x, part, len(header), axes, True, np.ascontiguousarray(x.local.transpose(axes)))
        _on_first(comm, lambda: os.replace(part, path), f"cannot move {part} to {path}")
    except heffte_input_error:
        # The same on all ranks.
        if comm.rank == 0 and os.path.isfile(part):
            os.remove(part)
        raise


def _begin(part: str, header: bytes) -> None:
    # What lies there may be a link that somebody put in a folder that others write to, too.
    with contextlib.suppress(FileNotFoundError):
        os.remove(part)
    with open(part, "xb") as begun:
        begun.write(header)


def _on_first(comm: MPI.Comm, act: Callable[[], None], failure: str) -> None:
    """Does it on rank 0, and raises on all ranks where it fails. Collective."""
    problem = None
    try:
        if comm.rank == 0:
            act()
    except OSError as error:
        problem = f"{failure}: {told(error)}"
    agree(comm, problem)


def load(
    file: str | os.PathLike[str],
    comm: MPI.Comm = MPI.COMM_WORLD,
    *,
    grid: Sequence[int] | None = None,
    boxes: Sequence[box3d] | None = None,
    order: Order | None = None,
    batch_axes: int = 0,
) -> DistArray:
    """Reads a ``.npy`` file, of :func:`save` or of ``numpy.save``, each rank its part of it. Collective.

    Where the points go is said as for :class:`DistArray`; the file need not have been written by as many ranks.
    """
    _mpi.handle(comm)
    problem, path, found = None, "", None
    try:
        path = os.fspath(file)
        found = _read_header(path) if comm.rank == 0 else None
    except Exception as error:
        problem = f"cannot read {path or file!r}: {told(error)}"
    agree(comm, problem, {"file": path})
    shape, fortran, dtype, offset = comm.bcast(found)
    x = DistArray(shape, dtype, comm, grid=grid, boxes=boxes, order=order, batch_axes=batch_axes)
    axes = tuple(range(x.ndim))[:: -1 if fortran else 1]
    values = x.local.transpose(axes)
    buffer = values if values.flags.c_contiguous else np.empty(values.shape, dtype)
    _all_parts(x, path, offset, axes, False, buffer)
    if buffer is not values:
        values[...] = buffer
    return x if dtype.isnative else x.astype(dtype.newbyteorder("="))


def _header(x: DistArray, fortran: bool) -> bytes:
    text = io.BytesIO()
    described = {"shape": x.global_shape, "fortran_order": fortran, "descr": npy.dtype_to_descr(x.dtype)}
    npy.write_array_header_1_0(text, described)
    return text.getvalue()


def _read_header(path: str) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """Shape, whether in Fortran's order, type, and where the elements begin."""
    with open(path, "rb") as opened:
        version = npy.read_magic(opened)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, fortran, dtype = read(opened)
        if dtype.hasobject:
            raise heffte_input_error("it holds Python objects, not numbers")
        begin, end = opened.tell(), os.fstat(opened.fileno()).st_size
    needed = begin + math.prod(shape) * dtype.itemsize
    if end < needed:
        raise heffte_input_error(f"it has {end} bytes, but an array of shape {shape} and dtype {dtype} needs {needed}")
    return shape, fortran, dtype, begin


def _all_parts(x: DistArray, path: str, offset: int, axes: tuple[int, ...], is_write: bool, buffer: npt.NDArray[Any]) -> None:
    """Writes or reads ``buffer``, which lies in memory as the file does, whose axes are ``axes`` of the array. Collective."""
    sizes = [x.global_shape[axis] for axis in axes]
    starts = [x.slices[axis].start for axis in axes]
    element = MPI.BYTE.Create_contiguous(x.dtype.itemsize).Commit()
    blocks = list(_blocks([0] * x.ndim, list(buffer.shape), x.dtype.itemsize))
    rounds = x.comm.allreduce(len(blocks), MPI.MAX)
    verb = "write" if is_write else "read"
    problem, opened = None, None
    try:
        assert isinstance(x.comm, MPI.Intracomm)
        opened = MPI.File.Open(x.comm, path, MPI.MODE_WRONLY if is_write else MPI.MODE_RDONLY)
    except Exception as error:
        problem = f"cannot open {path}: {told(error)}"
    try:
        agree(x.comm, problem)
        assert opened is not None
        for step in range(rounds):
            block = blocks[step] if step < len(blocks) else None
            problem = problem or _one_block(opened, buffer, block, element, sizes, starts, offset, is_write)
        agree(x.comm, problem and f"cannot {verb} {path}: {problem}")
    finally:
        element.Free()
        if opened is not None:
            opened.Close()


def _one_block(
    opened: MPI.File,
    buffer: npt.NDArray[Any],
    block: tuple[list[int], list[int]] | None,
    element: MPI.Datatype,
    sizes: list[int],
    starts: list[int],
    offset: int,
    is_write: bool,
) -> str | None:
    """Writes or reads a block of this rank, or takes part without one. Collective; returns what went wrong."""
    view, flat = element, np.empty(0, np.uint8)
    if block is not None:
        begin, size = block
        part = buffer[tuple(slice(b, b + n) for b, n in zip(begin, size))]
        flat = part.reshape(-1).view(np.uint8)
        view = element.Create_subarray(sizes, size, [a + b for a, b in zip(starts, begin)]).Commit()
    count = flat.size // element.Get_size()
    status = MPI.Status()
    try:
        opened.Set_view(offset, element, view)
        (opened.Write_all if is_write else opened.Read_all)([flat, count, element], status)
        moved = status.Get_count(element)
        return None if moved == count else f"{moved} of {count} elements were moved"
    except Exception as error:
        return told(error)
    finally:
        if block is not None:
            view.Free()


def _blocks(begin: list[int], size: list[int], itemsize: int) -> Iterator[tuple[list[int], list[int]]]:
    """A box in parts whose bytes MPI can count, each contiguous in memory; nothing where it is empty."""
    if math.prod(size) == 0:
        return
    if math.prod(size) * itemsize <= CHUNK:
        yield begin, size
        return
    axis = next(axis for axis, n in enumerate(size) if n > 1)
    half = size[axis] // 2
    yield from _blocks(begin, size[:axis] + [half] + size[axis + 1 :], itemsize)
    later = begin[:axis] + [begin[axis] + half] + begin[axis + 1 :]
    yield from _blocks(later, size[:axis] + [size[axis] - half] + size[axis + 1 :], itemsize)
