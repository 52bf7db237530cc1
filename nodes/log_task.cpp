#include "nodes/log_task.hpp"

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "nodes/log_reader.hpp"
#include "runtime/analysis/reported.hpp"
#include "runtime/analysis/text.hpp"

namespace cohort::nodes {

namespace fs = std::filesystem;

std::optional<std::string> located(const std::string& path,
                                   const fs::path& workspace) {
  auto text = path;
  std::replace(text.begin(), text.end(), '\\', '/');
  auto is_bad = text.find('\0') != text.npos;
  std::string_view rest{text};
  while (!is_bad && !rest.empty()) {
    auto here = fs::path{rest}.lexically_normal();
    auto is_inside = here.is_relative() && *here.begin() != "..";
    std::error_code failed;
    if (is_inside && fs::is_regular_file(workspace / here, failed))
      return here.string();
    auto slash = rest.find('/');
    rest.remove_prefix(slash == rest.npos ? rest.size() : slash + 1);
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
    std::cerr << "cohort: " << name << " has " << all << " causes; the first "
              << causes.size() << " count\n";
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
