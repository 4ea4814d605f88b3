# The options, named as heFFTe names them. options.json says what each is and does; here is what follows from it.

set(Heffte_TOP_LEVEL OFF)
if(CMAKE_SOURCE_DIR STREQUAL CMAKE_CURRENT_SOURCE_DIR)
  set(Heffte_TOP_LEVEL ON)
endif()

set(Heffte_OPTIONS_FILE "${CMAKE_CURRENT_LIST_DIR}/options.json")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${Heffte_OPTIONS_FILE}")
file(READ "${Heffte_OPTIONS_FILE}" Heffte_OPTIONS)
set(Heffte_OPTION_NAMES "")

# What the project around this one builds is no business of ours.
if(NOT Heffte_TOP_LEVEL AND NOT DEFINED BUILD_SHARED_LIBS)
  set(BUILD_SHARED_LIBS ON)
endif()

string(JSON count LENGTH "${Heffte_OPTIONS}" options)
math(EXPR last "${count} - 1")
foreach(index RANGE ${last})
  foreach(key name help default subproject kind reason remedy)
    string(JSON ${key} GET "${Heffte_OPTIONS}" options ${index} ${key})
  endforeach()
  list(APPEND Heffte_OPTION_NAMES ${name})
  foreach(key default subproject)
    if(${key} MATCHES "^Heffte_")
      set(${key} "${${${key}}}")
    endif()
  endforeach()
  if(Heffte_TOP_LEVEL)
    option(${name} "${help}" ${default})
  elseif(NOT subproject STREQUAL "")
    option(${name} "${help}" ${subproject})
  endif()
  if(${name} AND kind STREQUAL "refused")
    message(FATAL_ERROR "${name}=ON is refused by Heffte ${PROJECT_VERSION}: ${reason}. Remedy: ${remedy}.")
  elseif(${name} AND kind STREQUAL "ignored")
    message(STATUS "${name}=ON has no effect on what is built: ${reason}")
  endif()
endforeach()

if(Heffte_BUILD_FFTW)
  set(Heffte_ENABLE_FFTW ON)
endif()
# This says to MPI where data on a device may go: without a backend for one it is OFF, whatever was said.
if(Heffte_DISABLE_GPU_AWARE_MPI OR NOT (Heffte_ENABLE_CUDA OR Heffte_ENABLE_ROCM))
  set(Heffte_ENABLE_GPU_AWARE_MPI OFF)
endif()
if(Heffte_ENABLE_PYTHON AND NOT BUILD_SHARED_LIBS)
  message(FATAL_ERROR
    "Heffte_ENABLE_PYTHON=ON contradicts BUILD_SHARED_LIBS=OFF: the Python package has the shared library beside it. "
    "Configure with -DBUILD_SHARED_LIBS=ON, or with -DHeffte_ENABLE_PYTHON=OFF.")
endif()

# heFFTe's default, so that a plain build and install never asks for the rights of the system's administrator.
if(Heffte_TOP_LEVEL AND CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
  set(CMAKE_INSTALL_PREFIX "${CMAKE_BINARY_DIR}" CACHE PATH "Where to install" FORCE)
endif()

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()

include(HeffteUnknownOptions)   # a word about names that look like a slip
