#include "runtime/execution/folder_limit.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "runtime/workspace/temporaries.hpp"

namespace cohort::runtime::execution {

namespace fs = std::filesystem;

std::vector<fs::path> keep_newest(const fs::path& parent, size_t keep,
                                  const std::set<std::string>& used) {
  std::error_code ignored;
  std::vector<fs::path> gone;
  std::vector<std::pair<fs::file_time_type, fs::path>> others;
  fs::directory_iterator entry{parent, ignored};
  for (; !ignored && entry != fs::directory_iterator{};
       entry.increment(ignored)) {
    auto& path = entry->path();
    auto name = path.filename().string();
    if (used.count(name) > 0)
      fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
    else if (name.starts_with('.'))
      gone.push_back(path); // It has got its other name already.
    else
      others.emplace_back(fs::last_write_time(path, ignored), path);
  }
  std::sort(others.rbegin(), others.rend());
  for (auto i = keep - std::min(keep, used.size()); i < others.size(); ++i) {
    std::error_code failed;
    auto apart = workspace::temporary_name(others[i].second);
    fs::rename(others[i].second, apart, failed);
    if (!failed)
      gone.push_back(std::move(apart));
  }
  return gone;
}

void remove_folders(const std::vector<fs::path>& folders) {
  std::error_code ignored;
  for (auto& folder : folders)
    fs::remove_all(folder, ignored);
}

} // namespace cohort::runtime::execution
