#include "runtime/process/find_program.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <unistd.h>

namespace cohort::runtime::process {

namespace {

namespace fs = std::filesystem;

bool can_be_started(const fs::path& file) {
  std::error_code failed;
  return fs::is_regular_file(file, failed) && access(file.c_str(), X_OK) == 0;
}

} // namespace

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos)
    return can_be_started(name) ? name : "";
  auto* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "";
  while (!rest.empty()) {
    auto end = std::min(rest.find(':'), rest.size());
    auto file = fs::path{rest.substr(0, end)} / name;
    if (end > 0 && can_be_started(file))
      return file.string();
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

} // namespace cohort::runtime::process
