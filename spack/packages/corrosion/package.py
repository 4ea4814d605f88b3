"""Corrosion for Spack, which has none of its own."""

from spack.package import *

try:
    from spack_repo.builtin.build_systems.cmake import CMakePackage
except ImportError:
    pass  # before Spack 1.0, spack.package has it


class Corrosion(CMakePackage):
    """Lets CMake build crates of Rust with cargo, and link them."""

    homepage = "https://corrosion-rs.github.io/corrosion/"
    git = "https://github.com/corrosion-rs/corrosion.git"

    license("MIT")

    version("0.6.1", tag="v0.6.1", commit="1499b14e4906a2890f5cee1547c8848db261753d")

    depends_on("cmake@3.22:", type="build")
    # CMake wants one where it configures, though nothing is compiled.
    depends_on("c", type="build")

    def cmake_args(self):
        # It is modules of CMake alone; who uses them brings Rust along.
        return [self.define("CORROSION_INSTALL_ONLY", True), self.define("CORROSION_BUILD_TESTS", False)]
