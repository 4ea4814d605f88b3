# The examples, what builds them by make, and what tests an installation with them: `cmake --build <directory> --target test_install`.

set(share "${CMAKE_INSTALL_DATADIR}/heffte")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/examples/c/" "${PROJECT_SOURCE_DIR}/examples/cxx/"
  DESTINATION "${share}/examples" FILES_MATCHING PATTERN "*.c" PATTERN "*.cpp")
install(FILES "${PROJECT_SOURCE_DIR}/examples/CMakeLists.txt" "${PROJECT_SOURCE_DIR}/examples/Makefile"
  DESTINATION "${share}/examples")
install(FILES "${PROJECT_SOURCE_DIR}/tests/installed/CMakeLists.txt" DESTINATION "${share}/testing")

# The compilers and the launcher that are used here.
set(settings "set(Heffte_ROOT [[${CMAKE_INSTALL_PREFIX}]] CACHE PATH \"\")\n")
foreach(variable
    CMAKE_BUILD_TYPE CMAKE_MAKE_PROGRAM CMAKE_C_COMPILER CMAKE_CXX_COMPILER MPI_C_COMPILER MPI_CXX_COMPILER
    MPIEXEC_EXECUTABLE MPIEXEC_NUMPROC_FLAG MPIEXEC_PREFLAGS MPIEXEC_POSTFLAGS)
  if(NOT "${${variable}}" STREQUAL "")
    string(APPEND settings "set(${variable} [[${${variable}}]] CACHE STRING \"\")\n")
  endif()
endforeach()
file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/test_install/settings.cmake" "${settings}")
configure_file("${PROJECT_SOURCE_DIR}/cmake/HeffteTestInstall.cmake.in" "${CMAKE_CURRENT_BINARY_DIR}/test_install/run.cmake" @ONLY)
add_custom_target(test_install
  COMMAND "${CMAKE_COMMAND}" -P "${CMAKE_CURRENT_BINARY_DIR}/test_install/run.cmake"
  COMMENT "Testing what is installed" USES_TERMINAL VERBATIM)
