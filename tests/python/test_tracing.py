"""Traces: the files that they write, against what transforms are known to do, and against each other."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import heffte
import numpy as np
import problems
import pytest
from mpi4py import MPI
from programs import on_one_rank, run_alone

#: A line of a log: the name in 40 columns, begin and duration in 20 each, 12 significant digits.
LINE = re.compile(r"^ *(\S.*?) +(\d+(?:\.\d+)?(?:e[-+]\d+)?) +(\d+(?:\.\d+)?(?:e[-+]\d+)?)$")
SHAPE = (12, 10, 8)

Event = tuple[str, float, float]


@pytest.fixture
def root(comm: MPI.Comm, tmp_path: Path) -> Iterator[str]:
    """A root of this test alone, the same on all ranks."""
    yield str(comm.bcast(tmp_path)) + "/a trace"
    comm.Barrier()


def make_plan(comm: MPI.Comm, algorithm: int | None = None) -> heffte.heffte_fft_plan:
    """Slabs to slabs: through shared memory, or by messages of that algorithm."""
    box = problems.slabs(SHAPE, comm.size)[comm.rank]
    options = heffte.plan_options(use_shared_memory=algorithm is None, algorithm=algorithm or 0, use_pencils=False)
    return heffte.fft3d(heffte.backend.stock, box, box, comm, options)


def transform(plan: heffte.heffte_fft_plan, times: int = 1) -> None:
    field, spectrum = np.ones(plan.size_inbox(), complex), np.empty(plan.size_outbox(), complex)
    for _ in range(times):
        plan.forward(field, spectrum)
        plan.backward(spectrum, field)


def read_log(path: str) -> list[Event]:
    events = []
    for line in Path(path).read_text().splitlines():
        found = LINE.match(line)
        assert found, line
        assert len(line) == 80 and line[39] != " " and line[59] != " " and line[79] != " ", line
        assert line[:40].strip() == found[1], line
        for number in found.groups()[1:]:
            assert len(number.split("e")[0].lstrip("0.").replace(".", "")) <= 12, line
        events.append((found[1], float(found[2]), float(found[3])))
    return events


def read_viewer(path: str) -> dict[int, list[dict[str, Any]]]:
    """The events of each rank, as the JSON file for viewers has them."""
    whole = json.loads(Path(path).read_text())
    assert whole["otherData"]["left out"] == 0
    by_rank = defaultdict(list)
    for event in whole["traceEvents"]:
        if event["ph"] == "X":
            by_rank[event["pid"]].append(event)
    names = {event["pid"]: event["args"]["name"] for event in whole["traceEvents"] if event["ph"] == "M"}
    assert names == {rank: f"rank {rank}" for rank in names} and len(names) == whole["otherData"]["ranks"]
    return by_rank


def family(name: str) -> str:
    """The name in the table, where all messages of a kind are one row."""
    return re.sub(r"^(irecv|isend|send) \d+ (from|for) \d+$", r"\1", name)


def read_table(path: str) -> dict[str, tuple[int, float, float, float]]:
    rows = [(line[:40].strip(), line[40:].split()) for line in Path(path).read_text().splitlines()[2:]]
    assert rows[0] == ("event", ["count", "min", "mean", "max"])
    return {name: (int(count), float(least), float(mean), float(most)) for name, (count, least, mean, most) in rows[1:]}


def expected_counts(plan: heffte.heffte_fft_plan) -> Counter[str]:
    """The events of a forward and a backward transform on each rank, by what the plan says that they do."""
    lines = str(plan).splitlines()
    exchanges = int(found[1]) if (found := re.search(r"(\d+) exchange", lines[0])) else 0
    counts: Counter[str] = Counter()
    stages = [line for line in lines[1:] if re.match(r"  (inboxes|outboxes|grid|boxes)", line)]
    assert len(stages) == exchanges + 1
    carriers = {line.split("  ")[1] for line in lines[1:] if "change rank" in line}
    shares = carriers == {"shared memory"}
    for stage in stages:
        axes = re.findall(r"along (\d)", stage)
        # Planes of a small world stay in cache: the first two axes of a stage are one visit.
        for visit in filter(None, [axes[:2], *([axis] for axis in axes[2:])]):
            counts[("fft-1d along " if len(visit) == 1 else "fft-1d x2 along ") + " ".join(visit)] += 2
        if not axes:
            # What packs forward unpacks backward.
            counts.update(["copy", "copy"] if shares else ["packing", "unpacking"])
    counts["agreement"] += 2
    if shares:
        # The ranks agree where they first meet.
        counts["meeting"] += 2 * (exchanges - 1)
    else:
        counts["exchange"] += 2 * exchanges
        call = {"alltoall": "all2all", "alltoallv": "all2allv"}
        counts.update({call[carrier]: 2 * exchanges for carrier in carriers if carrier in call})
    return +counts


@pytest.mark.parametrize("algorithm", [None, heffte.reshape_algorithm.alltoallv, heffte.reshape_algorithm.alltoall])
def test_events_of_a_transform_are_what_the_plan_says(comm: MPI.Comm, root: str, algorithm: int | None) -> None:
    plan = make_plan(comm, algorithm)
    transform(plan)  # The first transform of a kind makes what it takes.
    with heffte.trace(root):
        transform(plan, 3)
    counts = Counter(name for name, *_ in read_log(f"{root}_{comm.rank}.log"))
    assert counts.pop("forward") == 3 and counts.pop("backward") == 3
    counts.pop("departures", None)
    assert counts == {name: 3 * count for name, count in expected_counts(plan).items()}, f"{plan}"


@pytest.mark.parametrize("algorithm", [heffte.reshape_algorithm.p2p, heffte.reshape_algorithm.p2p_plined])
def test_messages_have_their_elements_and_their_rank_in_the_name(comm: MPI.Comm, root: str, algorithm: int) -> None:
    plan = make_plan(comm, algorithm)
    with heffte.trace(root):
        transform(plan)
    names = [name for name, *_ in read_log(f"{root}_{comm.rank}.log")]
    verb = "send" if algorithm == heffte.reshape_algorithm.p2p else "isend"
    sent = [re.fullmatch(rf"{verb} (\d+) for (\d+)", name) for name in names]
    received = [re.fullmatch(r"irecv (\d+) from (\d+)", name) for name in names]
    mine = Counter((comm.rank, int(m[2]), int(m[1])) for m in sent if m)
    theirs = Counter((int(m[2]), comm.rank, int(m[1])) for m in received if m)
    assert sum(comm.allgather(mine), Counter()) == sum(comm.allgather(theirs), Counter())
    exchanges = len(re.findall("change rank", str(plan)))
    assert len(sent) > 0 and names.count("waitall") == 2 * exchanges == names.count("exchange")
    assert {m[2] for m in sent if m} == {str(rank) for rank in range(comm.size) if rank != comm.rank}


def test_events_nest_and_lie_in_the_mark_around_them(comm: MPI.Comm, root: str) -> None:
    with heffte.trace(root):
        with heffte.add_trace("all of it"):
            plan = make_plan(comm)
            transform(plan, 2)
    by_rank = read_viewer(root + ".json")
    assert sorted(by_rank) == list(range(comm.size))
    for events in by_rank.values():
        spans = [(event["ts"], event["ts"] + event["dur"], event["name"]) for event in events]
        assert spans[0][2] == "all of it" and Counter(span[2] for span in spans)["plan"] == 1
        slack = 2e-3  # Nanoseconds are rounded once more when they are read as microseconds.
        open_spans: list[tuple[float, float, str]] = []
        for begin, end, name in spans:
            assert begin >= -slack and end >= begin
            while open_spans and begin >= open_spans[-1][1] - slack:
                open_spans.pop()
            assert not open_spans or end <= open_spans[-1][1] + slack, (name, open_spans[-1])
            assert open_spans or name == "all of it"
            open_spans.append((begin, end, name))
        # What a transform does is seen nearly whole.
        for begin, end, name in spans:
            if name in ("forward", "backward"):
                inside = sum(e - b for b, e, n in spans if begin <= b and e <= end and n not in ("forward", "backward"))
                assert 0 < inside <= end - begin + slack
    everywhere = [event for events in by_rank.values() for event in events]
    assert min(event["ts"] for event in everywhere) == 0


def test_the_clocks_of_ranks_are_brought_together(comm: MPI.Comm, root: str) -> None:
    with heffte.trace(root):
        for _ in range(5):
            comm.Barrier()
            with heffte.add_trace("together"):
                comm.Barrier()
    if comm.rank == 0:
        spans = [[(e["ts"], e["ts"] + e["dur"]) for e in events] for events in read_viewer(root + ".json").values()]
        for rounds in zip(*spans):
            # Nobody leaves a barrier before all have come.
            assert max(begin for begin, _ in rounds) <= min(end for _, end in rounds) + 50


def test_the_three_files_tell_the_same(comm: MPI.Comm, root: str) -> None:
    plan = make_plan(comm, heffte.reshape_algorithm.p2p_plined)
    with heffte.trace(root):
        transform(plan, 2)
        if comm.rank == 0:
            with heffte.add_trace("on rank 0 alone"):
                pass
    logs = {rank: read_log(f"{root}_{rank}.log") for rank in range(comm.size)}
    by_rank = read_viewer(root + ".json")
    for rank, events in logs.items():
        shown = Counter(event["name"] for event in by_rank[rank])
        assert shown == Counter(name for name, *_ in events)
        for name, _, duration in events:
            assert any(e["name"] == name and abs(e["dur"] * 1e-6 - duration) < 2e-9 for e in by_rank[rank]), name
    totals: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(comm.size))
    counts: Counter[str] = Counter()
    for rank, events in logs.items():
        for name, _, duration in events:
            totals[family(name)][rank] += duration
            counts[family(name)] += 1
    table = read_table(root + ".txt")
    assert table.keys() == totals.keys()
    for name, seconds in totals.items():
        count, *figures = table[name]
        assert count == counts[name]
        np.testing.assert_allclose(figures, [seconds.min(), seconds.mean(), seconds.max()], rtol=1e-9, atol=1e-9)
    means = [mean for _, _, mean, _ in table.values()]
    assert means == sorted(means, reverse=True)


def test_a_part_of_the_ranks_traces_for_itself(comm: MPI.Comm, root: str) -> None:
    last = comm.Split(0 if comm.rank == comm.size - 1 else MPI.UNDEFINED)
    if last != MPI.COMM_NULL:
        with heffte.trace(root, last):
            transform(make_plan(last))
        last.Free()
    comm.Barrier()
    plain = comm.size == 1
    suffix = "" if plain else f"_from_{comm.size - 1}"
    assert sorted(read_viewer(f"{root}{suffix}.json")) == [comm.size - 1]
    assert read_table(f"{root}{suffix}.txt")["forward"][0] == 1
    assert os.path.exists(root + ".json") == plain


@pytest.mark.parametrize("kind", ["log", "json"])
def test_files_that_cannot_be_written_are_the_same_error_on_all_ranks(comm: MPI.Comm, root: str, kind: str) -> None:
    last = comm.size - 1
    taken = f"{root}_{last}.log" if kind == "log" else f"{root}.json"
    if comm.rank == 0:
        os.mkdir(taken)
    comm.Barrier()
    with pytest.raises(heffte.heffte_input_error) as caught:
        heffte.init_tracing(root)
    rank = last if kind == "log" else 0
    assert str(caught.value).startswith(f"rank {rank}: cannot write {taken}: Is a directory")
    assert len(set(comm.allgather(str(caught.value)))) == 1
    heffte.finalize_tracing()  # There is nothing to end.


def test_files_that_cannot_be_written_at_the_end_are_an_error_too(comm: MPI.Comm, root: str) -> None:
    inside = os.path.dirname(root) + "/inside"
    if comm.rank == 0:
        os.mkdir(inside)
    comm.Barrier()
    heffte.init_tracing(inside + "/a trace")
    comm.Barrier()
    if comm.rank == 0:
        shutil.rmtree(inside)
    comm.Barrier()
    with pytest.raises(heffte.heffte_input_error) as caught:
        heffte.finalize_tracing()
    assert str(caught.value).startswith(f"rank 0: cannot write {inside}/a trace_0.log: No such file")
    assert len(set(comm.allgather(str(caught.value)))) == 1


def test_a_root_of_the_wrong_type_on_one_rank_is_an_error_on_all(comm: MPI.Comm, root: str) -> None:
    with pytest.raises(heffte.heffte_input_error, match=rf"rank {comm.size - 1}: TypeError: "):
        heffte.init_tracing(3 if comm.rank == comm.size - 1 else root)  # type: ignore[arg-type]


def test_a_block_that_raises_is_traced_too(comm: MPI.Comm, root: str) -> None:
    with pytest.raises(ZeroDivisionError):
        with heffte.trace(root):
            with heffte.add_trace("bad"):
                raise ZeroDivisionError
    assert [name for name, *_ in read_log(f"{root}_{comm.rank}.log")] == ["bad"]


def program(root: str) -> str:
    return f"""
