#include "runtime/analysis/reported.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "runtime/analysis/evidence.hpp"
#include "runtime/analysis/text.hpp"
#include "runtime/analysis/tidy_words.hpp"

namespace cohort::runtime::analysis {

namespace {

constexpr size_t message_bytes_max = 1000;
constexpr size_t name_bytes_max = 200;
constexpr size_t path_bytes_max = 4096; // Of Linux.
constexpr uint32_t moved_lines_max = 2;

uint32_t distance(uint32_t x, uint32_t y) {
  return x < y ? y - x : x - y;
}

std::string cut(std::string_view text, size_t bytes_max) {
  return valid_utf8(text.substr(0, bytes_max));
}

/// An option of `cohort run` that makes checks look for it; may be empty.
std::string option_for(const pb::ReportedCause& cause) {
  if (cause.option().starts_with("-W"))
    return "--warnings=" + cause.option();
  auto checks = tidy_checks_in(cause.option());
  auto is_check = checks.size() == 1 && checks.front() == cause.option();
  return is_check ? "--checks=" + cause.option() : "";
}

/// "-Werror=unused" is "-Wunused", as logs are read.
std::string as_warning(const std::string& option) {
  constexpr std::string_view promoted = "-Werror=";
  return option.starts_with(promoted) ? "-W" + option.substr(promoted.size())
                                      : option;
}

/// What evidences say of each file.
class known_files {
public:
  explicit known_files(std::initializer_list<const pb::Evidence*> evidences) {
    for (auto* evidence : evidences) {
      for (auto& report : evidence->units()) {
        checked_.insert(report.unit());
        checked_.insert(report.reads().begin(), report.reads().end());
      }
      for (auto& diagnostic : evidence->diagnostics())
        if (is_error(diagnostic))
          found_[diagnostic.location().file()].push_back(&diagnostic);
    }
  }

  [[nodiscard]] bool is_checked(const std::string& file) const {
    return checked_.count(file) > 0;
  }

  [[nodiscard]] bool has(const pb::ReportedCause& cause) const {
    auto found = found_.find(cause.file());
    if (found == found_.end())
      return false;
    // A warning is no other error that happens to stand near.
    auto may_be_near = cause.line() > 0 && option_for(cause).empty();
    return std::any_of(found->second.begin(), found->second.end(),
                       [&](auto* diagnostic) {
                         return is_same(cause, *diagnostic, may_be_near);
                       });
  }

private:
  static bool is_same(const pb::ReportedCause& cause,
                      const pb::Diagnostic& found, bool may_be_near) {
    if (cause.message() == found.message())
      return true;
    if (!cause.option().empty() && cause.option() == as_warning(found.option()))
      return true;
    if (cause.error_type() == found.error_type()
        && cause.error_type() != "other")
      return true;
    auto line = found.location().line();
    return may_be_near && line > 0
           && distance(cause.line(), line) <= moved_lines_max;
  }

