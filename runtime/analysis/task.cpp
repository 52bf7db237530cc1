#include <algorithm>
#include <array>
#include <utility>

#include "runtime/analysis/routing.hpp"
#include "runtime/analysis/text.hpp"

namespace cohort::runtime::analysis {

namespace {

constexpr size_t mentioned_files_max = 256;

struct kind_words {
  pb::SpecialtyKind kind;
  word_list words;
};

/// In the order in which a tie is decided.
const std::array<kind_words, 6> kinds{{
  {pb::SPECIALTY_KIND_COMPILATION_ERRORS,
   {"build", "builds", "compilation", "compile", "compiler", "compiles",
    "diagnostics", "error", "errors", "link", "linker", "undeclared"}},
  {pb::SPECIALTY_KIND_TYPE_SYSTEM,
   {"const", "generics", "mypy", "type", "typed", "types", "typing"}},
  {pb::SPECIALTY_KIND_ASYNC_PATTERNS,
   {"async", "asynchronous", "await", "concurrency", "coroutine", "coroutines",
    "deadlock", "future", "futures", "race", "threads"}},
  {pb::SPECIALTY_KIND_REFACTORING,
   {"clang-tidy", "cleanup", "convert", "extract", "migrate", "modernise",
    "modernize", "move", "refactor", "refactoring", "rename", "replace",
    "restructure", "rewrite"}},
  {pb::SPECIALTY_KIND_TESTING,
   {"coverage", "mutants", "mutation", "test", "testing", "tests", "unit-test",
    "unit-tests"}},
  {pb::SPECIALTY_KIND_DOCUMENTATION,
   {"changelog", "comment", "comments", "doc", "docs", "documentation",
    "readme", "readme.md", "typo", "typos"}},
}};

pb::SpecialtyKind kind_of(const std::vector<word>& words) {
  auto result = pb::SPECIALTY_KIND_GENERALIST;
  ptrdiff_t most = 0;
  for (auto& kind : kinds) {
    auto hits = std::count_if(words.begin(), words.end(), [&](auto& x) {
      return is_one_of(kind.words, x.lower);
    });
    if (hits > most) {
      most = hits;
      result = kind.kind;
    }
  }
  return result;
}

pb::Priority priority_of(const std::vector<word>& words) {
  static const word_list critical{"critical", "emergency", "outage"};
  static const word_list high{"asap", "blocker", "blocking", "urgent",
                              "urgently"};
  auto result = pb::PRIORITY_NORMAL;
  for (auto& word : words)
    if (is_one_of(critical, word.lower))
      return pb::PRIORITY_CRITICAL;
    else if (is_one_of(high, word.lower))
      result = pb::PRIORITY_HIGH;
  return result;
}

} // namespace

pb::ComplexTask
convert_to_complex_task(std::string task_id, std::string description,
                        pb::ExecutionMode mode, std::string workspace_root) {
  pb::ComplexTask task;
  task.set_task_id(std::move(task_id));
  task.set_workspace_root(std::move(workspace_root));
  task.set_mode(mode);
  auto words = split_words(
    std::string_view{description}.substr(0, description_bytes_max));
  task.mutable_specialty()->set_kind(kind_of(words));
  task.set_priority(priority_of(words));
  task.set_stated_count(stated_count(words));
  for (auto& file : file_names(words, mentioned_files_max))
    task.add_mentioned_files(std::move(file));
  task.set_description(valid_utf8(description));
  return task;
}

} // namespace cohort::runtime::analysis
