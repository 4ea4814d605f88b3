# What finds an installed Heffte without CMake: files for environment-modules (Tcl) and Lmod (Lua), and for pkg-config. All are
# relative to where they lie, since the tree can be moved.

# A packager's folders may have been given as whole paths.
foreach(folder LIB INCLUDE BIN)
  file(RELATIVE_PATH Heffte_${folder}_FROM_PREFIX "${CMAKE_INSTALL_PREFIX}" "${CMAKE_INSTALL_FULL_${folder}DIR}")
endforeach()
set(share "${CMAKE_INSTALL_FULL_DATADIR}/heffte")
# As module commands see it, from the file of a version to the prefix.
set(modules "${share}/modulefiles/heffte")
set(full "${CMAKE_INSTALL_PREFIX}")
file(RELATIVE_PATH Heffte_PREFIX_FROM_MODULES "${modules}" "${full}")
string(REGEX REPLACE "/$" "" Heffte_PREFIX_FROM_MODULES "${Heffte_PREFIX_FROM_MODULES}")
set(Heffte_MODULE_PYTHON "")
if(Heffte_ENABLE_PYTHON)
  set(Heffte_MODULE_PYTHON "${Heffte_PYTHON_SHARED}")
endif()
foreach(pair "tcl:" "lua:.lua")
  string(REGEX MATCH "^([a-z]+):(.*)$" pair "${pair}")
  set(language "${CMAKE_MATCH_1}")
  set(name "${PROJECT_VERSION}${CMAKE_MATCH_2}")
  configure_file("${PROJECT_SOURCE_DIR}/packaging/modulefile.${language}.in" "${CMAKE_CURRENT_BINARY_DIR}/modulefiles/${name}" @ONLY)
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/modulefiles/${name}" DESTINATION "${CMAKE_INSTALL_DATADIR}/heffte/modulefiles/heffte")
endforeach()

set(directory "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig")
file(RELATIVE_PATH Heffte_PREFIX_FROM_PC "${directory}" "${full}")
string(REGEX REPLACE "/$" "" Heffte_PREFIX_FROM_PC "${Heffte_PREFIX_FROM_PC}")
configure_file("${PROJECT_SOURCE_DIR}/packaging/heffte.pc.in" "${CMAKE_CURRENT_BINARY_DIR}/package/heffte.pc" @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/package/heffte.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
