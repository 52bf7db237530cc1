#include "runtime/execution/folder_limit.hpp"

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

namespace cohort::runtime::execution {

namespace fs = std::filesystem;

void keep_newest(const fs::path& parent, size_t keep,
                 const std::set<std::string>& used) {
  std::error_code ignored;
  std::vector<std::pair<fs::file_time_type, fs::path>> others;
  fs::directory_iterator entry{parent, ignored};
  for (; !ignored && entry != fs::directory_iterator{};
       entry.increment(ignored)) {
    auto& path = entry->path();
    if (used.count(path.filename().string()) > 0)
      fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
    else
      others.emplace_back(fs::last_write_time(path, ignored), path);
  }
  auto kept = keep - std::min(keep, used.size());
  if (others.size() <= kept)
    return;
  std::sort(others.rbegin(), others.rend());
  for (auto old = others.begin() + static_cast<ptrdiff_t>(kept);
       old != others.end(); ++old)
    fs::remove_all(old->second, ignored);
}

} // namespace cohort::runtime::execution
