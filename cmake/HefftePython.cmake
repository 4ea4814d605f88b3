# The Python package, in both places where heFFTe has it. One binary serves every CPython from 3.10.

if(PYTHON_EXECUTABLE AND NOT Python_EXECUTABLE)
  set(Python_EXECUTABLE "${PYTHON_EXECUTABLE}")
endif()
set(given "${Python_EXECUTABLE}")
find_package(Python 3.10 QUIET COMPONENTS Interpreter)
if(NOT Python_FOUND)
  set(what "none is found")
  if(given)
    set(what "Python_EXECUTABLE names ${given}, which is none")
  endif()
  message(FATAL_ERROR
    "Heffte_ENABLE_PYTHON=ON needs Python 3.10 or newer, and ${what}. Install one, or let -DPython_EXECUTABLE=<file> name one; "
    "-DHeffte_ENABLE_PYTHON=OFF builds without.")
endif()
message(STATUS "Found Python: ${Python_EXECUTABLE} (version ${Python_VERSION})")
include(HeffteMpi4py)

list(APPEND Heffte_CARGO_ENVIRONMENT "PYO3_PYTHON=${Python_EXECUTABLE}")
heffte_import_crate(heffte-python cdylib)
# One cargo at a time: both crates share what they are built from.
add_dependencies(cargo-prebuild__core cargo-build_heffte)

foreach(feature FFTW MKL CUDA ROCM)
  set(Heffte_PYTHON_${feature} False)
  if(Heffte_ENABLE_${feature})
    set(Heffte_PYTHON_${feature} True)
  endif()
endforeach()

# Installs the package below `directory`, which is relative to the prefix.
function(heffte_install_python directory)
  file(RELATIVE_PATH Heffte_LIBRARY_FROM_PACKAGE
    "/prefix/${directory}/heffte" "/prefix/${CMAKE_INSTALL_LIBDIR}/libheffte.so")
  string(MAKE_C_IDENTIFIER "${directory}" name)
  set(configured "${CMAKE_CURRENT_BINARY_DIR}/python/${name}/heffte_config.py")
  configure_file("${PROJECT_SOURCE_DIR}/cmake/heffte_config.py.in" "${configured}" @ONLY)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/python/heffte" DESTINATION "${directory}"
    FILES_MATCHING PATTERN "*.py" PATTERN "*.pyi" PATTERN "py.typed" PATTERN "__pycache__" EXCLUDE)
  install(FILES "${PROJECT_SOURCE_DIR}/python/heffte_config.py" DESTINATION "${directory}")
  install(FILES "${configured}" DESTINATION "${directory}/heffte")
  install(PROGRAMS "${CMAKE_CURRENT_BINARY_DIR}/lib_core.so" DESTINATION "${directory}/heffte" RENAME _core.abi3.so)
endfunction()

set(Heffte_PYTHON_SHARED "${CMAKE_INSTALL_DATADIR}/heffte/python")
heffte_install_python("${Heffte_PYTHON_SHARED}")
heffte_install_python("lib/python${Python_VERSION_MAJOR}.${Python_VERSION_MINOR}/site-packages")
