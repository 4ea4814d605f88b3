# Whether mpi4py of Python_EXECUTABLE is for the MPI that is built for. The Python that will run may have another, so that it is a
# warning; the import is an error there.

# Needs no MPI_Init, so that it works where programs of MPI may not run.
execute_process(
  COMMAND "${Python_EXECUTABLE}" -c
    "import mpi4py; mpi4py.rc.initialize = mpi4py.rc.finalize = False; from mpi4py import MPI; print(MPI.Get_library_version().strip('\\0'))"
  OUTPUT_VARIABLE theirs ERROR_QUIET RESULT_VARIABLE failed TIMEOUT 60)
if(failed)
  message(STATUS "${Python_EXECUTABLE} has no mpi4py that works: it is needed to import heffte, and has to be for ${MPI_C_COMPILER}")
  return()
endif()
foreach(which ours theirs)
  if(which STREQUAL "ours")
    set(${which} "${MPI_C_LIBRARY_VERSION_STRING}")
  endif()
  string(REGEX REPLACE "[ \t\r\n]+" " " ${which} "${${which}}")
  string(STRIP "${${which}}" ${which})
  # As Python's message has them.
  string(REGEX MATCH "^[^ ]+( [^ ]+)?( [^ ]+)?" ${which}_name "${${which}}")
endforeach()
if(ours AND NOT ours STREQUAL theirs)
  message(WARNING
    "Heffte is built with `${ours_name}`, but mpi4py of ${Python_EXECUTABLE} uses `${theirs_name}`, and heffte cannot be imported "
    "beside it: install an mpi4py for ${MPI_C_COMPILER}, let -DPython_EXECUTABLE=<file> name a Python that has one, or build with "
    "mpi4py's MPI by -DMPI_C_COMPILER=<its mpicc>.")
endif()
