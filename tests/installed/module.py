"""Loads a module file of Lmod with stand-ins for its functions, and checks what it sets for a prefix."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable

from lupa import LuaError, LuaRuntime

module, prefix = sys.argv[1:]
said: dict[str, str] = {}


def note(name: str, value: str) -> None:
    """What setenv and prepend_path are told."""
    said[name] = value


def fail(message: str) -> None:
    """Ends the file, as Lmod does."""
    raise LuaError(message)


def load(module: str) -> None:
    """What `module load` does with a file."""
    lua = LuaRuntime()
    functions = lua.globals()
    functions.setenv = functions.prepend_path = note
    functions.help = functions.whatis = functions.conflict = lambda text: None
    functions.myFileName = lambda: module
    functions.pathJoin = lambda *parts: os.path.normpath(os.path.join(*parts))
    functions.isDir, functions.LmodError = os.path.isdir, fail
    with open(module) as file:
        lua.execute(file.read())


def refused(load: Callable[[], None]) -> str:
    """What it says where it does not load."""
    try:
        load()
    except LuaError as error:
        return str(error)
    return "it loads"


with tempfile.TemporaryDirectory() as folder:
    copy = shutil.copy(module, folder)
    assert "this file has to stay in share/heffte/modulefiles" in (words := refused(lambda: load(copy))), words
assert not said, said
load(module)

expected = {
    "Heffte_ROOT": "",
    "CMAKE_PREFIX_PATH": "",
    "PATH": "bin",
    "LD_LIBRARY_PATH": "lib",
    "LIBRARY_PATH": "lib",
    "CPATH": "include",
    "PKG_CONFIG_PATH": "lib/pkgconfig",
    "PYTHONPATH": "share/heffte/python",
}
for name, below in expected.items():
    path = os.path.normpath(os.path.join(prefix, below))
    assert said[name] == path, f"{name} is {said[name]!r}, not {path!r}"
    assert os.path.exists(path), f"{name} names {path!r}, which does not exist"
assert said.keys() == expected.keys(), said.keys()
