"""Backends in libraries of others: what happens where these are missing or wrong, and what FFTW's planner remembers."""

import os
import struct
import subprocess
from pathlib import Path

import heffte
import numpy as np
import pytest
from mpi4py import MPI
from programs import on_one_rank, run_alone

pytestmark = on_one_rank

of_fftw = pytest.mark.skipif(not heffte.enable_fftw, reason="this build has no FFTW")
of_mkl = pytest.mark.skipif(not heffte.enable_mkl, reason="this build has no MKL")

#: Makes a plan by a backend, transforms a field of ones, and says what came of it.
PROGRAM = """
import heffte, os, numpy as np
from mpi4py import MPI
box = heffte.box3d([0, 0, 0], [11, 7, 4])
backend, effort = os.environ.get("TEST_BACKEND", "fftw"), os.environ.get("TEST_EFFORT")
try:
    options = heffte.plan_options(effort=effort)
    plan = heffte.fft3d(getattr(heffte.backend, backend), box, box, MPI.COMM_SELF, options)
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


@of_fftw
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


@of_fftw
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


def foreign(library, copy):
    """A copy of a library that says it is for another machine: e_machine is the 16 bits at byte 18 of an ELF file."""
    content = bytearray(Path(library).read_bytes())
    content[18:20] = struct.pack("<H", 0x2A2A)
    copy.write_bytes(content)
    return copy


@of_fftw
def test_an_fftw_for_another_machine_is_refused(tmp_path):
    double, single = libraries()
    wrong = foreign(single, tmp_path / "libfftw3f.so.3")
    said, _ = run(HEFFTE_FFTW_LIBRARIES=f"{double}:{wrong}")
    assert f"{wrong} is for another kind of machine (ELF's number {0x2A2A} of 64 bits; this program is for" in said
    assert "refused: rank 0: backend fftw (1)" in said and "HEFFTE_FFTW_LIBRARIES name" in said


def mkl_in(folder, *flags):
    """A prefix with an MKL of these tests' own, which is built with some flags."""
    lib = folder / "lib"
    lib.mkdir()
    for part in ("core", "sequential", "intel_lp64"):
        (lib / f"libmkl_{part}.so").touch()
    source = Path(__file__).parents[2] / "rust/heffte/tests/mpi/faults/failing_mkl.c"
    compiler = os.environ.get("CC", "cc").split()
    made = lib / "libmkl_rt.so.2"
    subprocess.run([*compiler, "-shared", "-fPIC", *flags, "-o", made, source, "-lm"], check=True)
    return made


@of_mkl
@pytest.mark.parametrize("fault", ["symbol", "machine"])
def test_an_mkl_that_does_not_serve_is_a_warning_where_another_does(tmp_path, fault):
    made = mkl_in(tmp_path, "-DWITHOUT_COMMIT" if fault == "symbol" else "-O1")
    if fault == "machine":
        foreign(made, made)
    said, warned = run(TEST_BACKEND="mkl", MKL_ROOT=str(tmp_path))
    assert said == "transformed\n"
    assert warned.startswith("heffte: warning: MKL is not where MKL_ROOT or MKLROOT say")
    assert f"{made} {'has no function DftiCommitDescriptor' if fault == 'symbol' else 'is for another kind of'}" in warned


@of_mkl
def test_an_mkl_that_fails_in_a_transform_is_an_error_and_the_next_one_works(tmp_path):
    mkl_in(tmp_path)
    program = PROGRAM + """
from heffte import capi
out = np.empty(box.count(), dtype=complex)
os.environ["HEFFTE_TEST_MKL_FAILS_AFTER"] = "1"
try:
    plan.forward(np.ones(box.count()), out)
except heffte.heffte_input_error as error:
    print("refused:", error)
library, low, high = capi.library(), (capi.c_int * 3)(0, 0, 0), (capi.c_int * 3)(11, 7, 4)
handle = capi.heffte_plan()
made = library.heffte_plan_create(2, low, high, None, low, high, None, capi.comm(MPI.COMM_SELF), None, handle)
del os.environ["HEFFTE_TEST_MKL_FAILS_AFTER"]
plan.forward(np.ones(box.count()), out)
os.environ["HEFFTE_TEST_MKL_FAILS_AFTER"] = "0"
library.heffte_forward_z2z(handle, out.ctypes.data, out.ctypes.data, 0)
print(made, library.heffte_last_error().decode())
del os.environ["HEFFTE_TEST_MKL_FAILS_AFTER"]
out[:] = 1
library.heffte_forward_z2z(handle, out.ctypes.data, out.ctypes.data, 0)
print(library.heffte_last_error().decode(), round(out[0].real))
"""
    outcome = run_alone(program, TEST_BACKEND="mkl", MKL_ROOT=str(tmp_path))
    assert outcome.returncode == 0, outcome.stderr
    first, by_python, by_c, last = outcome.stdout.splitlines()
    words = "rank 0: MKL could not transform lines of 12 points: the test's own MKL is out of memory"
    assert (first, last) == ("transformed", " 480")
    assert by_python.startswith(f"refused: {words}")
    assert by_c.startswith(f"0 heffte_forward_z2z: {words}")


