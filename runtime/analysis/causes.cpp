#include "runtime/analysis/causes.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "runtime/analysis/disjoint_sets.hpp"
#include "runtime/analysis/error_signs.hpp"
#include "runtime/analysis/evidence.hpp"

namespace cohort::runtime::analysis {

namespace {

/// From here on a run reports what a wrong scope makes of the text.
struct flood {
  size_t begin = 0;   // In the run.
  uint32_t cause = 0; // A line.
};

/// What a compiler may be misled by, while a run is followed.
struct misled_state {
  uint32_t by = 0; // Lines.
  uint32_t last = 0;
  reach how_far = reach::nowhere;
};

/// Of `reach::lines`, from one error to the next.
constexpr uint32_t lines_max = 6;

/// Lines with errors are what belongs together or not.
class cause_finder {
public:
  explicit cause_finder(const pb::Evidence& evidence)
    : evidence_{evidence},
      line_of_(static_cast<size_t>(evidence.diagnostics_size())),
      signs_(line_of_.size()) {
    for (uint32_t i = 0; i < line_of_.size(); ++i) {
      auto& error = at(i);
      if (!is_error(error))
        continue;
      signs_[i] = read_signs(error);
      if (first_.empty() || !is_same_line(at(first_.back()), error))
        first_.push_back(i);
      line_of_[i] = static_cast<uint32_t>(first_.size() - 1);
    }
    causes_ = disjoint_sets{first_.size()};
    times_first_.resize(first_.size());
  }

  void follow(const std::vector<error_run>& runs) {
    auto floods = find_floods(runs);
    for (size_t i = 0; i < runs.size(); ++i)
      follow(runs[i], floods[i]);
    for (auto [line, misled_by] : followers_)
      if (times_first_[line] == 0)
        causes_.join(line, misled_by);
    for (uint32_t line = 1; line < first_.size(); ++line)
      if (are_neighbours(line - 1, line))
        causes_.join(line - 1, line);
  }

  /// The lines of each cause, itself first.
  std::vector<std::vector<uint32_t>> causes() {
    std::map<uint32_t, std::vector<uint32_t>> members;
    for (uint32_t line = 0; line < first_.size(); ++line)
      members[causes_.find(line)].push_back(line);
    std::vector<std::vector<uint32_t>> result;
    for (auto& [unused, lines] : members) {
      auto cause = std::max_element(lines.begin(), lines.end(),
                                    [&](uint32_t x, uint32_t y) {
                                      return times_first_[x] < times_first_[y];
                                    });
      std::iter_swap(lines.begin(), cause);
      result.push_back(std::move(lines));
    }
    std::sort(result.begin(), result.end());
    return result;
  }

  void add_group(const std::vector<uint32_t>& lines, pb::Evidence& to) const {
    auto& cause = at(first_[lines.front()]);
    auto& group = *to.add_groups();
    group.set_id("g" + std::to_string(to.groups_size()));
    group.set_error_type(cause.error_type());
    *group.mutable_cause() = cause.location();
    group.set_message(cause.message());
    for (auto line : lines)
      for (auto index : errors_of(line))
        group.add_diagnostics(index);
    std::sort(group.mutable_diagnostics()->begin(),
              group.mutable_diagnostics()->end());
  }

private:
  const pb::Diagnostic& at(uint32_t index) const {
    return evidence_.diagnostics(static_cast<int>(index));
  }

  static bool is_same_line(const pb::Diagnostic& x, const pb::Diagnostic& y) {
    return x.location().line() == y.location().line()
           && x.location().file() == y.location().file();
  }

  std::vector<uint32_t> errors_of(uint32_t line) const {
    std::vector<uint32_t> result;
    for (auto i = first_[line];
         i < line_of_.size() && is_same_line(at(first_[line]), at(i)); ++i)
      if (is_error(at(i)))
        result.push_back(i);
    return result;
  }

