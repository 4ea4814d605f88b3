# heffte_add_program(<source> <prefix>): builds a C or C++ program with all warnings as errors, and adds it as a test on each
# number of ranks that its first line names: `// ranks: 1 2 4`.
function(heffte_add_program source prefix)
  get_filename_component(name "${source}" NAME_WE)
  add_executable(${name} "${source}")
  target_link_libraries(${name} Heffte::Heffte m)
  set_target_properties(${name} PROPERTIES C_STANDARD 99 C_EXTENSIONS OFF CXX_STANDARD 11 CXX_EXTENSIONS OFF)
  target_compile_options(${name} PRIVATE -Wall -Wextra -Werror -pedantic)

  file(STRINGS "${source}" first LIMIT_COUNT 1)
  if(NOT first MATCHES "^// ranks: ([0-9 ]+)$")
    message(FATAL_ERROR "${source}: the first line must name the ranks to run on, as in `// ranks: 1 2 4`")
  endif()
  separate_arguments(counts UNIX_COMMAND "${CMAKE_MATCH_1}")
  foreach(ranks IN LISTS counts)
    set(test ${prefix}.${name}.np${ranks})
    add_test(NAME ${test}
      COMMAND "${MPIEXEC_EXECUTABLE}" ${MPIEXEC_NUMPROC_FLAG} ${ranks} ${MPIEXEC_PREFLAGS} $<TARGET_FILE:${name}> ${MPIEXEC_POSTFLAGS})
    set_tests_properties(${test} PROPERTIES TIMEOUT 90 PROCESSORS ${ranks})
  endforeach()
endfunction()
