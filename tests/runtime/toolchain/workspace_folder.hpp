#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temp_folder.hpp"

namespace cohort::tests {

/// A temporary folder that files are put into by relative names. Its name has
/// no links in it.
class workspace_folder {
public:
  [[nodiscard]] std::filesystem::path path() const {
    return std::filesystem::canonical(folder_.path());
  }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return path() / name;
  }
  std::filesystem::path write(const std::string& name,
                              const std::string& bytes) const {
    auto file = path() / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file, std::ios::binary} << bytes;
    return file;
  }

private:
  temp_folder folder_;
};

} // namespace cohort::tests
