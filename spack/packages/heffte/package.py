"""heFFTe in Rust for Spack, with the variants of the package heffte that comes with it, which this one takes the place of."""

import os
import subprocess

from spack.package import *

try:
    from spack_repo.builtin.build_systems.cmake import CMakePackage
    from spack_repo.builtin.build_systems.cuda import CudaPackage
    from spack_repo.builtin.build_systems.rocm import ROCmPackage
except ImportError:
    pass  # before Spack 1.0, spack.package has them

# The sources that this repository of packages came with.
SOURCES = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
# The crates of others, where `cargo xtask crates` has packed them.
CRATES = os.path.join(SOURCES, "build", "crates", "heffte-2.5.0-crates.tar.gz")


def checked_out(sources):
    """The commit that is checked out, none where git does not know the sources: then they are built by `dev_path` alone."""
    said = subprocess.run(["git", "-C", sources, "rev-parse", "HEAD"], capture_output=True, text=True)
    return said.stdout.strip() if said.returncode == 0 else None


def checksum(archive):
    """What is written beside an archive."""
    with open(f"{archive}.sha256") as file:
        return file.read().split()[0]


class Heffte(CMakePackage, CudaPackage, ROCmPackage):
    """Distributed-memory fast Fourier transforms in Rust, with the interfaces of heFFTe 2.4 in C, C++, CMake and Python."""

    homepage = f"file://{SOURCES}/README.md"
    git = f"file://{SOURCES}"

    test_requires_compiler = True

    license("BSD-3-Clause")

    # What is checked out there. Uncommitted changes are built by `dev_path`.
    version("2.5.0", commit=checked_out(SOURCES))

    # Without them cargo fetches each crate while it builds, which takes a network.
    if os.path.isfile(CRATES):
        resource(name="crates", url=f"file://{CRATES}", sha256=checksum(CRATES), placement="vendor")

    variant("shared", default=True, description="Build libheffte.so rather than libheffte.a")
    variant("fftw", default=False, description="Use FFTW, which is loaded at run time")
    variant("mkl", default=False, description="Use Intel MKL, which is loaded at run time")
    variant("python", default=False, description="Build and install the Python package")
    variant("fortran", default=False, description="Build the Fortran modules (not in this version)")
    variant("magma", default=False, description="Use MAGMA's kernels (not in this version)")
    variant("sycl", default=False, description="Use oneMKL on Intel devices (not in this version)")

    conflicts("+sycl", msg="heffte@2.5.0 has no backend for Intel devices: use ~sycl; +mkl uses MKL on the CPU")
    conflicts("+magma", msg="heffte@2.5.0 needs no kernels of MAGMA: use ~magma")
    conflicts("+fortran", msg="heffte@2.5.0 has no Fortran modules: use ~fortran, and call the C interface by iso_c_binding")
    conflicts("+python~shared", msg="heffte's Python package needs the shared library: use +python+shared, or ~python")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    # Whoever runs `spack test` builds programs, too.
    depends_on("cmake@3.22:", type=("build", "run"))
    depends_on("gmake", type=("build", "run"))
    # Without the last 1 it would be a Rust of its master branch, by one of the night.
    depends_on("rust@1.89:1", type="build")
    depends_on("corrosion@0.5:", type="build")
    # bindgen reads mpi.h with libclang.
    depends_on("llvm+clang", type="build")
    depends_on("mpi", type=("build", "link", "run"))

    # libheffte finds them by the paths that it was built with.
    depends_on("fftw@3.3.8: precision=float,double", type=("build", "link", "run"), when="+fftw")
    depends_on("intel-oneapi-mkl", type=("build", "link", "run"), when="+mkl")

    # Their libraries are loaded when a plan first wants them.
    for library in ("hip", "hipfft"):
        depends_on(library, type=("build", "run"), when="+rocm")

    extends("python", type=("build", "run"), when="+python")
    depends_on("python@3.10:", type=("build", "run"), when="+python")
    depends_on("py-numpy@2:", type=("build", "run"), when="+python")
    depends_on("py-mpi4py@4:", type=("build", "run"), when="+python")

    def setup_build_environment(self, env):
        libclang = find_libraries("libclang", self.spec["llvm"].prefix, shared=True, recursive=True)
        if libclang:
            env.set("LIBCLANG_PATH", libclang.directories[0])

    def setup_run_environment(self, env):
        if self.spec.satisfies("+cuda"):
            env.prepend_path("HEFFTE_CUDA_LIBRARIES", self.spec["cuda"].prefix.lib64)
        if self.spec.satisfies("+rocm"):
            for library in ("hip", "hipfft"):
                env.prepend_path("HEFFTE_ROCM_LIBRARIES", self.spec[library].prefix.lib)
        if self.spec.satisfies("+python"):
            env.prepend_path("PYTHONPATH", self.prefix.share.heffte.python)

    @run_before("cmake")
    def take_crates(self):
        """lets cargo take the crates from the resource, where that was staged, and ask nobody"""
        sources = self.stage.source_path
        # A folder that the user develops in is the user's.
        if "dev_path" in self.spec.variants or not os.path.isdir(join_path(sources, "vendor")):
            return
        with open(join_path(sources, ".cargo", "config.toml"), "r+") as config:
            if "vendored-sources" not in config.read():
                config.write(
                    '\n[source.crates-io]\nreplace-with = "vendored-sources"\n'
                    '\n[source.vendored-sources]\ndirectory = "vendor"\n'
                    "\n[net]\noffline = true\n"
                )

    def cmake_args(self):
        spec = self.spec
        args = [
            self.define_from_variant("BUILD_SHARED_LIBS", "shared"),
            self.define_from_variant("Heffte_ENABLE_FFTW", "fftw"),
            self.define_from_variant("Heffte_ENABLE_MKL", "mkl"),
            self.define_from_variant("Heffte_ENABLE_PYTHON", "python"),
            self.define_from_variant("Heffte_ENABLE_FORTRAN", "fortran"),
            self.define_from_variant("Heffte_ENABLE_MAGMA", "magma"),
            self.define_from_variant("Heffte_ENABLE_CUDA", "cuda"),
            self.define_from_variant("Heffte_ENABLE_ROCM", "rocm"),
            self.define_from_variant("Heffte_ENABLE_ONEAPI", "sycl"),
            # The programs and the examples, which `spack test` builds and runs; the tests of the sources are not wanted.
            self.define("Heffte_ENABLE_PROGRAMS", True),
            self.define("Heffte_ENABLE_TESTING", False),
            self.define("MPI_C_COMPILER", spec["mpi"].mpicc),
        ]
        if spec.satisfies("+fftw"):
            args.append(self.define("FFTW_ROOT", spec["fftw"].prefix))
        if spec.satisfies("+mkl"):
            args.append(self.define("MKL_ROOT", spec["intel-oneapi-mkl"].package.component_prefix))
        if spec.satisfies("+python"):
            args.append(self.define("Python_EXECUTABLE", spec["python"].command.path))
        return args

    def test_examples(self):
        """build and run the installed examples as a user's project does"""
        spec = self.spec
        options = [
            "-S",
            self.prefix.share.heffte.testing,
            "-B",
            ".",
            self.define("Heffte_ROOT", self.prefix),
            self.define("MPI_C_COMPILER", spec["mpi"].mpicc),
            self.define("MPI_CXX_COMPILER", spec["mpi"].mpicxx),
        ]
        which(spec["cmake"].prefix.bin.cmake)(*options)
        which(spec["cmake"].prefix.bin.cmake)("--build", ".")
        which(spec["cmake"].prefix.bin.ctest)("--output-on-failure", "--no-tests=error")