def test_a_backend_that_is_picked_is_named():
    box = heffte.box3d([0, 0, 0], [7, 5, 3])
    plan = heffte.fft3d(heffte.backend.auto, box, box, MPI.COMM_SELF)
    assert ", picked by auto: " in str(plan)
    result = np.empty(box.count(), dtype=complex)
    plan.forward(np.ones(box.count()), result)
    assert result[0] == pytest.approx(box.count()) and abs(result[1:]).max() < 1e-12


def test_the_library_loads_where_no_backend_can(tmp_path):
    program = "import heffte; print(heffte.capi.library().heffte_last_error())"
    outcome = run_alone(program, HEFFTE_FFTW_LIBRARIES="/nowhere", MKL_ROOT="/nowhere")
    assert outcome.returncode == 0 and outcome.stdout == "b''\n"


@of_fftw
@pytest.mark.parametrize("effort", ["measure", "patient"])
def test_wisdom_goes_to_files_and_comes_back(tmp_path, effort):
    program = PROGRAM + f"""
heffte.fftw_export_wisdom({str(tmp_path / "mine")!r})
heffte.fftw_import_wisdom({str(tmp_path / "mine")!r})
for path in ({str(tmp_path)!r}, {str(tmp_path / "nowhere/wisdom")!r}):
    try:
        heffte.fftw_import_wisdom(path)
    except heffte.heffte_input_error as error:
        print("refused:", error)
"""
    outcome = run_alone(program, TEST_EFFORT=effort)
    assert outcome.returncode == 0, outcome.stderr
    first, folder, nowhere = outcome.stdout.splitlines()
    assert first == "transformed"
    assert f"cannot use the wisdom in {tmp_path}: " in folder and "nowhere/wisdom: it does not exist" in nowhere
    assert len((tmp_path / "mine").read_text().splitlines()) > 2 and "fftwf" in (tmp_path / "minef").read_text()


@pytest.mark.parametrize("effort, words", [("much", 'planning effort "much" is unknown: use estimate'), (3, "effort is a int")])
def test_an_effort_that_does_not_exist_is_refused(effort, words):
    box = heffte.box3d([0, 0, 0], [3, 3, 3])
    with pytest.raises(heffte.heffte_input_error, match=words):
        heffte.fft3d(heffte.backend.stock, box, box, MPI.COMM_SELF, heffte.plan_options(effort=effort))


@of_fftw
def test_wisdom_is_written_and_read(tmp_path):
    wisdom = tmp_path / "wisdom"
    environment = {"HEFFTE_FFTW_PLANNER": "measure", "HEFFTE_FFTW_WISDOM": str(wisdom)}
    assert run(**environment) == ("transformed\n", "")
    first = [wisdom.read_text(), (tmp_path / "wisdomf").read_text()]
    assert "fftw_wisdom" in first[0] and "fftwf_wisdom" in first[1]
    assert run(**environment) == ("transformed\n", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["wisdom", "wisdomf"]


@of_fftw
@pytest.mark.parametrize("content", [b"garbage", b"", b"\xff\0", b"(fftw-2.0 fftw_wisdom #x0 #x0 #x0 #x0\n)\n"])
def test_wisdom_that_makes_no_sense_is_a_warning(tmp_path, content):
    wisdom = tmp_path / "wisdom"
    wisdom.write_bytes(content)
    said, warned = run(HEFFTE_FFTW_WISDOM=str(wisdom))
    assert said == "transformed\n"
    assert warned.startswith("heffte: warning: ") and str(wisdom) in warned


@of_fftw
def test_a_planner_that_does_not_exist_is_a_warning():
    said, warned = run(HEFFTE_FFTW_PLANNER="exhausting")
    assert said == "transformed\n"
    assert "HEFFTE_FFTW_PLANNER" in warned and '"exhausting"' in warned and "estimate (0)" in warned