  /// Whether two compilers put one fault on lines that follow each other: the
  /// one where a statement ends, the other where the next begins.
  bool are_neighbours(uint32_t x, uint32_t y) const {
    auto& above = at(first_[x]).location();
    auto& below = at(first_[y]).location();
    if (above.line() + 1 != below.line() || above.file() != below.file())
      return false;
    return !have_in_common(x, y, &pb::Diagnostic::tool)
           && have_in_common(x, y, &pb::Diagnostic::error_type);
  }

  using field = const std::string& (pb::Diagnostic::*) () const;

  /// Whether some errors of two lines are equal in `what`.
  bool have_in_common(uint32_t x, uint32_t y, field what) const {
    std::set<std::string_view> values;
    for (auto index : errors_of(x))
      values.insert((at(index).*what)());
    auto errors = errors_of(y);
    return std::any_of(errors.begin(), errors.end(), [&](uint32_t index) {
      return values.contains((at(index).*what)());
    });
  }

  std::optional<flood> find_flood(const error_run& run) const {
    std::optional<flood> open;
    for (size_t i = 0; i < run.size(); ++i) {
      auto line = line_of_[run[i]];
      if (signs_[run[i]].is_displaced)
        return open ? open : flood{i, line};
      if (signs_[run[i]].misleads == reach::unit)
        open = flood{i + 1, line};
    }
    return std::nullopt;
  }

  std::vector<std::optional<flood>>
  find_floods(const std::vector<error_run>& runs) {
    std::vector<std::optional<flood>> floods;
    is_flooded_.assign(first_.size(), true);
    for (auto& run : runs) {
      auto& found = floods.emplace_back(find_flood(run));
      auto dry = found ? found->begin : run.size();
      for (size_t i = 0; i < dry; ++i)
        is_flooded_[line_of_[run[i]]] = false;
    }
    return floods;
  }

  void follow(const error_run& run, const std::optional<flood>& over) {
    std::unordered_map<std::string_view, uint32_t> missing; // Looked up only.
    std::unordered_set<uint32_t> seen;                      // Likewise.
    misled_state misled;
    if (over)
      ++times_first_[over->cause];
    for (auto index : run) {
      auto line = line_of_[index];
      auto& signs = signs_[index];
      if (over && is_flooded_[line]) {
        causes_.join(line, over->cause);
        continue;
      }
      if (!seen.insert(line).second)
        continue;
      auto known = signs.missing_name.empty()
                     ? missing.end()
                     : missing.find(signs.missing_name);
      if (known != missing.end()) {
        causes_.join(line, known->second);
        misled = {line, line, signs.misleads};
      } else if (!signs.stands_alone && is_within(misled, line)) {
        followers_.emplace_back(line, misled.by);
        misled.last = line;
      } else {
        ++times_first_[line];
        if (signs.misleads != reach::nowhere)
          misled = {line, line, signs.misleads};
      }
      if (!signs.missing_name.empty())
        missing.try_emplace(signs.missing_name, line);
    }
  }

  bool is_within(const misled_state& misled, uint32_t line) const {
    if (misled.how_far == reach::nowhere)
      return false;
    auto& last = at(first_[misled.last]).location();
    auto& here = at(first_[line]).location();
    return last.file() == here.file()
           && (misled.how_far != reach::lines
               || (here.line() >= last.line()
                   && here.line() - last.line() <= lines_max));
  }

  const pb::Evidence& evidence_;
  std::vector<uint32_t> first_;   // Of each line, its first error.
  std::vector<uint32_t> line_of_; // Of each error.
  std::vector<error_signs> signs_;
  std::vector<bool> is_flooded_; // Of each line: in all runs that report it.
  std::vector<uint32_t> times_first_;
  /// Lines behind one that misleads: no part of it when a run has them first.
  std::vector<std::pair<uint32_t, uint32_t>> followers_;
  disjoint_sets causes_{0};
};

} // namespace

void group_by_cause(pb::Evidence& evidence,
                    const std::vector<error_run>& runs) {
  cause_finder finder{evidence};
  finder.follow(runs);
  auto causes = finder.causes();
  for (auto& lines : causes)
    finder.add_group(lines, evidence);
}

} // namespace cohort::runtime::analysis
