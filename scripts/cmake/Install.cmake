# What `cmake --install` puts beside the binary: the libraries, for find_package(cohort) (nodes/example).
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/cohort)

install(DIRECTORY messages runtime actors nodes DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cohort
  FILES_MATCHING PATTERN "*.hpp" PATTERN "*.proto" PATTERN example EXCLUDE)
file(GLOB headers config/*.hpp)
install(FILES ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cohort/config)
install(DIRECTORY ${PROJECT_BINARY_DIR}/messages DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cohort
  FILES_MATCHING PATTERN "*.pb.h" PATTERN CMakeFiles EXCLUDE)
install(EXPORT cohort NAMESPACE cohort:: FILE cohortTargets.cmake DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cohortConfigVersion.cmake COMPATIBILITY ExactVersion)
install(FILES ${PROJECT_BINARY_DIR}/cohortConfigVersion.cmake scripts/cmake/cohortConfig.cmake scripts/cmake/Packages.cmake
  scripts/cmake/FindCAF.cmake scripts/cmake/Findlibclang.cmake DESTINATION ${package})
