#include "nodes/log_task.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "nodes/log_reader.hpp"
#include "runtime/analysis/reported.hpp"
#include "runtime/analysis/text.hpp"

namespace cohort::nodes {

namespace fs = std::filesystem;

namespace {

/// Whether that is a file of the workspace, and reached through no link.
bool is_file_of(const fs::path& workspace, const fs::path& file) {
  std::error_code failed;
  auto real = fs::canonical(workspace / file, failed);
  return !failed && real == workspace / file
         && fs::is_regular_file(real, failed);
}

/// Headers of compilers and installed libraries, whose last parts are names
/// like "vector".
bool is_of_system(std::string_view path) {
  constexpr std::string_view folders[] = {"/usr/include/", "/usr/lib/",
                                          "/usr/lib64/", "/usr/local/include/",
                                          "/usr/local/lib/"};
  return std::any_of(std::begin(folders), std::end(folders),
                     [&](auto folder) { return path.starts_with(folder); });
}

} // namespace

std::optional<std::string> located(const std::string& path,
                                   const fs::path& workspace) {
  constexpr size_t bytes_max = 4096;
  constexpr int parts_max = 64;
  if (path.size() > bytes_max || path.find('\0') != path.npos)
    return std::nullopt;
  auto text = path;
  std::replace(text.begin(), text.end(), '\\', '/');
  auto whole = fs::path{text}.lexically_normal();
  if (whole.is_absolute()) {
    auto here = whole.lexically_relative(workspace);
    if (*here.begin() != ".." && is_file_of(workspace, here))
      return here.string();
    if (is_of_system(text))
      return std::nullopt;
    whole = whole.relative_path();
  }
  std::vector<fs::path> parts{whole.begin(), whole.end()};
  auto first = parts.end() - std::min<ptrdiff_t>(parts_max, std::ssize(parts));
  for (; first != parts.end(); ++first) {
    fs::path here;
    for (auto part = first; part != parts.end(); ++part)
      here /= *part;
    if (*here.begin() != ".." && is_file_of(workspace, here))
      return here.string();
  }
  return std::nullopt;
}

runtime::expected<void> add_log(pb::TaskRequest& request,
                                const std::string& file) {
  auto log = read_log(file);
  if (!log)
    return log.error();
  auto name = file == "-" ? "the log"
                          : runtime::analysis::valid_utf8(
                            fs::path{file}.filename().string());
  if (request.description().empty())
    request.set_description(runtime::analysis::log_task(*log, name));
  auto causes = runtime::analysis::reported_causes(*log);
  if (auto all = static_cast<size_t>(log->groups_size()); all > causes.size())
    spdlog::warn("{} has {} causes; the first {} count", name, all,
                 causes.size());
  std::map<std::string, std::optional<std::string>> known;
  for (auto& cause : causes) {
    auto [here, is_new] = known.try_emplace(cause.file());
    if (is_new)
      here->second = located(cause.file(), request.workspace_root());
    cause.set_is_missing(!here->second);
    if (here->second)
      cause.set_file(*here->second);
    *request.add_reported() = std::move(cause);
  }
  return {};
}

} // namespace cohort::nodes
