#!/usr/bin/env bash
# Builds and installs everything; the outputs of recipe.yaml pick their files.
set -euo pipefail

# bindgen, which reads mpi.h: its libclang, and the C library of the compiler.
export LIBCLANG_PATH="$BUILD_PREFIX/lib"
if [[ -n "${CONDA_BUILD_SYSROOT:-}" ]]; then
    export BINDGEN_EXTRA_CLANG_ARGS="${BINDGEN_EXTRA_CLANG_ARGS:-} --sysroot=$CONDA_BUILD_SYSROOT"
fi

cargo-bundle-licenses --format yaml --output THIRDPARTY.yml

# CMAKE_ARGS, the compiler package's, is several words. With MKL, heffte::backend::default_backend would be MKL, which need not be
# installed.
# shellcheck disable=SC2086
cmake -S . -B build -G Ninja ${CMAKE_ARGS:-} \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$PREFIX" -DCMAKE_INSTALL_LIBDIR=lib \
    -DCMAKE_PREFIX_PATH="$PREFIX;$BUILD_PREFIX" \
    -DMPI_C_COMPILER="$PREFIX/bin/mpicc" -DPython_EXECUTABLE="$PYTHON" -DFFTW_ROOT="$PREFIX" \
    -DBUILD_SHARED_LIBS=ON -DHeffte_ENABLE_FFTW="$HEFFTE_WITH_FFTW" -DHeffte_ENABLE_MKL=OFF \
    -DHeffte_ENABLE_CUDA="$HEFFTE_WITH_CUDA" -DHeffte_ENABLE_PYTHON=ON -DHeffte_ENABLE_TESTING=OFF -DHeffte_ENABLE_PROGRAMS=ON
cmake --build build
cmake --install build
