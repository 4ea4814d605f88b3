"""Loads a module file of Lmod with stand-ins for its functions, and checks what it sets for a prefix."""

import os
import sys

from lupa import LuaRuntime

module, prefix = sys.argv[1:]
said: dict[str, str] = {}


def note(name: str, value: str) -> None:
    """What setenv and prepend_path are told."""
    said[name] = value


lua = LuaRuntime()
functions = lua.globals()
functions.setenv = functions.prepend_path = note
functions.help = functions.whatis = functions.conflict = lambda text: None
functions.myFileName = lambda: module
functions.pathJoin = lambda *parts: os.path.normpath(os.path.join(*parts))
with open(module) as file:
    lua.execute(file.read())

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
