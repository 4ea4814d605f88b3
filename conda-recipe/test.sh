#!/usr/bin/env bash
# Programs of somebody else's in C and in C++, and one of the package, on 2 ranks.
set -euo pipefail

# In containers the user is root, whom Open MPI asks to be sure; MPICH does not read these.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

for language in consumer consumer_cxx; do
    # CMAKE_ARGS, the compiler package's, is several words.
    # shellcheck disable=SC2086
    cmake -S "tests/cmake/$language" -B "$language" -G Ninja ${CMAKE_ARGS:-} -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$PREFIX"
    cmake --build "$language"
    mpiexec -n 2 "$language/consumer"
done
mpiexec -n 2 speed3d_c2c stock double 16 16 16 | grep "Max error"
