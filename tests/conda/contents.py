"""Opens the packages that were built: their licences, what they ask for, and where their libraries look for others.

    python tests/conda/contents.py <folder> <what their build strings begin with>
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rattler.package_streaming import extract

PROJECT = Path(__file__).resolve().parents[2]
# What is linked into the packages.
CRATES = ("heffte-c", "heffte-python", "heffte-bench")


def answer(*command: str) -> str:
    """What a program prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=PROJECT).stdout


def linked() -> set[str]:
    """The crates of others in ours, as cargo says."""
    packages = [word for crate in CRATES for word in ("--package", crate)]
    tree = answer("cargo", "tree", "--locked", "--offline", "--edges=normal", "--prefix=none", "--no-dedupe", *packages)
    return {line.split()[0] for line in tree.splitlines() if line and str(PROJECT) not in line}


def dynamic(file: Path) -> str:
    """The dynamic section of an ELF file."""
    return answer("readelf", "--dynamic", str(file))


def check(folder: Path, flavour: str) -> int:
    """One package, of that flavour."""
    _, mpi, fftw, device = flavour.split("_")
    index: dict[str, Any] = json.loads((folder / "info/index.json").read_text())
    exports = folder / "info/run_exports.json"
    licences = {file.name: file.read_text() for file in (folder / "info/licenses").iterdir()}
    assert set(licences) == {"LICENSE", "THIRDPARTY.yml"}, set(licences)
    named = set(re.findall(r"package_name: (\S+)", licences["THIRDPARTY.yml"]))
    assert linked() <= named, linked() - named
    assert index["build"].startswith(f"{flavour}_h") and any(need.startswith(mpi) for need in index["depends"]), index
    # The more of these, the less it is wanted where nobody asks for it.
    assert ("track_features" in index) == ((fftw, device) != ("fftw", "cpu")), index
    assert not any(need.startswith("python_abi") for need in index["depends"]), f"it is for one Python alone: {index['depends']}"
    if index["name"] == "libheffte":
        assert not any(need.startswith("python") for need in index["depends"]), index
        said = json.loads(exports.read_text())["weak"]
        is_for_cuda = device != "cpu"
        assert said == ["libheffte >=2.5.0,<3.0a0", f"libheffte * mpi_{mpi}_*{'_cuda*' * is_for_cuda}"], said
        assert (fftw == "fftw") == any(need.startswith("fftw") for need in index["depends"]), index
        assert is_for_cuda == any(need == "libcufft" for need in index["depends"]), index
        assert is_for_cuda == ("#define Heffte_ENABLE_CUDA\n" in (folder / "include/heffte_config.h").read_text())
        section = dynamic(folder / "lib/libheffte.so.2.5.0")
        assert "soname: [libheffte.so.2]" in section and re.search(r"\[\$ORIGIN/?\.?\]", section), section
    else:
        assert index["noarch"] == "python" and any(need.startswith("libheffte ==2.5.0") for need in index["depends"]), index
        section = dynamic(next(folder.rglob("site-packages/heffte/_core.abi3.so")))
        # In an environment it lies in lib/python3.*/site-packages/heffte.
        assert re.search(r"\$ORIGIN/\.\./\.\./\.\.[:\]/]", section), section
    assert str(PROJECT) not in section, section
    return 1


def main() -> None:
    """All of them."""
    packages = sorted((Path(sys.argv[1]) / "channel").glob("*/*.conda"))
    assert [package.name.split("-")[0] for package in packages] == ["heffte", "libheffte"], packages
    checks = 0
    for package in packages:
        with tempfile.TemporaryDirectory() as folder:
            extract(package, Path(folder))
            checks += check(Path(folder), sys.argv[2])
    print(f"{checks} passed, 0 failed")


if __name__ == "__main__":
    main()
