"""pytest on several ranks: every rank runs every test, a test that fails on one rank fails on all, and rank 0 talks."""

import faulthandler
import sys

import pytest
from mpi4py import MPI

#: Seconds after which a test that hangs ends the program, with the stack of each thread.
LIMIT = 60


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    if MPI.COMM_WORLD.rank > 0:
        reporter = config.pluginmanager.getplugin("terminalreporter")
        config.pluginmanager.unregister(reporter)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object:
    faulthandler.dump_traceback_later(LIMIT, exit=True, file=sys.__stderr__)
    error = None
    result = None
    try:
        result = yield
    except (Exception, pytest.fail.Exception, pytest.skip.Exception) as caught:
        error = caught
    told = MPI.COMM_WORLD.allgather(None if error is None else f"{type(error).__name__}: {error}")
    faulthandler.cancel_dump_traceback_later()
    if error is not None:
        raise error
    elsewhere = {rank: text for rank, text in enumerate(told) if text is not None}
    assert not elsewhere, f"failed on other ranks: {elsewhere}"
    return result


@pytest.fixture
def comm() -> MPI.Comm:
    return MPI.COMM_WORLD
