"""Plans: made once, collectively, and used any number of times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from mpi4py import MPI

from . import _core, _device, _mpi
from ._arrays import NOTHING, Described, Form, describe, same_kind, view
from ._box import Triples, box3d, triples
from ._constants import backend_number, scale, scale_number
from ._errors import heffte_input_error, told
from ._integers import integer, triple
from ._options import Choices, plan_options

if TYPE_CHECKING:
    from typing_extensions import Unpack

#: The direction of an r2c plan, or the kinds of all dimensions.
Kinds = tuple[int | None, tuple[int, int, int] | None]

_EMPTY: Triples = ((0, 0, 0), (-1, -1, -1), (0, 1, 2))
_REAL = ("float32", "float64")
_COMPLEX = ("complex64", "complex128")


def fft3d(
    backend_tag: int,
    inbox: box3d,
    outbox: box3d,
    comm: Any,
    options: plan_options | None = None,
    **choices: Unpack[Choices],
) -> heffte_fft_plan:
    """A plan for complex transforms, or for real input with its whole spectrum. Collective over ``comm``.

    Parameters
    ----------
    backend_tag
        A number of :class:`backend`.
    inbox, outbox
        This rank's points before and after a forward transform. The inboxes of all ranks fill a world that begins at
        (0, 0, 0), without overlaps; so do the outboxes. Boxes may be empty.
    comm
        An mpi4py communicator. The plan works on a duplicate of it.
    options
        The same on all ranks; None for the defaults of the backend.
    choices
        Options by name, as :class:`plan_options` has them: ``use_pencils=False``, ``threads=2``.

    Raises
    ------
    heffte_input_error
        On all ranks, whichever rank was wrong.
    """
    return heffte_fft_plan(backend_tag, inbox, outbox, None, comm, options, choices=choices)


def fft3d_r2c(
    backend_tag: int,
    inbox: box3d,
    outbox: box3d,
    r2c_direction: int,
    comm: Any,
    options: plan_options | None = None,
    **choices: Unpack[Choices],
) -> heffte_fft_plan:
    """A plan for real data, of whose spectrum ``n // 2 + 1`` points are stored along ``r2c_direction`` (0, 1 or 2).
    Collective over ``comm``.

    The outboxes fill the world that is shorter in that direction (``world.r2c(r2c_direction)``); all else is as for
    :func:`fft3d`.
    """
    return heffte_fft_plan(backend_tag, inbox, outbox, r2c_direction, comm, options, choices=choices)


def transform(
    backend_tag: int,
    inbox: box3d,
    outbox: box3d,
    kinds: Sequence[int],
    comm: Any,
    options: plan_options | None = None,
    **choices: Unpack[Choices],
) -> heffte_fft_plan:
    """A plan with a kind of transform for each dimension: ``kinds`` are three numbers of :class:`axis`. Collective over
    ``comm``.

    Without a Fourier transform (``axis.c2c``, ``axis.r2c``) arrays and workspace have one type, real or complex, of whose
    numbers both parts are transformed for themselves. With ``axis.r2c``, forward transforms go from real to complex arrays, and
    outboxes fill the world that is shorter there (``world.r2c(dimension)``). Else all is as for :func:`fft3d`.

    A backward cosine or sine transform of n points is the inverse times ``2 * n``, ``2 * (n - 1)`` for ``axis.cos1``, or
    ``2 * (n + 1)`` for ``axis.sin1``. ``scale.full`` divides by the product of these and of the points of the Fourier
    transforms.
    """
    return heffte_fft_plan(backend_tag, inbox, outbox, None, comm, options, kinds=kinds, choices=choices)


class heffte_fft_plan:
    """A plan; :func:`fft3d`, :func:`fft3d_r2c` and :func:`transform` make it. Printing it shows what it does.

    ``fft_comm`` is the communicator, ``use_r2c`` says whether real data becomes complex. Plans are context managers:

    >>> with heffte.fft3d(heffte.backend.stock, box, box, comm) as plan:
    ...     plan.forward(ones, spectrum)

    All ranks call the same transforms in the same order. Calls release the interpreter's lock.
    """

    def __init__(
        self,
        backend_tag: int,
        inbox: box3d,
        outbox: box3d,
        r2c_direction: int | None,
        comm: Any,
        options: plan_options | None = None,
        *,
        kinds: Sequence[int] | None = None,
        choices: Choices | None = None,
    ) -> None:
        handle = _mpi.handle(comm)
        arguments: tuple[int, Triples, Triples, Kinds] = (0, _EMPTY, _EMPTY, (None, None))
        chosen = plan_options()._values()
        problem = None
        try:
            direction = None if r2c_direction is None else integer("r2c_direction", r2c_direction)
            tag = backend_number(backend_tag)
            numbers: Kinds = (direction, None)
            if kinds is not None:
                x, y, z = triple("kinds", kinds).tolist()
                numbers = (direction, (x, y, z))
            arguments = (tag, triples(inbox, "inbox"), triples(outbox, "outbox"), numbers)
            base = plan_options.default(tag) if options is None else _checked(options)
            chosen = base._with(choices or {})._values()
        except Exception as error:
            problem = told(error)
        try:
            self._plan: _core.Plan | None = _core.Plan(*arguments, handle, chosen, problem)
        except _core.HeffteError as error:
            raise heffte_input_error(str(error)) from None
        self.fft_comm = comm
        self._boxes = {"inbox": arguments[1], "outbox": arguments[2]}
        self._domain = self.plan.domain()
        self.use_r2c = self._domain == "r2c"

    def close(self) -> None:
        """Frees the plan: its memory and its communicator. Collective. What is asked of it afterwards is an error; closing
        it again does nothing.

        A plan is closed at the end of a ``with`` block, and freed with its last reference.
        """
        self._plan = None

    def __enter__(self) -> heffte_fft_plan:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def plan(self) -> _core.Plan:
        """The plan of the extension module."""
        if self._plan is None:
            raise heffte_input_error("the plan is closed: make another, or close it later")
        return self._plan

    @property
    def device(self) -> int | None:
        """The number of the device in whose memory arrays are; None for a plan that works in host memory."""
        return self.plan.device()

    def size_inbox(self) -> int:
        """Elements of this rank's inbox; real ones where ``use_r2c``."""
        return self.plan.size_inbox()

    def size_outbox(self) -> int:
        """Elements of this rank's outbox; complex ones, if any transform is a Fourier transform."""
        return self.plan.size_outbox()

    def size_workspace(self) -> int:
        """Elements that a workspace must have for each transform of a batch; complex ones, if any is a Fourier transform."""
        return self.plan.size_workspace()

    def size_comm_buffers(self) -> int:
        """Elements of the workspace that hold messages."""
        return self.plan.size_comm_buffers()

    def get_scale_factor(self, scaling: int) -> float:
        """The factor that ``scaling`` applies: 1 for ``scale.none``."""
        try:
            return self.plan.scale_factor(scale_number(scaling))
        except _core.HeffteError as error:
            raise heffte_input_error(str(error)) from None

    def forward(self, inarray: Any, outarray: Any = None, scaling: int = scale.none, *, batch: int = 1, stream: Any = None) -> Any:
        """Transforms ``inarray``, this rank's inbox, into ``outarray``, its outbox. Collective.

        Arrays are numpy's, or have the buffer protocol, ``__array_interface__`` or DLPack, as those of PyTorch and JAX
        on the CPU have. They have exactly ``batch * size_inbox()`` and ``batch * size_outbox()`` elements,
        C-contiguous, of any shape, in memory in the order of the boxes; or they are indexed by the dimensions 0, 1, 2
        and lie in that order, as Fortran-ordered arrays do for boxes of the order (0, 1, 2). float32 and complex64 go
        to complex64, float64 and complex128 to complex128; an r2c plan takes real input only; without a Fourier
        transform each type goes to the same. Both may be the same memory, but for an r2c plan. ``inarray`` is not
        changed otherwise.

        Without ``outarray`` a new array of the kind of ``inarray`` comes back, indexed in the same way.

        A plan with the backend cufft or rocfft takes arrays on its device, with ``__cuda_array_interface__`` or DLPack: of CuPy,
        numba, PyTorch or JAX. It works in the order of ``stream``, or else of the stream of ``inarray``, and comes back as soon as
        its work is queued.

        Raises
        ------
        heffte_input_error
            On all ranks, whichever rank was wrong; ``outarray`` is then as it was.
        """
        return self._transform(True, inarray, outarray, None, scaling, batch, False, stream)

    def backward(self, inarray: Any, outarray: Any = None, scaling: int = scale.none, *, batch: int = 1, stream: Any = None) -> Any:
        """Transforms ``inarray``, this rank's outbox, into ``outarray``, its inbox: the reverse of :meth:`forward`.
        Collective. Real output of a c2c plan drops the imaginary part; where a new array comes back, it is complex."""
        return self._transform(False, inarray, outarray, None, scaling, batch, False, stream)

    def forward_buffered(
        self,
        inarray: Any,
        outarray: Any,
        workspace: Any,
        scaling: int = scale.none,
        *,
        batch: int = 1,
        stream: Any = None,
    ) -> Any:
        """As :meth:`forward`, with a ``workspace`` of at least ``batch * size_workspace()`` complex elements of the
        same precision; without a Fourier transform, of the type of the arrays."""
        return self._transform(True, inarray, outarray, workspace, scaling, batch, True, stream)

    def backward_buffered(
        self,
        inarray: Any,
        outarray: Any,
        workspace: Any,
        scaling: int = scale.none,
        *,
        batch: int = 1,
        stream: Any = None,
    ) -> Any:
        """As :meth:`backward`, with a workspace like that of :meth:`forward_buffered`."""
        return self._transform(False, inarray, outarray, workspace, scaling, batch, True, stream)

    def _transform(
        self, forward: bool, inarray: Any, outarray: Any, workspace: Any, scaling: int, batch: int, buffered: bool, stream: Any
    ) -> Any:
        # Held until the transform is over: what they describe is in their memory.
        arrays: list[Described] = []
        result = None
        factor, copies, order, problem = scale.none, 1, 0, None
        plan = self.plan
        try:
            if self.fft_comm == MPI.COMM_NULL:
                raise heffte_input_error("the communicator of the plan was freed: close plans first, or make another")
            factor, copies = scale_number(scaling), integer("batch", batch)
            if copies < 1:
                raise heffte_input_error(f"batch {batch} is impossible: it is at least 1")
            if outarray is None:
                result = self._new(forward, inarray, copies)
            out = outarray if result is None else result
            arrays = self._describe(forward, inarray, out, workspace, copies, buffered, result is not None)
            if self.device is not None:
                order = self._stream(stream, [inarray, out, workspace])
        except Exception as error:
            problem = told(error)
        source, target, *space = [array.description for array in arrays] if problem is None else [NOTHING, NOTHING]
        try:
            plan.execute(forward, source, target, space[0] if space else None, copies, factor, order, problem)
        except _core.HeffteError as error:
            raise heffte_input_error(str(error)) from None
        return None if result is None else same_kind(inarray, result)

    def _forms(self, forward: bool, batch: int) -> tuple[Form, Form]:
        """The forms of input and output."""
        near, far = (Form.of(name, self._boxes[name], batch) for name in ("inbox", "outbox"))
        return (near, far) if forward else (far, near)

    def _new(self, forward: bool, inarray: Any, batch: int) -> Any:
        """A new array for the result of ``inarray``."""
        source, target = self._forms(forward, batch)
        needed = f"a transform of this plan needs {source.count} elements"
        given, _ = view("inarray", inarray, needed, False, on_device=self.device is not None)
        single = given.dtype.name in ("float32", "complex64")
        is_real = given.dtype.kind == "f" if self._domain == "r2r" else self.use_r2c and not forward
        dtype = ("float32" if single else "float64") if is_real else ("complex64" if single else "complex128")
        if self.device is None:
            return target.empty_for(given, source, lambda shape: np.empty(shape, dtype))
        return target.empty_for(given, source, lambda shape: _device.empty(inarray, shape, dtype))

    def _stream(self, given: Any, arrays: list[Any]) -> int:
        """The stream for a transform: the one that is given, else that of the first array. What the others have under way on theirs
        is waited for."""
        streams = [_device.stream_of(array) for array in arrays if array is not None]
        stream = streams[0] if given is None else _device.stream_number(given)
        for other in {other for other in streams if other != stream}:
            self.plan.synchronize(other)
        return stream

    def _describe(
        self, forward: bool, inarray: Any, outarray: Any, workspace: Any, batch: int, buffered: bool, is_new: bool
    ) -> list[Described]:
        on = self.device is not None
        is_r2r = self._domain == "r2r"
        types = {"inbox": _REAL if self.use_r2c else _REAL + _COMPLEX, "outbox": _REAL + _COMPLEX if is_r2r else _COMPLEX}
        source, target = self._forms(forward, batch)
        kind = f"a {'forward' if forward else 'backward'} transform of this {self._domain} plan"
        given = describe("inarray", inarray, source, types[source.name], f"{kind} ({source.name})", written=False, on_device=on)
        # JAX's arrays are constants, but for one that nobody has seen.
        out_kind, written = f"{kind} ({target.name})", not is_new
        out = describe("outarray", outarray, target, types[target.name], out_kind, written=written, on_device=on)
        if not buffered:
            return [given, out]
        precision = ("complex64",) if given.view.dtype.name in ("float32", "complex64") else ("complex128",)
        if is_r2r:
            precision = (given.view.dtype.name,)
        count = batch * self.size_workspace()
        return [given, out, describe("workspace", workspace, count, precision, kind, written=True, on_device=on)]

    def __repr__(self) -> str:
        """The first line of what it does."""
        return "<closed plan>" if self._plan is None else f"<plan {self.plan.recipe().splitlines()[0]}>"

    def __str__(self) -> str:
        """What the plan does: its stages and exchanges, in a few lines."""
        return self.plan.recipe()


def _checked(options: Any) -> plan_options:
    if not isinstance(options, plan_options):
        raise heffte_input_error(f"options is a {type(options).__name__}: pass a heffte.plan_options, or None")
    return options
