# find_package(cohort): cohort::command_line for a cohort with executors of your own, and every library by its folder.
list(PREPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR})
include(${CMAKE_CURRENT_LIST_DIR}/Packages.cmake)
list(POP_FRONT CMAKE_MODULE_PATH)
include(${CMAKE_CURRENT_LIST_DIR}/cohortTargets.cmake)
