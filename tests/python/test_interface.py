"""The names that programs written for heFFTe's Python module use, and what they do."""

import ast
import importlib
import inspect
import os
from pathlib import Path

import heffte
import numpy as np
import pytest
from programs import on_one_rank, run_alone


def test_every_name_of_heffte_is_there():
    functions = "box3d fft3d fft3d_r2c heffte_fft_plan proc_setup split_world"
    others = (
        "backend scale heffte_input_error heffte_config libheffte_path enable_fftw enable_mkl enable_cuda enable_rocm"
    )
    internal = "plan_options heffte_plan LP_plan libheffte MPI_Comm"
    for name in f"{functions} {others} {internal}".split():
        assert getattr(heffte, name) is not None
    assert not hasattr(heffte, "nonsense")


def test_numbers_are_those_of_heffte():
    backend, scale = heffte.backend, heffte.scale
    assert (backend.stock, backend.fftw, backend.mkl) == (0, 1, 2)
    assert (backend.cufft, backend.rocm, backend.rocfft) == (10, 11, 11)
    assert backend.valid == [0, 1, 2, 10, 11]
    assert (scale.none, scale.full, scale.symmetric) == (0, 1, 2)
    algorithm = heffte.reshape_algorithm
    assert (algorithm.alltoallv, algorithm.p2p_plined, algorithm.p2p, algorithm.alltoall) == (0, 1, 2, 3)
    assert {name: number for name, (number, _) in heffte._core.backends().items()} == {
        name: getattr(backend, name) for name in ("stock", "fftw", "mkl", "cufft", "rocfft")
    }


def test_the_configuration_is_importable_under_both_names():
    top = importlib.import_module("heffte_config")
    assert top.libheffte_path == heffte.heffte_config.libheffte_path == heffte.libheffte_path
    assert os.path.exists(top.libheffte_path)
    assert top.__version__ == heffte.__version__ == heffte._core.__version__
    built = {name: is_built for name, (_, is_built) in heffte._core.backends().items()}
    assert built == {
        "stock": True,
        "fftw": heffte.enable_fftw,
        "mkl": heffte.enable_mkl,
        "cufft": heffte.enable_cuda,
        "rocfft": heffte.enable_rocm,
    }


def test_everything_public_has_a_docstring():
    for name in heffte.__all__:
        thing = getattr(heffte, name)
        if inspect.isclass(thing) or inspect.isfunction(thing) or inspect.ismodule(thing):
            assert inspect.getdoc(thing), name
        if inspect.isclass(thing):
            for member, value in vars(thing).items():
                if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, property)):
                    assert inspect.getdoc(value), f"{name}.{member}"


def test_the_type_hints_of_the_extension_module_are_true():
    tree = ast.parse((Path(heffte.__file__).parent / "_core.pyi").read_text())
    core = heffte._core

    def told(body):
        return {node.name: node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}

    def parameters(node):
        return [argument.arg for argument in node.args.args if argument.arg not in ("self", "cls")]

    def real(function):
        return [name for name in inspect.signature(function).parameters if name != "self"]

    module = told(tree.body)
    assert set(module) == {name for name in vars(core) if not name.startswith("_")}
    for name in ("mpi_library_version", "backends", "split_world", "proc_setup"):
        assert parameters(module[name]) == real(getattr(core, name)), name
    plan = told(module["Plan"].body)
    assert set(plan) - {"__new__"} == {name for name in vars(core.Plan) if not name.startswith("_")}
    for name, node in plan.items():
        assert parameters(node) == real(core.Plan if name == "__new__" else getattr(core.Plan, name)), name


def test_boxes_know_their_size():
    box = heffte.box3d([1, 2, 3], [4, 4, 4])
    assert box.low.dtype == box.high.dtype == box.order.dtype == np.int32
    assert box.size.tolist() == [4, 3, 2] and box.count() == 24 and not box.empty()
    assert box.order.tolist() == [0, 1, 2]
    box.order = [2, 0, 1]
    assert box.order.tolist() == [2, 0, 1]
    assert box == heffte.box3d([1, 2, 3], [4, 4, 4]) and box != heffte.box3d([1, 2, 3], [4, 4, 5])
    assert repr(box) == "box3d([1, 2, 3], [4, 4, 4], order=[2, 0, 1])"
    assert heffte.box3d([0, 0, 0], [-1, -1, -1]).count() == 0
    assert box.r2c(0).high.tolist() == [3, 4, 4]
    assert heffte.box3d([0, 0, 0], [2**33, 0, 0]).count() == 2**33 + 1
    assert heffte.box3d([0, 0, 0], [2**31 - 1, 0, 0]).size.tolist() == [2**31, 1, 1]
    assert heffte.box3d([0, 0, 0], [2**40 - 1] * 3).count() == 2**120
    box.low, box.high = [0, 0, 0], (1.0, 2.0, 3.0)
    assert box.low.dtype == box.high.dtype == np.int32 and box.size.tolist() == [2, 3, 4]
    assert heffte.box3d([0, 0, 0], [1, 1, 1]).order is not heffte.box3d([0, 0, 0], [1, 1, 1]).order


