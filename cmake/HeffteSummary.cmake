# What is built, in a sentence: nobody should have to read the cache for that.

set(what "libheffte.a")
if(BUILD_SHARED_LIBS)
  set(what "libheffte.so")
endif()
if(Heffte_ENABLE_PYTHON)
  string(APPEND what " and the Python package")
endif()
list(JOIN Heffte_CARGO_FEATURES ", " backends)
if(backends)
  set(backends "backends stock, ${backends}")
else()
  set(backends "backend stock")
endif()
message(STATUS
  "Heffte ${PROJECT_VERSION}: ${what}, with the ${backends}, for ${MPI_C_COMPILER}; ${CMAKE_BUILD_TYPE}; installs into ${CMAKE_INSTALL_PREFIX}")
