"""Plans: made once, collectively, and used any number of times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt
from mpi4py import MPI

from . import _core, _mpi
from ._arrays import NOTHING, Description, describe
from ._box import Triples, box3d, triples
from ._constants import scale
from ._errors import heffte_input_error, told
from ._integers import integer, triple
from ._options import plan_options

#: The direction of an r2c plan, or the kinds of all dimensions.
Kinds = tuple[int | None, tuple[int, int, int] | None]

_EMPTY: Triples = ((0, 0, 0), (-1, -1, -1), (0, 1, 2))
_REAL = ("float32", "float64")
_COMPLEX = ("complex64", "complex128")


def fft3d(
    backend_tag: int, inbox: box3d, outbox: box3d, comm: Any, options: plan_options | None = None
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

    Raises
    ------
    heffte_input_error
        On all ranks, whichever rank was wrong.
    """
    return heffte_fft_plan(backend_tag, inbox, outbox, None, comm, options)


def fft3d_r2c(
    backend_tag: int, inbox: box3d, outbox: box3d, r2c_direction: int, comm: Any, options: plan_options | None = None
) -> heffte_fft_plan:
    """A plan for real data, of whose spectrum ``n // 2 + 1`` points are stored along ``r2c_direction`` (0, 1 or 2).
    Collective over ``comm``.

    The outboxes fill the world that is shorter in that direction (``world.r2c(r2c_direction)``); all else is as for
    :func:`fft3d`.
    """
    return heffte_fft_plan(backend_tag, inbox, outbox, r2c_direction, comm, options)


def transform(
    backend_tag: int,
    inbox: box3d,
    outbox: box3d,
    kinds: Sequence[int],
    comm: Any,
    options: plan_options | None = None,
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
    return heffte_fft_plan(backend_tag, inbox, outbox, None, comm, options, kinds=kinds)


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
    ) -> None:
        handle = _mpi.handle(comm)
        arguments: tuple[int, Triples, Triples, Kinds] = (0, _EMPTY, _EMPTY, (None, None))
        chosen = plan_options()._values()
        problem = None
        try:
            direction = None if r2c_direction is None else integer("r2c_direction", r2c_direction)
            tag = integer("backend_tag", backend_tag)
            numbers: Kinds = (direction, None)
            if kinds is not None:
                x, y, z = triple("kinds", kinds).tolist()
                numbers = (direction, (x, y, z))
            arguments = (tag, triples(inbox, "inbox"), triples(outbox, "outbox"), numbers)
            chosen = (plan_options.default(tag) if options is None else _checked(options))._values()
        except Exception as error:
            problem = told(error)
        try:
            self._plan: _core.Plan | None = _core.Plan(*arguments, handle, chosen, problem)
        except _core.HeffteError as error:
            raise heffte_input_error(str(error)) from None
        self.fft_comm = comm
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
            return self.plan.scale_factor(integer("scaling", scaling))
        except _core.HeffteError as error:
            raise heffte_input_error(str(error)) from None

    def forward(
        self, inarray: npt.NDArray[Any], outarray: npt.NDArray[Any], scaling: int = scale.none, *, batch: int = 1
    ) -> None:
        """Transforms ``inarray``, this rank's inbox, into ``outarray``, its outbox. Collective.

        Arrays are C-contiguous, of any shape, with exactly ``batch * size_inbox()`` and ``batch * size_outbox()``
        elements, in memory in the order of the boxes. float32 and complex64 go to complex64, float64 and complex128 to
        complex128; an r2c plan takes real input only; without a Fourier transform each type goes to the same. Both may be
        the same memory, but for an r2c plan. ``inarray`` is not changed otherwise.

        Raises
        ------
        heffte_input_error
            On all ranks, whichever rank was wrong; ``outarray`` is then as it was.
        """
        self._transform(True, inarray, outarray, None, scaling, batch, False)

    def backward(
        self, inarray: npt.NDArray[Any], outarray: npt.NDArray[Any], scaling: int = scale.none, *, batch: int = 1
    ) -> None:
        """Transforms ``inarray``, this rank's outbox, into ``outarray``, its inbox: the reverse of :meth:`forward`.
        Collective. Real output of a c2c plan drops the imaginary part."""
        self._transform(False, inarray, outarray, None, scaling, batch, False)

    def forward_buffered(
        self,
        inarray: npt.NDArray[Any],
        outarray: npt.NDArray[Any],
        workspace: npt.NDArray[Any],
        scaling: int = scale.none,
        *,
        batch: int = 1,
    ) -> None:
        """As :meth:`forward`, with a ``workspace`` of at least ``batch * size_workspace()`` complex elements of the
        same precision; without a Fourier transform, of the type of the arrays."""
        self._transform(True, inarray, outarray, workspace, scaling, batch, True)

    def backward_buffered(
        self,
        inarray: npt.NDArray[Any],
        outarray: npt.NDArray[Any],
        workspace: npt.NDArray[Any],
        scaling: int = scale.none,
        *,
        batch: int = 1,
    ) -> None:
        """As :meth:`backward`, with a workspace like that of :meth:`forward_buffered`."""
        self._transform(False, inarray, outarray, workspace, scaling, batch, True)

    def _transform(
        self, forward: bool, inarray: Any, outarray: Any, workspace: Any, scaling: int, batch: int, buffered: bool
    ) -> None:
        arrays: tuple[Description, Description, Description | None] = (NOTHING, NOTHING, None)
        factor, copies, problem = scale.none, 1, None
        plan = self.plan
        try:
            if self.fft_comm == MPI.COMM_NULL:
                raise heffte_input_error("the communicator of the plan was freed: close plans first, or make another")
            factor, copies = integer("scaling", scaling), integer("batch", batch)
            if copies < 1:
                raise heffte_input_error(f"batch {batch} is impossible: it is at least 1")
            arrays = self._describe(forward, inarray, outarray, workspace, copies, buffered)
        except Exception as error:
            problem = told(error)
        try:
            plan.execute(forward, *arrays, copies, factor, problem)
        except _core.HeffteError as error:
            raise heffte_input_error(str(error)) from None

    def _describe(
        self, forward: bool, inarray: Any, outarray: Any, workspace: Any, batch: int, buffered: bool
    ) -> tuple[Description, Description, Description | None]:
        is_r2r = self._domain == "r2r"
        near = ("inbox", batch * self.size_inbox(), _REAL if self.use_r2c else _REAL + _COMPLEX)
        far = ("outbox", batch * self.size_outbox(), _REAL + _COMPLEX if is_r2r else _COMPLEX)
        (source, in_count, in_types), (target, out_count, out_types) = (near, far) if forward else (far, near)
        kind = f"a {'forward' if forward else 'backward'} transform of this {self._domain} plan"
        described = describe("inarray", inarray, in_count, in_types, f"{kind} ({source})", written=False)
        out = describe("outarray", outarray, out_count, out_types, f"{kind} ({target})", written=True)
        if not buffered:
            return described, out, None
        precision = ("complex64",) if described[2] in ("float32", "complex64") else ("complex128",)
        if is_r2r:
            precision = (described[2],)
        count = batch * self.size_workspace()
        return described, out, describe("workspace", workspace, count, precision, kind, written=True, more=True)

    def __str__(self) -> str:
        """What the plan does: its stages and exchanges, in a few lines."""
        return self.plan.recipe()


def _checked(options: Any) -> plan_options:
    if not isinstance(options, plan_options):
        raise heffte_input_error(f"options is a {type(options).__name__}: pass a heffte.plan_options, or None")
    return options
