# cohort_embed_entries(OUT.cpp executors/aider.yaml ...)
# Writes OUT.cpp, which defines what config/shipped.hpp declares, with the text of each file. It is written anew whenever
# one of them changes.
function(cohort_embed_entries out)
  set(rows "")
  list(SORT ARGN)
  foreach(file IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    file(READ ${file} text)
    get_filename_component(section ${file} DIRECTORY)
    get_filename_component(name ${file} NAME_WE)
    string(APPEND rows "  {\"${section}\", \"${name}\", R\"yaml(${text})yaml\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${out} CONTENT [[
#include "config/shipped.hpp"

namespace cohort::config {

std::span<const shipped_entry> shipped_entries() {
  static constexpr shipped_entry all[] = {
@rows@  };
  return all;
}

} // namespace cohort::config
]] @ONLY)
endfunction()
