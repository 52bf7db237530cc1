#include <algorithm>
#include <utility>

#include "runtime/analysis/routing.hpp"
#include "runtime/analysis/specialty.hpp"
#include "runtime/analysis/text.hpp"

namespace cohort::runtime::analysis {

namespace {

constexpr size_t mentioned_files_max = 256;

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
  task.mutable_specialty()->set_kind(specialty_of(words));
  task.set_priority(priority_of(words));
  task.set_stated_count(stated_count(words));
  for (auto& file : file_names(words, mentioned_files_max))
    task.add_mentioned_files(std::move(file));
  task.set_description(valid_utf8(description));
  return task;
}

} // namespace cohort::runtime::analysis
