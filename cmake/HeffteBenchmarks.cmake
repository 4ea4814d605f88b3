# heFFTe's programs, by cargo through Corrosion. They have the library inside, so they run wherever MPI is found.

heffte_import_crate(heffte-bench bin NO_DEFAULT_FEATURES)
# The one that compares with other libraries belongs to developers: `cargo xtask bench`.
set_property(TARGET cargo-build_heffte-bench PROPERTY EXCLUDE_FROM_ALL ON)

set(before heffte)
foreach(program speed3d_c2c speed3d_r2c speed3d_r2r convolution)
  # One cargo at a time: all share what they are built from.
  add_dependencies(cargo-prebuild_${program} cargo-build_${before})
  set(before ${program})
  install(PROGRAMS "${CMAKE_CURRENT_BINARY_DIR}/${program}" DESTINATION "${CMAKE_INSTALL_BINDIR}")
endforeach()
