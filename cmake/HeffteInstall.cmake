# What is installed for C and C++ programs: the library, the headers, the CMake package, and a fragment for make. The installed tree
# can be moved.

include(CMakePackageConfigHelpers)

if(BUILD_SHARED_LIBS)
  # cargo knows no version suffix: the file gets its full name here, and the two usual links point at it.
  set(library "libheffte.so")
  set(full "${library}.${PROJECT_VERSION}")
  set(soname "${library}.${PROJECT_VERSION_MAJOR}")
  install(PROGRAMS "${CMAKE_CURRENT_BINARY_DIR}/${library}" DESTINATION "${CMAKE_INSTALL_LIBDIR}" RENAME "${full}")
  file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/links")
  file(CREATE_LINK "${full}" "${CMAKE_CURRENT_BINARY_DIR}/links/${soname}" SYMBOLIC)
  file(CREATE_LINK "${soname}" "${CMAKE_CURRENT_BINARY_DIR}/links/${library}" SYMBOLIC)
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/links/${soname}" "${CMAKE_CURRENT_BINARY_DIR}/links/${library}"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}")
else()
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/libheffte.a" DESTINATION "${CMAKE_INSTALL_LIBDIR}")
endif()

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.h")
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/include/heffte_config.h" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")

set(fragment "${CMAKE_INSTALL_FULL_DATADIR}/heffte")
file(RELATIVE_PATH Heffte_INCLUDE_FROM_SHARE "${fragment}" "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
file(RELATIVE_PATH Heffte_LIBRARY_FROM_SHARE "${fragment}" "${CMAKE_INSTALL_FULL_LIBDIR}")
set(Heffte_STATIC_NEEDS "")
if(NOT BUILD_SHARED_LIBS)
  set(Heffte_STATIC_NEEDS " -lpthread -ldl -lm")
endif()
# What programs that call FFTW themselves need.
set(Heffte_FFTW_INCLUDE_FLAGS "")
set(Heffte_FFTW_LINK_FLAGS "")
set(Heffte_FFTW_LIB_FLAGS "")
if(Heffte_ENABLE_FFTW)
  foreach(directory IN LISTS Heffte_FFTW_INCLUDES)
    string(APPEND Heffte_FFTW_INCLUDE_FLAGS " -isystem '${directory}'")
  endforeach()
  foreach(item IN LISTS Heffte_FFTW_LINKED)
    string(APPEND Heffte_FFTW_LIB_FLAGS " ${item}")
    if(item MATCHES "^/")
      get_filename_component(directory "${item}" DIRECTORY)
      list(APPEND directories "${directory}")
    endif()
  endforeach()
  if(directories)
    list(REMOVE_DUPLICATES directories)
  endif()
  foreach(directory IN LISTS directories)
    string(APPEND Heffte_FFTW_LINK_FLAGS " -Wl,-rpath,'${directory}'")
  endforeach()
endif()
configure_file("${PROJECT_SOURCE_DIR}/cmake/HeffteMakefile.in" "${CMAKE_CURRENT_BINARY_DIR}/package/HeffteMakefile.in" @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/package/HeffteMakefile.in" DESTINATION "${CMAKE_INSTALL_DATADIR}/heffte")

set(Heffte_PACKAGE_DIRECTORY "${CMAKE_INSTALL_LIBDIR}/cmake/Heffte")
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/HeffteConfig.cmake.in" "${CMAKE_CURRENT_BINARY_DIR}/package/HeffteConfig.cmake"
  INSTALL_DESTINATION "${Heffte_PACKAGE_DIRECTORY}" PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR
  NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(
  "${CMAKE_CURRENT_BINARY_DIR}/package/HeffteConfigVersion.cmake" VERSION ${PROJECT_VERSION} COMPATIBILITY SameMajorVersion)
configure_file(
  "${PROJECT_SOURCE_DIR}/cmake/HeffteTargets.cmake.in" "${CMAKE_CURRENT_BINARY_DIR}/package/HeffteTargets.cmake" @ONLY)
install(FILES
  "${CMAKE_CURRENT_BINARY_DIR}/package/HeffteConfig.cmake"
  "${CMAKE_CURRENT_BINARY_DIR}/package/HeffteConfigVersion.cmake"
  "${CMAKE_CURRENT_BINARY_DIR}/package/HeffteTargets.cmake"
  DESTINATION "${Heffte_PACKAGE_DIRECTORY}")

# `cargo xtask licences` writes the licences of the crates that are inside; release tarballs have them.
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/heffte")
install(FILES "${PROJECT_SOURCE_DIR}/THIRD-PARTY.md" DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/heffte" OPTIONAL)