import numpy as np, heffte
from mpi4py import MPI
heffte.init_tracing({root!r})
box = heffte.box3d([0, 0, 0], [3, 3, 3])
plan = heffte.fft3d(heffte.backend.stock, box, box, MPI.COMM_SELF)
plan.forward(np.ones(64), np.empty(64, complex))
heffte.finalize_tracing()
plan.forward(np.ones(64), np.empty(64, complex))
"""


@on_one_rank
def test_the_environment_traces_a_whole_run_whatever_the_program_traces(root: str) -> None:
    done = run_alone(program(root + "-inner"), HEFFTE_TRACE=root)
    assert (done.returncode, done.stderr) == (0, "")
    counts = Counter(event["name"] for event in read_viewer(root + ".json")[0])
    assert counts["plan"] == 1 and counts["forward"] == 2
    assert read_table(root + ".txt")["forward"][0] == 2 and len(read_log(root + "_0.log")) == counts.total()
    assert not os.path.exists(root + "-inner.json")


@on_one_rank
def test_a_root_of_the_environment_that_cannot_be_written_is_a_warning(root: str) -> None:
    done = run_alone(program(root), HEFFTE_TRACE="/nonexistent/place")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [
        "heffte: warning: nothing is traced: rank 0: cannot write /nonexistent/place_0.log: "
        "No such file or directory (os error 2); "
        "name a place that is there and may be written to"
    ]