def test_worlds_are_split_as_heffte_splits_them():
    world = heffte.box3d([0, 0, 0], [6, 9, 3], [2, 1, 0])
    boxes = heffte.split_world(world, [2, 3, 1])
    assert [box.low.tolist() for box in boxes] == [[i, j, 0] for j in (0, 4, 7) for i in (0, 4)]
    assert sum(box.count() for box in boxes) == world.count()
    assert all(box.order.tolist() == [2, 1, 0] for box in boxes)
    assert boxes[1].size.dtype == np.int32
    # 27 processes on a cube: the surface of 3 x 3 x 3 is the least.
    grid = heffte.proc_setup(heffte.box3d([0, 0, 0], [29, 29, 29]), 27)
    assert grid.tolist() == [3, 3, 3] and grid.dtype == np.int32
    with pytest.raises(heffte.heffte_input_error, match="num_procs 0"):
        heffte.proc_setup(world, 0)
    with pytest.raises(heffte.heffte_input_error, match="num_procs 4611686018427387904"):
        heffte.proc_setup(world, 2**62)
    for grid in ([1, 0, 1], [2**40] * 3, "abc"):
        with pytest.raises(heffte.heffte_input_error, match="proc_grid"):
            heffte.split_world(world, grid)


def test_plans_tell_about_themselves(comm):
    world = heffte.box3d([0, 0, 0], [7, 7, 7])
    box = heffte.split_world(world, [1, 1, comm.size])[comm.rank]
    plan = heffte.fft3d(heffte.backend.stock, box, box, comm)
    assert isinstance(plan, heffte.heffte_fft_plan)
    assert plan.fft_comm is comm and plan.use_r2c is False and plan.plan is not None
    assert plan.size_inbox() == plan.size_outbox() == box.count()
    assert plan.size_workspace() >= plan.size_comm_buffers() >= 0
    assert str(plan).startswith(f"c2c 8 x 8 x 8 on {comm.size} rank")
    options = heffte.plan_options(use_pencils=False)
    options.use_num_subranks(1)
    assert options.get_subranks() == 1 and "use_pencils=False" in repr(options)
    assert "use_num_subranks(1)" in repr(options)
    assert heffte.plan_options().get_subranks() == -1


def test_errors_print_what_they_say(capsys):
    heffte.heffte_input_error("too small").print_what()
    assert capsys.readouterr().out == "too small\n"


@on_one_rank
@pytest.mark.parametrize(
    "end",
    ["", "del plan", "MPI.Finalize()", "MPI.Finalize(); del plan", "sys.plan = plan", "gc.disable(); plan.me = plan"],
)
def test_plans_may_outlive_mpi_and_the_interpreter(end):
    script = f"""
import gc, sys, heffte
from mpi4py import MPI
box = heffte.box3d([0, 0, 0], [3, 3, 3])
plan = heffte.fft3d(heffte.backend.stock, box, box, MPI.COMM_WORLD)
{end}
"""
    done = run_alone(script)
    assert (done.returncode, done.stderr) == (0, "")


@on_one_rank
def test_an_mpi_other_than_that_of_mpi4py_is_named():
    script = """
from mpi4py import MPI
class Other:
    def __getattr__(self, name):
        return getattr(MPI, name)
    def Get_library_version(self):
        return "Open MPI v5.0.11, package"
import mpi4py
mpi4py.MPI = Other()
import heffte
"""
    done = run_alone(script)
    assert done.returncode == 1
    assert "ImportError: heffte was built with" in done.stderr and "mpi4py uses 'Open MPI v5.0.11," in done.stderr


@on_one_rank
def test_the_source_tree_says_that_it_is_not_installed():
    sources = os.path.join(os.path.dirname(__file__), "../../python")
    done = run_alone(f"import sys; sys.path.insert(0, {sources!r}); import heffte")
    assert done.returncode == 1
    assert "is not an installed package" in done.stderr and "Heffte_ENABLE_PYTHON=ON" in done.stderr


@on_one_rank
def test_an_extension_module_that_cannot_be_loaded_is_named(tmp_path):
    package = tmp_path / "heffte"
    package.mkdir()
    for source in Path(heffte.__file__).parent.glob("*.py"):
        (package / source.name).write_text(source.read_text())
    (package / "_core.abi3.so").write_text("no library")
    done = run_alone(f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import heffte")
    assert done.returncode == 1
    assert "ImportError: heffte's extension module cannot be loaded" in done.stderr and str(package) in done.stderr


@on_one_rank
def test_the_c_interface_is_loaded_when_it_is_asked_for():
    script = """
import heffte.capi
def loaded():
    return "libheffte" in open("/proc/self/maps").read()
print(loaded())
heffte.libheffte
print(loaded())
"""
    done = run_alone(script)
    assert (done.stdout.split(), done.stderr) == (["False", "True"], "")
