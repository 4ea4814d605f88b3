"""Stands in for cargo-bundle-licenses where that is not installed: the licences of all crates, in the same form.

cargo-bundle-licenses --format yaml --output <file>
"""

import json
import subprocess
import sys
from pathlib import Path

NAMES = ("licen[cs]e*", "LICEN[CS]E*", "COPYING*", "UNLICENSE*")


def texts(folder: Path) -> str:
    """The files of a crate that hold licences, one after the other."""
    files = sorted({file for name in NAMES for file in folder.glob(name) if file.is_file()})
    return "\n".join(file.read_text(errors="replace") for file in files) or "NOT FOUND"


def main() -> None:
    """Writes the file. Strings of JSON are strings of YAML."""
    assert sys.argv[1:4] == ["--format", "yaml", "--output"] and len(sys.argv) == 5, sys.argv
    command = ["cargo", "metadata", "--locked", "--offline", "--format-version", "1"]
    crates = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["packages"]
    with open(sys.argv[4], "w") as file:
        print("third_party_libraries:", file=file)
        for crate in crates:
            if crate["source"] is not None:
                print(f"- package_name: {crate['name']}\n  package_version: {crate['version']}", file=file)
                print(f"  license: {crate['license']}\n  licenses:\n  - license: {crate['license']}", file=file)
                print(f"    text: {json.dumps(texts(Path(crate['manifest_path']).parent))}", file=file)


if __name__ == "__main__":
    main()
