#include "nodes/output_file.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>

#include <unistd.h>

namespace cohort::nodes {

runtime::expected<void> check_output(const std::string& file) {
  namespace fs = std::filesystem;
  if (file.empty() || file == "-")
    return {};
  auto folder = fs::path{file}.parent_path();
  if (folder.empty())
    folder = ".";
  std::error_code failed;
  auto is_new = !fs::exists(file, failed);
  auto may_write = is_new ? fs::is_directory(folder, failed)
                              && access(folder.c_str(), W_OK) == 0
                          : !fs::is_directory(file, failed)
                              && access(file.c_str(), W_OK) == 0;
  if (may_write)
    return {};
  return runtime::error{runtime::errc::invalid_request,
                        "the report cannot be written to " + file
                          + "; name a file in a folder that is there"};
}

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
