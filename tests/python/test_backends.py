"""Backends in libraries of others: what happens where these are missing or wrong, and what FFTW's planner remembers."""

from pathlib import Path

import heffte
import pytest
from programs import on_one_rank, run_alone

pytestmark = [
    on_one_rank,
    pytest.mark.skipif(not heffte.enable_fftw, reason="this build has no FFTW"),
]

#: Makes a plan by FFTW, transforms a field of ones, and says what came of it.
PROGRAM = """
import heffte, numpy as np
from mpi4py import MPI
box = heffte.box3d([0, 0, 0], [11, 7, 4])
try:
    plan = heffte.fft3d(heffte.backend.fftw, box, box, MPI.COMM_SELF)
    for dtype in ("complex64", "complex128"):
        result = np.empty(box.count(), dtype=dtype)
        plan.forward(np.ones(box.count(), dtype=dtype), result)
        assert abs(result[0] - box.count()) < 1e-3 and abs(result[1:]).max() < 1e-3
    print("transformed")
except heffte.heffte_input_error as error:
    print("refused:", error)
"""


def run(**environment):
    """What the program says, and its warnings."""
    outcome = run_alone(PROGRAM, **environment)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout, outcome.stderr


def libraries():
    """The files of both precisions that plans of this build load."""
    lines = run_alone(PROGRAM + "\nprint(open('/proc/self/maps').read())").stdout.split()
    found = {Path(word).name.split(".")[0]: word for word in lines if "/libfftw3" in word}
    return found["libfftw3"], found["libfftw3f"]


def test_a_library_that_is_missing_is_named(tmp_path):
    said, _ = run(HEFFTE_FFTW_LIBRARIES="/nowhere")
    assert "refused: rank 0: backend fftw (1) is in this build, but its library is not to be had" in said
    assert "libfftw3f.so.3, cannot be loaded (HEFFTE_FFTW_LIBRARIES (/nowhere) does not name it)" in said

    double, single = libraries()
    (tmp_path / "libfftw3.so.3").symlink_to(double)
    said, _ = run(HEFFTE_FFTW_LIBRARIES=str(tmp_path))
    assert "single precision, libfftw3f.so.3, cannot be loaded" in said and str(tmp_path) in said

    (tmp_path / "libfftw3f.so.3").symlink_to(single)
    assert run(HEFFTE_FFTW_LIBRARIES=str(tmp_path)) == ("transformed\n", "")
    assert run(HEFFTE_FFTW_LIBRARIES=f"{double}:{single}") == ("transformed\n", "")


def test_a_file_that_is_no_fftw_is_refused(tmp_path):
    double, _ = libraries()
    wrong = tmp_path / "libfftw3f.so.3"
    wrong.write_bytes(b"garbage")
    said, _ = run(HEFFTE_FFTW_LIBRARIES=f"{double}:{wrong}")
    assert "refused:" in said and str(wrong) in said
    wrong.unlink()
    # The other precision by this one's name.
    wrong.symlink_to(double)
    said, _ = run(HEFFTE_FFTW_LIBRARIES=f"{double}:{wrong}")
    assert "refused:" in said and "has no function fftwf_plan_guru64_dft" in said


def test_the_library_loads_where_no_backend_can(tmp_path):
    program = "import heffte; print(heffte.capi.library().heffte_last_error())"
    outcome = run_alone(program, HEFFTE_FFTW_LIBRARIES="/nowhere")
    assert outcome.returncode == 0 and outcome.stdout == "b''\n"


def test_wisdom_is_written_and_read(tmp_path):
    wisdom = tmp_path / "wisdom"
    environment = {"HEFFTE_FFTW_PLANNER": "measure", "HEFFTE_FFTW_WISDOM": str(wisdom)}
    assert run(**environment) == ("transformed\n", "")
    first = [wisdom.read_text(), (tmp_path / "wisdomf").read_text()]
    assert "fftw_wisdom" in first[0] and "fftwf_wisdom" in first[1]
    assert run(**environment) == ("transformed\n", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["wisdom", "wisdomf"]


@pytest.mark.parametrize("content", [b"garbage", b"", b"\xff\0", b"(fftw-2.0 fftw_wisdom #x0 #x0 #x0 #x0\n)\n"])
def test_wisdom_that_makes_no_sense_is_a_warning(tmp_path, content):
    wisdom = tmp_path / "wisdom"
    wisdom.write_bytes(content)
    said, warned = run(HEFFTE_FFTW_WISDOM=str(wisdom))
    assert said == "transformed\n"
    assert warned.startswith("heffte: warning: ") and str(wisdom) in warned


def test_a_planner_that_does_not_exist_is_a_warning():
    said, warned = run(HEFFTE_FFTW_PLANNER="exhausting")
    assert said == "transformed\n"
    assert "HEFFTE_FFTW_PLANNER" in warned and '"exhausting"' in warned and "estimate (0)" in warned
