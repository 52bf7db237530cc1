#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/coordination/cause_stories.hpp"

/// What a repair or a diagnosis found out about each cause, for a file.
///
/// Pure, but for `text_source`.
namespace cohort::nodes {

namespace pb = messages::v1;

/// A file of a tree by its path; nullptr when there is none. What it returns
/// stays as long as the source.
using text_source = std::function<const std::string*(const std::string& file)>;

struct cause_report {
  std::string workspace_root; // Absolute.
  std::string task_id;        // Empty for a diagnosis, like the next two.
  std::string outcome;
  std::string summary;
  std::vector<runtime::coordination::cause_story> causes;
  /// Of each cause: what the task changed for it, or, where nothing was tried
  /// yet, what compilers propose. Offsets are those of the tree that the task
  /// began with.
  std::vector<std::vector<pb::Fix>> changes;
};

/// A change is of the cause whose kept fix, or else whose place, is nearest to
/// it in its file.
cause_report make_report(const pb::TaskResult& result,
                         std::string workspace_root, const text_source& before,
                         const text_source& after);

enum class report_format { text, json, sarif };

/// By the suffix: .txt, .json or .sarif.
std::optional<report_format> format_of(std::string_view file);

std::string report_text(const cause_report& report);
std::string report_json(const cause_report& report);
/// SARIF 2.1.0. `before` gives the files of the tree that the task began with.
std::string report_sarif(const cause_report& report, const text_source& before);

std::string render(const cause_report& report, report_format format,
                   const text_source& before);

/// "3 causes: 2 repaired, 1 escalated"
std::string counts_of(const cause_report& report);

} // namespace cohort::nodes
