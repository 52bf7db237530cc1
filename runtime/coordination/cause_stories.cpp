#include "runtime/coordination/cause_stories.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "runtime/analysis/evidence.hpp"

namespace cohort::runtime::coordination {

namespace {

/// Finds the story that an attempt or a leftover belongs to.
class story_index {
public:
  void add(const pb::Location& place, const std::string& message,
           size_t story) {
    by_message_[{place.file(), message}].emplace_back(place.line(), story);
    by_line_.try_emplace({place.file(), place.line()}, story);
  }

  std::optional<size_t> find(const std::string& file, uint32_t line,
                             const std::string& message) const {
    auto same = by_message_.find({file, message});
    if (same != by_message_.end())
      return std::min_element(same->second.begin(), same->second.end(),
                              [&](auto& x, auto& y) {
                                return distance(x.first, line)
                                       < distance(y.first, line);
                              })
        ->second;
    auto known = by_line_.find({file, line});
    return known == by_line_.end() ? std::nullopt
                                   : std::optional{known->second};
  }

private:
  static uint32_t distance(uint32_t x, uint32_t y) {
    return std::max(x, y) - std::min(x, y);
  }

  std::map<std::pair<std::string, std::string>,
           std::vector<std::pair<uint32_t, size_t>>>
    by_message_;
  std::map<std::pair<std::string, uint32_t>, size_t> by_line_;
};

cause_story tell_group(const pb::DiagnosticGroup& group,
                       const pb::Evidence& evidence) {
  cause_story story;
  story.id = group.id();
  story.kind = group.error_type();
  story.place = group.cause();
  story.message = group.message();
  std::set<std::string> files;
  std::set<std::string> units;
  std::set<std::string> tools;
  for (auto index : group.diagnostics()) {
    auto& error = evidence.diagnostics(static_cast<int>(index));
    files.insert(error.location().file());
    units.insert(error.units().begin(), error.units().end());
    tools.insert(error.tool());
    if (story.examples.size() < cause_story::examples_max)
      story.examples.push_back(error);
  }
  story.errors = static_cast<uint32_t>(group.diagnostics_size());
  story.files = static_cast<uint32_t>(files.size());
  story.units.assign(units.begin(), units.end());
  story.tools.assign(tools.begin(), tools.end());
  return story;
}

class story_teller {
public:
  explicit story_teller(const pb::Evidence& evidence) {
    for (auto& group : evidence.groups()) {
      for (auto index : group.diagnostics()) {
        auto& error = evidence.diagnostics(static_cast<int>(index));
        index_.add(error.location(), error.message(), stories_.size());
      }
      stories_.push_back(tell_group(group, evidence));
    }
  }

  void add(const pb::FixAttempt& attempt) {
    auto& fix = attempt.fix();
    pb::Location place;
    place.set_file(fix.target_file());
    place.set_line(fix.target_line());
    auto& story = find(place, fix.message());
    ++(attempt.kept() ? story.kept : story.refused);
    story.tries.push_back(attempt);
  }

  void add(const pb::Leftover& left) {
    auto& error = left.diagnostic();
    auto& story = find(error.location(), error.message());
    ++story.left_count;
    if (story.left.size() < cause_story::examples_max)
      story.left.push_back(left);
  }

  std::vector<cause_story> end() && {
    for (auto& story : stories_) {
      story.end = story.left_count > 0 ? cause_end::escalated
                  : story.kept > 0     ? cause_end::repaired
                                       : cause_end::gone;
      std::stable_sort(story.tries.begin(), story.tries.end(),
                       [](auto& x, auto& y) { return x.kept() > y.kept(); });
      if (story.tries.size() > cause_story::examples_max)
        story.tries.resize(cause_story::examples_max);
    }
    return std::move(stories_);
  }

private:
  cause_story& find(const pb::Location& place, const std::string& message) {
    auto known = index_.find(place.file(), place.line(), message);
    if (known)
      return stories_[*known];
    index_.add(place, message, stories_.size());
    auto& story = stories_.emplace_back();
    story.id = "n" + std::to_string(++new_ones_);
    story.kind = analysis::error_type(message, "");
    story.place = place;
    story.message = message;
    story.errors = story.files = 1;
    return story;
  }

  std::vector<cause_story> stories_;
  story_index index_;
  size_t new_ones_ = 0;
};

} // namespace

std::string_view to_string(cause_end end) {
  switch (end) {
    case cause_end::repaired:
      return "repaired";
    case cause_end::gone:
      return "gone";
    case cause_end::escalated:
      return "escalated";
    default:
      return "open";
  }
}

std::vector<cause_story> tell_causes(const pb::TaskResult& result) {
  story_teller teller{result.evidence()};
  for (auto& attempt : result.fixes())
    teller.add(attempt);
  for (auto& left : result.left())
    teller.add(left);
  auto stories = std::move(teller).end();
  // Where no tree came to be, nothing was tried.
  if (result.patch().result_tree().empty())
    for (auto& story : stories)
      story.end = cause_end::open;
  return stories;
}

} // namespace cohort::runtime::coordination
