"""As much of `spack.package` as reading our packages takes: what their directives say is written down."""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Said:
    """What the directives of one package said."""

    variants: dict[str, dict[str, Any]] = field(default_factory=dict)
    conflicts: list[tuple[str, str]] = field(default_factory=list)
    depends: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)


class Spec:
    """A spec of which variants are known, and where everything is in /."""

    def __init__(self, variants: dict[str, bool]) -> None:
        self.variants = variants

    def satisfies(self, spec: str) -> bool:
        """Whether one variant is what `spec` (+name, ~name) says."""
        return self.variants[spec[1:]] == (spec[0] == "+")

    def __getitem__(self, name: str) -> Any:
        place = f"/{name}"
        package = types.SimpleNamespace(component_prefix=place)
        return types.SimpleNamespace(
            prefix=place, mpicc=f"{place}/mpicc", command=types.SimpleNamespace(path=place), package=package
        )


class Package:
    """The base of all kinds of packages."""

    def __init__(self, variants: dict[str, bool]) -> None:
        self.spec = Spec(variants)

    def define(self, name: str, value: object) -> str:
        """CMake's argument, as Spack writes it."""
        return f"-D{name}={({True: 'ON', False: 'OFF'}).get(value, value) if isinstance(value, bool) else value}"

    def define_from_variant(self, name: str, variant: str) -> str:
        """The same for the value of a variant."""
        return self.define(name, self.spec.variants[variant])


def read(path: Path, is_split: bool) -> tuple[Said, dict[str, Any]]:
    """Runs a package file. Since Spack 1.0 (`is_split`) the kinds of packages are in a package of Python of their own."""
    said = Said()

    def note(where: Callable[..., None]) -> Callable[..., Any]:
        return lambda *arguments, **options: where(*arguments, **options)

    kinds = {kind: type(kind, (Package,), {}) for kind in ("CMakePackage", "CudaPackage", "ROCmPackage")}
    module = types.ModuleType("spack.package")
    names: dict[str, Any] = {
        "version": note(lambda name, **_: said.versions.append(name)),
        "variant": note(lambda name, **options: said.variants.update({name: options})),
        "conflicts": note(lambda spec, msg="", **_: said.conflicts.append((spec, msg))),
        "depends_on": note(lambda spec, **options: said.depends.append((spec, options))),
    }
    for name in ("license", "extends", "maintainers", "find_libraries", "which"):
        names[name] = lambda *_, **__: None
    names["resource"] = note(lambda name, **options: said.resources.update({name: options}))
    names["join_path"], names["run_before"] = os.path.join, lambda _: lambda method: method
    module.__dict__.update(names if is_split else names | kinds)
    modules = {"spack": types.ModuleType("spack"), "spack.package": module}
    if is_split:
        above = "spack_repo.builtin.build_systems"
        modules |= {name: types.ModuleType(name) for name in ("spack_repo", "spack_repo.builtin", above)}
        for name, kind in (("cmake", "CMakePackage"), ("cuda", "CudaPackage"), ("rocm", "ROCmPackage")):
            modules[f"{above}.{name}"] = types.ModuleType(name)
            modules[f"{above}.{name}"].__dict__[kind] = kinds[kind]
    content: dict[str, Any] = {"__name__": path.parent.name, "__file__": str(path)}
    sys.modules.update(modules)
    try:
        exec(compile(path.read_text(), path, "exec"), content)
    finally:
        for name in modules:
            del sys.modules[name]
    return said, content
