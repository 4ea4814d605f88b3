"""Installs conda packages from local channels into a fresh prefix, as a conda program does.

    python tests/conda/install.py <prefix> --channel <folder>… <package>…
"""

import argparse
import asyncio
import shutil
from pathlib import Path

from rattler import Channel, VirtualPackage, install, solve


async def fill(prefix: Path, channels: list[Path], packages: list[str]) -> None:
    """Finds out what has to be there, and puts it there."""
    records = await solve(
        [Channel(channel.resolve().as_uri()) for channel in channels], packages, virtual_packages=VirtualPackage.detect()
    )
    for record in sorted(records, key=lambda record: str(record.name.normalized)):
        print(f"{record.name.normalized} {record.version} {record.build}")
    await install(records, target_prefix=prefix, show_progress=False)


def main() -> None:
    """Does what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prefix", type=Path)
    parser.add_argument("--channel", action="append", type=Path, required=True)
    parser.add_argument("packages", nargs="+")
    options = parser.parse_args()
    shutil.rmtree(options.prefix, ignore_errors=True)
    asyncio.run(fill(options.prefix.resolve(), options.channel, options.packages))


if __name__ == "__main__":
    main()
