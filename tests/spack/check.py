"""Reads the packages in spack/ without Spack, and holds heffte's against the table of CMake's options."""

import json
import shutil
import tempfile
import types
from pathlib import Path

from stub import read

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = PROJECT / "spack/packages"
# The package that comes with Spack has these, with these defaults (cuda and rocm come with its kinds of packages).
UPSTREAM = {
    "shared": True,
    "fftw": False,
    "sycl": False,
    "mkl": False,
    "magma": False,
    "python": False,
    "fortran": False,
}
GPU = ("cuda", "rocm")
NOT_HERE = ("sycl", "magma", "fortran")


def arguments(package: type, on: str | None) -> dict[str, str]:
    """What CMake is told where that variant is turned from its default."""
    variants = {**UPSTREAM, **dict.fromkeys(GPU, False)}
    if on:
        variants[on] = not variants[on]
    pairs = (argument.removeprefix("-D").split("=", 1) for argument in package(variants).cmake_args())
    return {name: value for name, value in pairs}


def crates() -> int:
    """What is said, and done, of crates that `cargo xtask crates` has packed beside the sources."""
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder)
        package = sources / "spack/packages/heffte/package.py"
        archive = sources / "build/crates/heffte-2.5.0-crates.tar.gz"
        config = sources / ".cargo/config.toml"
        for file in (package, archive, config):
            file.parent.mkdir(parents=True)
        shutil.copy(PACKAGES / "heffte/package.py", package)
        config.write_text("[alias]\n")
        assert not read(package, True)[0].resources, "crates that nobody packed"
        archive.touch()
        Path(f"{archive}.sha256").write_text(f"{'ab' * 32}  {archive.name}\n")
        said, content = read(package, True)
        assert said.resources["crates"]["sha256"] == "ab" * 32 and said.resources["crates"]["placement"] == "vendor", said.resources
        heffte = content["Heffte"](dict.fromkeys((*UPSTREAM, *GPU), False))
        heffte.stage = types.SimpleNamespace(source_path=folder)
        heffte.take_crates()
        assert config.read_text() == "[alias]\n", "a stage without crates"
        (sources / "vendor").mkdir()
        for _ in range(2):
            heffte.take_crates()
            assert config.read_text().count('replace-with = "vendored-sources"') == 1, config.read_text()
        heffte.spec.variants["dev_path"] = True
        config.write_text("[alias]\n")
        heffte.take_crates()
        assert config.read_text() == "[alias]\n", "what a user develops in"
    return 4


def main() -> None:
    """Checks everything, and says how much that was."""
    checks = 0
    for is_split in (False, True):
        corrosion, _ = read(PACKAGES / "corrosion/package.py", is_split)
        said, content = read(PACKAGES / "heffte/package.py", is_split)
        assert corrosion.versions and said.versions == ["2.5.0"], said.versions
        defaults = {name: options["default"] for name, options in said.variants.items()}
        assert defaults == UPSTREAM, defaults
        refused = {spec.lstrip("+"): message for spec, message in said.conflicts}
        for name in NOT_HERE:
            assert f"use ~{name}" in refused[name], refused
        checks += 3
    package = content["Heffte"]
    table = json.loads((PROJECT / "cmake/options.json").read_text())["options"]
    usual = arguments(package, None)
    named = set()
    for option in table:
        name, spack = option["name"], option["spack"]
        if spack in ("always", "never"):
            expected = {"always": "ON", "never": "OFF"}[spack]
            given = usual.get(name, "ON" if option["default"] == "ON" else "OFF")
            assert given == expected, (name, spack, given)
        else:
            named.add(spack)
            has = {**defaults, **dict.fromkeys(GPU, False)}
            assert spack in has, f"{name}: the table says variant {spack}, and the package has {sorted(has)}"
            default = "ON" if has[spack] else "OFF"
            assert usual[name] == default and arguments(package, spack)[name] != default, (name, usual[name])
            # A variant says what the option does, in the same words; those for GPUs are Spack's.
            if spack in defaults:
                description = said.variants[spack]["description"].removesuffix(" (not in this version)")
                assert description == option["help"], (description, option["help"])
        if option["kind"] == "refused" and name in usual:
            turned = next(variant for variant in (*UPSTREAM, *GPU) if arguments(package, variant)[name] == "ON")
            assert turned in refused, f"CMake refuses {name}, and the package lets +{turned} be"
        checks += 1
    unknown = set(usual) - {option["name"] for option in table}
    assert unknown <= {"MPI_C_COMPILER"}, f"not in the table: {unknown}"
    missing = set(defaults) - named - set(NOT_HERE)
    assert not missing, f"variants that no option of the table names: {missing}"
    checks += crates()
    print(f"{checks + 2} passed, 0 failed")


if __name__ == "__main__":
    main()
