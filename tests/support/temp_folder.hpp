#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace cohort::tests {

/// A new folder under /tmp, removed with everything in it.
class temp_folder {
public:
  temp_folder() {
    std::string name = "/tmp/cohort-test-XXXXXX";
    if (mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("cannot make a folder under /tmp");
    path_ = name;
  }
  temp_folder(temp_folder&& other) noexcept
    : path_{std::exchange(other.path_, {})} {
    // nop
  }
  temp_folder& operator=(temp_folder&&) = delete;
  ~temp_folder() {
    std::error_code ignored;
    if (!path_.empty())
      std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const {
    return path_;
  }

private:
  std::filesystem::path path_;
};

} // namespace cohort::tests