  std::set<std::string_view> checked_;
  std::map<std::string_view, std::vector<const pb::Diagnostic*>> found_;
};

/// Takes " [bugprone-sizeof]" off the end of a message, which logs of
/// clang-tidy have; returns the check.
std::string take_tidy_check(std::string& message) {
  auto open = message.rfind(" [");
  if (open == message.npos || !message.ends_with(']'))
    return "";
  auto inside = std::string_view{message}.substr(open + 2);
  inside.remove_suffix(1);
  inside = inside.substr(0, inside.find(','));
  auto checks = tidy_checks_in(inside);
  if (checks.size() != 1 || checks.front() != inside)
    return "";
  message.resize(open);
  return checks.front();
}

bool is_inside(const std::string& file) {
  auto path = std::filesystem::path{file};
  return !file.empty() && path.is_relative()
         && path.lexically_normal().string() == file && *path.begin() != ".."
         && file != "." && file.find('\0') == file.npos;
}

} // namespace

std::vector<pb::ReportedCause> reported_causes(const pb::Evidence& log) {
  std::vector<pb::ReportedCause> result;
  for (auto& group : log.groups()) {
    if (result.size() == reported_causes_max)
      break;
    // The members are sorted by place; the cause is the one that says so.
    auto is_cause = [&](uint32_t index) {
      auto& member = log.diagnostics(static_cast<int>(index));
      return member.message() == group.message()
             && member.location().file() == group.cause().file()
             && member.location().line() == group.cause().line();
    };
    auto& members = group.diagnostics();
    auto found = std::find_if(members.begin(), members.end(), is_cause);
    auto& cause = result.emplace_back();
    if (found != members.end()) {
      auto& said = log.diagnostics(static_cast<int>(*found));
      cause.set_tool(said.tool());
      cause.set_option(said.option());
      cause.set_is_warning(!is_error(said));
    }
    auto message = group.message();
    if (auto check = take_tidy_check(message); !check.empty())
      cause.set_option(check);
    cause.set_file(cut(group.cause().file(), path_bytes_max));
    cause.set_line(group.cause().line());
    cause.set_byte_column(group.cause().byte_column());
    cause.set_message(cut(message, message_bytes_max));
    cause.set_tool(cut(cause.tool(), name_bytes_max));
    cause.set_option(cut(cause.option(), name_bytes_max));
    cause.set_error_type(
      std::string{error_type(cause.message(), cause.option())});
    cause.set_errors(static_cast<uint32_t>(members.size()));
  }
  return result;
}

std::string why_no_causes(
  const google::protobuf::RepeatedPtrField<pb::ReportedCause>& all) {
  if (all.size() > static_cast<int>(reported_causes_max))
    return "more than " + std::to_string(reported_causes_max)
           + " causes of a log";
  for (auto& cause : all) {
    if (cause.message().size() > message_bytes_max
        || cause.file().size() > path_bytes_max
        || cause.tool().size() > name_bytes_max
        || cause.option().size() > name_bytes_max
        || cause.error_type().size() > name_bytes_max)
      return "a cause of a log whose texts are too long";
    if (!cause.is_missing() && !is_inside(cause.file()))
      return "a cause of a log in a file that is not inside of the workspace: "
             + cause.file();
  }
  return "";
}

std::string log_task(const pb::Evidence& log, const std::string& name) {
  size_t count = 0;
  for (auto& group : log.groups())
    count += static_cast<size_t>(group.diagnostics_size());
  auto& all = log.diagnostics();
  auto has_errors = std::any_of(all.begin(), all.end(), is_error);
  return "fix the " + std::to_string(count) + ' '
         + (has_errors ? "error" : "warning") + (count == 1 ? "" : "s")
         + " that " + name + " reports";
}

std::vector<unseen_cause>
unseen_causes(const google::protobuf::RepeatedPtrField<pb::ReportedCause>& all,
              std::initializer_list<const pb::Evidence*> evidences) {
  std::vector<unseen_cause> result;
  if (all.empty())
    return result;
  known_files known{evidences};
  for (auto& cause : all)
    if (!known.has(cause))
      result.push_back({cause, known.is_checked(cause.file())});
  return result;
}

std::vector<pb::UnitReport>
as_reports(const std::vector<unseen_cause>& unseen) {
  std::map<std::pair<std::string, std::string>, pb::UnitReport> by_file;
  for (auto& [cause, is_checked] : unseen) {
    if (is_checked || cause.is_missing())
      continue;
    auto& report = by_file[{cause.file(), cause.tool()}];
    report.set_unit(cause.file());
    report.set_tool(cause.tool());
    if (report.reads().empty())
      report.add_reads(cause.file());
    auto& diagnostic = *report.add_diagnostics();
    diagnostic = as_diagnostic(cause);
    diagnostic.set_severity(pb::SEVERITY_ERROR); // It is what is to be done.
  }
  std::vector<pb::UnitReport> result;
  for (auto& [unused, report] : by_file)
    result.push_back(std::move(report));
  return result;
}

pb::Diagnostic as_diagnostic(const pb::ReportedCause& cause) {
  pb::Diagnostic result;
  result.set_tool(cause.tool());
  result.set_severity(cause.is_warning() ? pb::SEVERITY_WARNING
                                         : pb::SEVERITY_ERROR);
  result.mutable_location()->set_file(cause.file());
  result.mutable_location()->set_line(cause.line());
  result.mutable_location()->set_byte_column(cause.byte_column());
  result.set_message(cause.message());
  result.set_option(cause.option());
  result.set_error_type(cause.error_type());
  return result;
}

std::string why_unseen(const unseen_cause& unseen) {
  if (unseen.cause.is_missing() && !unseen.cause.file().empty())
    return "only the log reports it: the workspace has no such file";
  if (!unseen.is_checked && !unseen.cause.is_missing())
    return "only the log reports it: nothing here checks this file; a check "
           "for it can be named under languages in the configuration";
  auto option = option_for(unseen.cause);
  return "only the log reports it: checks made here do not; "
         + (option.empty() ? "the log's build may have other options "
                             "(--configure-arg, -p), or be of another tree"
                           : "with " + option + " they look for it");
}

} // namespace cohort::runtime::analysis
