# Finds libclang, clang's stable C interface, of the newest LLVM that is installed: libclang::libclang.
file(GLOB _llvm LIST_DIRECTORIES TRUE /usr/lib/llvm-*)
list(SORT _llvm COMPARE NATURAL ORDER DESCENDING)
find_path(LIBCLANG_INCLUDE_DIR clang-c/Index.h HINTS ${_llvm} PATH_SUFFIXES include)
find_library(LIBCLANG_LIBRARY clang HINTS ${_llvm} PATH_SUFFIXES lib)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(libclang REQUIRED_VARS LIBCLANG_LIBRARY LIBCLANG_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "scripts/setup.sh installs libclang-14-dev")
if(libclang_FOUND AND NOT TARGET libclang::libclang)
  add_library(libclang::libclang UNKNOWN IMPORTED)
  set_target_properties(libclang::libclang PROPERTIES IMPORTED_LOCATION "${LIBCLANG_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${LIBCLANG_INCLUDE_DIR}")
endif()
