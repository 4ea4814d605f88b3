# Recipes for containers with the version that CMakeLists.txt names: cmake -DDESTINATION=<folder> -P cmake/HeffteContainers.cmake

file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/../CMakeLists.txt" line REGEX "^project\\(Heffte VERSION ")
string(REGEX REPLACE "^project\\(Heffte VERSION ([0-9.]+).*$" "\\1" PROJECT_VERSION "${line}")
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/../Cargo.toml" line REGEX "^rust-version = ")
string(REGEX REPLACE "^rust-version = \"(.*)\"$" "\\1" Heffte_RUST_VERSION "${line}")
foreach(name Containerfile heffte.def)
  configure_file("${CMAKE_CURRENT_LIST_DIR}/../packaging/${name}.in" "${DESTINATION}/${name}" @ONLY)
endforeach()
