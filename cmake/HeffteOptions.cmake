# The options, named as heFFTe names them. Others that begin with Heffte_ are accepted and mean nothing.

set(Heffte_TOP_LEVEL OFF)
if(CMAKE_SOURCE_DIR STREQUAL CMAKE_CURRENT_SOURCE_DIR)
  set(Heffte_TOP_LEVEL ON)
endif()

if(Heffte_TOP_LEVEL)
  option(BUILD_SHARED_LIBS "Build libheffte.so rather than libheffte.a" ON)
elseif(NOT DEFINED BUILD_SHARED_LIBS)
  # What the project around this one builds is no business of ours.
  set(BUILD_SHARED_LIBS ON)
endif()
option(Heffte_ENABLE_FFTW "Use FFTW, which is loaded at run time" OFF)
option(Heffte_BUILD_FFTW "Build an FFTW of its own and put it inside, which puts the library under the GPL" OFF)
if(Heffte_BUILD_FFTW)
  set(Heffte_ENABLE_FFTW ON)
endif()
option(Heffte_ENABLE_MKL "Use Intel MKL, which is loaded at run time" OFF)
option(Heffte_ENABLE_CUDA "Use cuFFT on NVIDIA devices" OFF)
option(Heffte_ENABLE_ROCM "Use rocFFT on AMD devices" OFF)
option(Heffte_ENABLE_ONEAPI "Use oneMKL on Intel devices" OFF)
option(Heffte_ENABLE_MAGMA "Use MAGMA's kernels" OFF)
option(Heffte_ENABLE_FORTRAN "Build the Fortran modules" OFF)
option(Heffte_ENABLE_TRACING "Define the macro Heffte_ENABLE_TRACING; events can be recorded either way" OFF)
option(Heffte_ENABLE_AVX "Use AVX in the stock backend" OFF)
option(Heffte_ENABLE_AVX512 "Use AVX-512 in the stock backend" OFF)
option(Heffte_ENABLE_PYTHON "Build and install the Python package" OFF)
option(Heffte_ENABLE_TESTING "Build the tests and examples" ${Heffte_TOP_LEVEL})

foreach(feature CUDA ROCM ONEAPI MAGMA FORTRAN)
  if(Heffte_ENABLE_${feature})
    message(FATAL_ERROR
      "Heffte_ENABLE_${feature}=ON: Heffte ${PROJECT_VERSION} does not have it. It has the stock backend, which is always built, "
      "Heffte_ENABLE_FFTW, Heffte_ENABLE_MKL, the C interface, and Heffte_ENABLE_PYTHON. Configure with -DHeffte_ENABLE_${feature}=OFF.")
  endif()
endforeach()

foreach(feature AVX AVX512)
  if(Heffte_ENABLE_${feature})
    message(STATUS "Heffte_ENABLE_${feature}: nothing to do, the stock backend picks the instructions of the CPU it runs on")
  endif()
endforeach()

if(Heffte_ENABLE_TRACING)
  message(STATUS "Heffte_ENABLE_TRACING: nothing to build, heffte::init_tracing or HEFFTE_TRACE=<root> turn tracing on at run time")
endif()

# This says to MPI where data on a device may go: without a backend for one it means nothing, and is OFF.
set(Heffte_ENABLE_GPU_AWARE_MPI OFF)

# CMake warns of variables that nobody reads: recipes for packages set many.
get_cmake_property(variables CACHE_VARIABLES)
foreach(variable IN LISTS variables)
  if(variable MATCHES "^Heffte_")
    set(read "${${variable}}")
  endif()
endforeach()

if(Heffte_ENABLE_PYTHON AND NOT BUILD_SHARED_LIBS)
  message(FATAL_ERROR "Heffte_ENABLE_PYTHON=ON needs the shared library: configure with -DBUILD_SHARED_LIBS=ON.")
endif()

# heFFTe's default, so that a plain build and install never asks for the rights of the system's administrator.
if(Heffte_TOP_LEVEL AND CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
  set(CMAKE_INSTALL_PREFIX "${CMAKE_BINARY_DIR}" CACHE PATH "Where to install" FORCE)
endif()

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()
