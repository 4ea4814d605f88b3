# libheffte, by cargo through Corrosion: targets Heffte and Heffte::Heffte.

include(HeffteRequirements)   # MPI, cargo, libclang, Corrosion

# What cargo needs to know: which MPI to bind to.
set(Heffte_CARGO_ENVIRONMENT "MPICC=${MPI_C_COMPILER}")
if(DEFINED ENV{LIBCLANG_PATH})
  list(APPEND Heffte_CARGO_ENVIRONMENT "LIBCLANG_PATH=$ENV{LIBCLANG_PATH}")
endif()
if(NOT Heffte_CLANG_ARGUMENTS STREQUAL "")
  list(APPEND Heffte_CARGO_ENVIRONMENT "BINDGEN_EXTRA_CLANG_ARGS=${Heffte_CLANG_ARGUMENTS}")
endif()
# The backends beside stock, whose crates have features of these names.
set(Heffte_CARGO_FEATURES "")
foreach(feature FFTW MKL)
  if(Heffte_ENABLE_${feature})
    include(Heffte${feature})
  endif()
endforeach()
foreach(feature CUDA ROCM)
  if(Heffte_ENABLE_${feature})
    string(TOLOWER "${feature}" name)
    list(APPEND Heffte_CARGO_FEATURES ${name})
    message(STATUS "${feature} is not needed here: its libraries are looked for when a plan first wants them")
  endif()
endforeach()
# Where the loader finds MPI, when it is not where the loader looks anyway.
set(Heffte_RPATH "")
foreach(library IN LISTS MPI_C_LIBRARIES)
  get_filename_component(directory "${library}" DIRECTORY)
  if(directory AND NOT directory IN_LIST CMAKE_C_IMPLICIT_LINK_DIRECTORIES)
    list(APPEND Heffte_RPATH "-Clink-arg=-Wl,-rpath,${directory}")
  endif()
endforeach()
list(REMOVE_DUPLICATES Heffte_RPATH)

# What is of that crate's kind and name, or for programs of all names, with that environment. Corrosion makes a target of each,
# which is named like it. More arguments go to Corrosion.
function(heffte_import_crate crate type)
  set(features "")
  if(Heffte_CARGO_FEATURES)
    set(features FEATURES ${Heffte_CARGO_FEATURES})
  endif()
  corrosion_import_crate(
    MANIFEST_PATH "${PROJECT_SOURCE_DIR}/Cargo.toml" CRATES ${crate} CRATE_TYPES ${type} LOCKED IMPORTED_CRATES targets ${features} ${ARGN})
  foreach(target IN LISTS targets)
    corrosion_set_env_vars(${target} ${Heffte_CARGO_ENVIRONMENT})
    if(NOT type STREQUAL "staticlib" AND Heffte_RPATH)
      corrosion_add_target_local_rustflags(${target} ${Heffte_RPATH})
    endif()
    # Another project's wish for where what is built goes, which this one would not find there.
    foreach(kind ARCHIVE LIBRARY RUNTIME)
      foreach(suffix "" ${CMAKE_CONFIGURATION_TYPES})
        string(TOUPPER "${kind}_OUTPUT_DIRECTORY_${suffix}" property)
        string(REGEX REPLACE "_$" "" property "${property}")
        set_property(TARGET ${target} PROPERTY ${property} "")
      endforeach()
    endforeach()
  endforeach()
endfunction()

if(BUILD_SHARED_LIBS)
  heffte_import_crate(heffte-c cdylib)
  # Programs look for the library by its soname, in the build tree too.
  add_custom_target(heffte_soname ALL
    COMMAND "${CMAKE_COMMAND}" -E create_symlink libheffte.so "${CMAKE_CURRENT_BINARY_DIR}/libheffte.so.${PROJECT_VERSION_MAJOR}"
    COMMENT "Linking libheffte.so.${PROJECT_VERSION_MAJOR}" VERBATIM)
  add_dependencies(heffte_soname cargo-build_heffte)
else()
  heffte_import_crate(heffte-c staticlib)
endif()

set(Heffte_GIT_HASH unknown)
find_package(Git QUIET)
if(Git_FOUND)
  execute_process(COMMAND "${GIT_EXECUTABLE}" -C "${PROJECT_SOURCE_DIR}" rev-parse HEAD
    OUTPUT_VARIABLE hash OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(Heffte_GIT_HASH "${hash}")
  endif()
endif()
configure_file("${PROJECT_SOURCE_DIR}/include/heffte_config.h.in" "${CMAKE_CURRENT_BINARY_DIR}/include/heffte_config.h" @ONLY)

add_library(Heffte INTERFACE)
add_library(Heffte::Heffte ALIAS Heffte)
set(system "")
if(NOT Heffte_TOP_LEVEL)
  # The warnings that a surrounding project asks for are about its own code.
  set(system SYSTEM)
endif()
target_include_directories(Heffte ${system} INTERFACE "${PROJECT_SOURCE_DIR}/include" "${CMAKE_CURRENT_BINARY_DIR}/include")
target_link_libraries(Heffte INTERFACE heffte MPI::MPI_C)
if(Heffte_ENABLE_FFTW)
  # For programs that call FFTW themselves.
  add_library(Heffte::FFTW INTERFACE IMPORTED)
  set_target_properties(Heffte::FFTW PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${Heffte_FFTW_INCLUDES}" INTERFACE_LINK_LIBRARIES "${Heffte_FFTW_LINKED}")
  target_link_libraries(Heffte INTERFACE Heffte::FFTW)
endif()
if(Heffte_TOP_LEVEL)
  # In a project around it that has no C, CMake would know no such feature.
  target_compile_features(Heffte INTERFACE c_std_99)
endif()
if(CMAKE_CXX_COMPILER_LOADED)
  # The C++ compiler of the same MPI.
  get_filename_component(directory "${MPI_C_COMPILER}" DIRECTORY)
  find_program(MPI_CXX_COMPILER NAMES mpicxx mpic++ PATHS "${directory}" NO_DEFAULT_PATH)
  find_package(MPI REQUIRED COMPONENTS CXX)
  target_link_libraries(Heffte INTERFACE MPI::MPI_CXX)
  target_compile_features(Heffte INTERFACE cxx_std_11)
endif()
if(BUILD_SHARED_LIBS)
  add_dependencies(Heffte heffte_soname)
endif()
