#include "nodes/output_file.hpp"

#include <fstream>
#include <iostream>

namespace cohort::nodes {

runtime::expected<void> write_output(const std::string& file,
                                     const std::string& text) {
  if (file == "-") {
    std::cout << text << std::flush;
    return {};
  }
  std::ofstream out{file, std::ios::binary};
  out << text;
  if (out.flush())
    return {};
  return runtime::error{runtime::errc::storage_failed,
                        "the report " + file + " cannot be written"};
}

} // namespace cohort::nodes
