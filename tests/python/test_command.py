"""``python -m heffte``: what each command says, on all ranks together."""

import sys

import heffte
import pytest
from heffte._command import main
from mpi4py import MPI
from programs import on_one_rank, run_alone


def said(capsys, comm, *arguments):
    """What the command says on rank 0, where it ends well; the others are silent."""
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert comm.rank == 0 or out == err == ""
    return out, err


def test_info_names_what_there_is_and_why_something_is_not(comm, capsys):
    out, _ = said(capsys, comm, "info")
    if comm.rank == 0:
        rows = {line[:16].strip(): line[16:] for line in out.splitlines()}
        assert rows["heffte"].startswith(heffte.__version__) and rows["libheffte"] == heffte.libheffte_path
        assert rows["MPI"] in " ".join(MPI.Get_library_version().split())
        assert rows["backend stock"].startswith("available")
        for name, (_, is_built) in heffte._core.backends().items():
            assert is_built != rows[f"backend {name}"].startswith("not in this build, which was configured without Heffte_ENABLE_")
        assert "for each rank" in rows["threads"] and rows["ranks"].startswith(f"{comm.size} on ")
        assert rows["between ranks"].startswith("nothing travels") == (comm.size == 1)
        assert "elements" not in rows["between ranks"]


@on_one_rank
@pytest.mark.skipif(not heffte.enable_fftw, reason="this build has no FFTW")
def test_info_says_why_a_library_cannot_be_had():
    done = run_alone("from heffte._command import main; main(['info'])", HEFFTE_FFTW_LIBRARIES="/nowhere")
    assert "absent: " in done.stdout and "HEFFTE_FFTW_LIBRARIES (/nowhere)" in done.stdout


def test_the_demo_agrees_with_the_exact_answer_and_draws(comm, capsys, tmp_path):
    out, _ = said(capsys, comm, "demo", "--n", "48")
    if comm.rank == 0:
        assert out.splitlines()[-1].endswith("good") and "@" in out
    out, _ = said(capsys, comm, "demo", "--n", "48", "--output", str(tmp_path / "heat.png"))
    if comm.rank == 0:
        assert (tmp_path / "heat.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("has_tqdm", [True, False])
def test_the_bench_prints_a_table_and_draws_it(comm, capsys, tmp_path, monkeypatch, has_tqdm):
    if not has_tqdm:
        monkeypatch.setitem(sys.modules, "tqdm", None)
    options = ("--seconds", "0.01", "--plot", str(tmp_path / "bench.png"), *(() if has_tqdm else ("--single",)))
    out, err = said(capsys, comm, "bench", "--n", "8", "9", *options)
    if comm.rank == 0:
        lines = out.splitlines()
        assert [line[:3] for line in lines[2:8]] == ["c2c", "c2c", "r2c", "r2c", "dct", "dct"]
        assert all("^3" in line and "█" in line for line in lines[2:8])
        assert (tmp_path / "bench.png").read_bytes().startswith(b"\x89PNG")
        assert "case" in err


def test_a_command_that_is_not_there_is_complained_of_once(comm, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["nonsense"])
    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert ("invalid choice: 'nonsense'" in err) == (comm.rank == 0)


@on_one_rank
def test_it_is_a_module_that_runs():
    script = "import runpy, sys; sys.argv = ['heffte', 'demo', '--n', '16']; runpy.run_module('heffte', run_name='__main__')"
    done = run_alone(script)
    assert "16 x 16 points on 1 rank" in done.stdout, done.stderr
