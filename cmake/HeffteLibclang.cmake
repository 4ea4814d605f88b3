# libclang, with which bindgen reads mpi.h while cargo builds: looked for where bindgen will look, so that it is missed now.

set(places "")
set(where "it is not where loaders and llvm-config look")
if(NOT "$ENV{LIBCLANG_PATH}" STREQUAL "")
  set(places "$ENV{LIBCLANG_PATH}")
  set(where "LIBCLANG_PATH names $ENV{LIBCLANG_PATH}, where it is not")
  if(EXISTS "${places}" AND NOT IS_DIRECTORY "${places}")
    get_filename_component(places "${places}" DIRECTORY)
  endif()
else()
  string(REPLACE ":" ";" places "$ENV{LD_LIBRARY_PATH}")
  find_program(Heffte_LLVM_CONFIG NAMES $ENV{LLVM_CONFIG_PATH} llvm-config NO_CACHE)
  if(Heffte_LLVM_CONFIG)
    execute_process(COMMAND "${Heffte_LLVM_CONFIG}" --prefix OUTPUT_VARIABLE prefix OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    list(APPEND places "${prefix}/lib" "${prefix}/lib64")
  endif()
  list(APPEND places /usr/local/llvm*/lib* /usr/local/lib* /usr/local/lib*/* /usr/local/lib*/*/* /usr/lib* /usr/lib*/* /usr/lib*/*/*
    /usr/local/opt/llvm*/lib /Library/Developer/CommandLineTools/usr/lib)
endif()
set(found "")
foreach(place IN LISTS places)
  if(NOT found AND NOT place STREQUAL "")
    file(GLOB found LIST_DIRECTORIES OFF "${place}/libclang.so*" "${place}/libclang-*.so*" "${place}/libclang.dylib")
    # The same in C++, which bindgen has no use for; a clang that is installed brings it along.
    list(FILTER found EXCLUDE REGEX "/libclang-cpp[.]")
  endif()
endforeach()
if(NOT found)
  message(FATAL_ERROR
    "Heffte needs libclang, by which bindgen reads mpi.h: ${where}. Install it (libclang-dev in Debian and Ubuntu, clang-devel in "
    "Fedora, clangdev of conda, llvm+clang of Spack, libclang of PyPI), and let the variable LIBCLANG_PATH of the environment name "
    "the folder of libclang.so.")
endif()

# Some come without the headers that belong to a compiler, as PyPI's does; those of the C compiler serve. Behind all others, since
# bindgen asks a clang that is installed for its own.
list(GET found 0 found)
get_filename_component(place "${found}" DIRECTORY)
get_filename_component(real "${found}" REALPATH)
get_filename_component(real "${real}" DIRECTORY)
file(GLOB headers "${place}/clang/*/include/stddef.h" "${real}/clang/*/include/stddef.h")
find_program(Heffte_CLANG NAMES $ENV{CLANG_PATH} clang NO_CACHE)
set(Heffte_CLANG_ARGUMENTS "$ENV{BINDGEN_EXTRA_CLANG_ARGS}")
if(NOT headers AND NOT Heffte_CLANG AND Heffte_CLANG_ARGUMENTS STREQUAL "")
  execute_process(COMMAND "${CMAKE_C_COMPILER}" -print-file-name=include
    OUTPUT_VARIABLE directory OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(EXISTS "${directory}/stddef.h")
    message(STATUS "${found} has no headers of its own: bindgen is given those in ${directory}")
    set(Heffte_CLANG_ARGUMENTS "-idirafter${directory}")
  endif()
endif()
