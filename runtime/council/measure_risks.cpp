#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

#include "runtime/council/measures.hpp"

namespace cohort::runtime::council {

namespace {

/// A file is worth a word from here on.
constexpr double severity_min = 0.3;
constexpr double needless_severity = 0.95;

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size()
         && text.substr(text.size() - end.size()) == end;
}

bool is_build_file(std::string_view file) {
  constexpr std::array<std::string_view, 10> names{
    "CMakeLists.txt", "Makefile",  "makefile",    "GNUmakefile",  "BUILD",
    "BUILD.bazel",    "WORKSPACE", "meson.build", "configure.ac", "SConstruct",
  };
  auto slash = file.rfind('/');
  auto name = slash == std::string_view::npos ? file : file.substr(slash + 1);
  return std::find(names.begin(), names.end(), name) != names.end()
         || ends_with(name, ".cmake") || ends_with(name, ".mk")
         || ends_with(name, ".bzl") || name == "compile_commands.json";
}

bool is_public_header(std::string_view file) {
  return file.rfind("include/", 0) == 0
         || file.find("/include/") != std::string_view::npos;
}

/// Reports of units that are accepted now and read each written file.
class accepted_readers {
public:
  explicit accepted_readers(const pb::ReviewRequest& request) {
    for (auto& subtask : request.decomposition().subtasks())
      for (auto& file : subtask.files())
        readers_[file] = 0;
    for (auto& report : request.evidence().units()) {
      if (!report.ok())
        continue;
      ++accepted_;
      for (auto& file : report.reads())
        if (auto found = readers_.find(file); found != readers_.end())
          ++found->second;
    }
  }

  /// Share of what is accepted now that a change of the file could break.
  [[nodiscard]] double share(std::string_view file) const {
    auto found = readers_.find(file);
    return accepted_ == 0 || found == readers_.end()
             ? 0
             : static_cast<double>(found->second) / accepted_;
  }

private:
  std::unordered_map<std::string_view, int> readers_; // Looked up only.
  int accepted_ = 0;
};

double severity_of(std::string_view file, double accepted_share,
                   bool is_needless) {
  if (is_build_file(file))
    return is_needless ? needless_severity : 0.6;
  auto severity = 0.5 * accepted_share;
  return is_public_header(file) ? severity + 0.2 : severity;
}

std::set<std::string_view> files_with_errors(const pb::Subtask& subtask,
                                             const pb::Evidence& evidence) {
  std::set<std::string_view> result;
  for (auto index : subtask.diagnostics())
    if (index < static_cast<uint32_t>(evidence.diagnostics_size()))
      result.insert(
        evidence.diagnostics(static_cast<int>(index)).location().file());
  return result;
}

} // namespace

std::vector<file_risk> find_risks(const pb::ReviewRequest& request) {
  accepted_readers readers{request};
  std::vector<file_risk> result;
  auto& plan = request.decomposition();
  for (int i = 0; i < plan.subtasks_size(); ++i) {
    auto with_errors = files_with_errors(plan.subtasks(i), request.evidence());
    for (auto& file : plan.subtasks(i).files()) {
      auto share = readers.share(file);
      auto is_needless = is_build_file(file) && with_errors.count(file) == 0;
      auto severity = severity_of(file, share, is_needless);
      if (severity >= severity_min)
        result.push_back(
          {static_cast<size_t>(i), file, severity, share, is_needless});
    }
  }
  return result;
}

} // namespace cohort::runtime::council
