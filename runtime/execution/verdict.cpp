#include "runtime/execution/verdict.hpp"

#include <algorithm>
#include <compare>
#include <map>
#include <optional>
#include <vector>

namespace cohort::runtime::execution {

namespace {

/// An error apart from its column; lines as they are after the edits.
struct error_key {
  std::string file;
  uint32_t line;
  std::string message;
  auto operator<=>(const error_key&) const = default;
};
using error_bag = std::map<error_key, size_t>;

error_key key_after(const pb::Diagnostic& error) {
  return {error.location().file(), error.location().line(), error.message()};
}

error_key key_before(const pb::Diagnostic& error, const shifts& moved) {
  auto& where = error.location();
  return {where.file(), map_line(moved, where.file(), where.line()),
          error.message()};
}

std::string place_of(const error_key& key) {
  return key.file + ":" + std::to_string(key.line);
}

bool is_near(const error_key& key, const shifts& moved) {
  auto shift = moved.find(key.file);
  return shift != moved.end() && shift->second.is_near(key.line, near_lines);
}

/// Both sides of one compiler.
struct sides {
  error_bag before;
  error_bag after;
  std::map<std::string, size_t> messages_before;
  std::map<std::string, size_t> messages_after;
  // The first that differ, in the order in which the compiler reports them.
  std::optional<error_key> first_before;
  std::optional<error_key> first_after;

  sides(const comparison& x, const shifts& moved) {
    std::vector<error_key> old_order;
    for (auto& error : x.before->diagnostics())
      if (is_error(error)) {
        old_order.push_back(key_before(error, moved));
        ++before[old_order.back()];
        ++messages_before[error.message()];
      }
    std::vector<error_key> new_order;
    for (auto& error : x.after->diagnostics())
      if (is_error(error)) {
        new_order.push_back(key_after(error));
        ++after[new_order.back()];
        ++messages_after[error.message()];
      }
    auto [old_one, new_one] = std::mismatch(old_order.begin(), old_order.end(),
                                            new_order.begin(), new_order.end());
    if (old_one != old_order.end())
      first_before = *old_one;
    if (new_one != new_order.end())
      first_after = *new_one;
  }

  static size_t count(const error_bag& bag, const error_key& key) {
    auto found = bag.find(key);
    return found == bag.end() ? 0 : found->second;
  }

  /// GCC reports an undeclared name once per function: with the first use
  /// mended it comes up at the next. That is the same error further on.
  [[nodiscard]] bool is_next_use(const error_key& fresh,
                                 const shifts& moved) const {
    auto had = messages_before.find(fresh.message);
    if (had == messages_before.end()
        || messages_after.at(fresh.message) > had->second)
      return false;
    auto gone_before = [&](const auto& entry) {
      auto& old = entry.first;
      return old.message == fresh.message && old.file == fresh.file
             && old.line <= fresh.line && count(after, old) < entry.second;
    };
    return moved.count(fresh.file) > 0
           && std::any_of(before.begin(), before.end(), gone_before);
  }

  /// New errors, leaving out next uses.
  [[nodiscard]] std::vector<error_key> fresh(const shifts& moved) const {
    std::vector<error_key> result;
    for (auto& [key, times] : after)
      if (times > count(before, key) && !is_next_use(key, moved))
        result.push_back(key);
    return result;
  }

  [[nodiscard]] bool is_gone(const target& x, const shifts& moved) const {
    error_key key{x.file, map_line(moved, x.file, x.line), x.message};
    return count(after, key) < count(before, key);
  }

  /// Whether the compiler now gets further before an error that it did not
  /// report before.
  [[nodiscard]] bool moved_on() const {
    if (!first_before || !first_after)
      return !first_after;
    if (first_before->file != first_after->file)
      // Text before the edit reads as it did, so another file comes after it.
      return true;
    return first_after->line > first_before->line;
  }
};

verdict reject(std::string reason) {
  return {grade::rejected, std::move(reason)};
}

/// What every unit that reads an edited file is asked.
verdict check_harm(const comparison& x, const sides& errors,
                   const std::vector<error_key>& fresh, const shifts& moved) {
  auto& tool = x.after->tool();
  if (!x.after->failure().empty())
    return reject(tool + " gives no verdict on " + x.after->unit() + ": "
                  + x.after->failure());
  if (x.before->ok() && !x.after->ok())
    return reject(tool + " accepted " + x.after->unit()
                  + " before and does not now");
  if (!x.after->ok() && errors.after.empty())
    return reject(tool + " refuses " + x.after->unit()
                  + " without naming an error");
  auto close = std::find_if(fresh.begin(), fresh.end(),
                            [&](auto& key) { return is_near(key, moved); });
  if (close != fresh.end())
    return reject(tool + " finds a new error close to it, at "
                  + place_of(*close) + ": " + close->message);
  return {grade::smaller, {}};
}

/// Whether a compiler that words the error otherwise sees it mended as well.
bool line_is_better(const sides& errors, const shifts& moved,
                    const std::vector<target>& targets) {
  for (auto& x : targets) {
    auto line = map_line(moved, x.file, x.line);
    size_t had = 0;
    size_t has = 0;
    for (auto& [key, times] : errors.before)
      if (key.file == x.file && key.line == line) {
        had += times;
        has += std::min(times, sides::count(errors.after, key));
      }
    if (had > 0 && has == had)
      return false;
  }
  return true;
}

/// Whether the error that a fix answers is the only one of its compiler there.
bool is_alone(const std::vector<const pb::UnitReport*>& before,
              const std::vector<target>& targets) {
  for (auto* report : before)
    for (auto& wanted : targets) {
      if (report->tool() != wanted.tool)
        continue;
      auto there
        = std::count_if(report->diagnostics().begin(),
                        report->diagnostics().end(), [&](auto& error) {
                          return is_error(error)
                                 && error.location().file() == wanted.file
                                 && error.location().line() == wanted.line;
                        });
      if (there > 1)
        return false;
    }
  return true;
}

verdict judge_compiler(const comparison& x, const shifts& moved,
                       const std::vector<target>& targets, bool alone) {
  sides errors{x, moved};
  auto fresh = errors.fresh(moved);
  auto& tool = x.after->tool();
  auto harm = check_harm(x, errors, fresh, moved);
  if (harm.what == grade::rejected)
    return harm;
  auto offers = false;
  for (auto& wanted : targets)
    if (wanted.tool == tool) {
      offers = true;
      if (!errors.is_gone(wanted, moved))
        return reject(tool + " still reports: " + wanted.message);
    }
  if (!offers && alone && !line_is_better(errors, moved, targets))
    return reject(tool + " still refuses that line");
  if (fresh.empty())
    return {grade::smaller, {}};
  // The workspace's code is what is mended: headers outside of it are right.
  auto outside = std::any_of(fresh.begin(), fresh.end(), [](auto& key) {
    return key.file.starts_with('/');
  });
  if (errors.moved_on() && !outside)
    return {grade::moved_on, {}};
  return reject(tool + " finds " + std::to_string(fresh.size())
                + " new error(s), the first at " + place_of(fresh.front())
                + ": " + fresh.front().message);
}

} // namespace

verdict judge(const std::vector<comparison>& compilers, const shifts& moved,
              const std::vector<target>& targets,
              const std::vector<const pb::UnitReport*>& before) {
  verdict result{grade::smaller, "the error is gone and nothing new came up"};
  auto alone = is_alone(before, targets);
  for (auto& x : compilers) {
    auto one = judge_compiler(x, moved, targets, alone);
    if (one.what == grade::rejected)
      return one;
    if (one.what < result.what)
      result = {one.what, "the error is gone; errors that it hid came up "
                          "further on"};
  }
  return result;
}

verdict judge_reader(const std::vector<comparison>& compilers,
                     const shifts& moved) {
  for (auto& x : compilers) {
    sides errors{x, moved};
    auto harm = check_harm(x, errors, errors.fresh(moved), moved);
    if (harm.what == grade::rejected)
      return harm;
  }
  return {grade::smaller, "no unit that reads the file is worse off"};
}

std::vector<new_error> new_errors(const comparison& x, const shifts& edited) {
  sides errors{x, edited};
  std::vector<new_error> result;
  for (auto& key : errors.fresh(edited))
    result.push_back({key.file, key.line, key.message});
  return result;
}

std::vector<pb::Diagnostic> gone_errors(const comparison& x,
                                        const shifts& moved) {
  sides errors{x, moved};
  std::vector<pb::Diagnostic> result;
  for (auto& error : x.before->diagnostics())
    if (is_error(error)
        && sides::count(errors.after, key_before(error, moved)) == 0)
      result.push_back(error);
  return result;
}

} // namespace cohort::runtime::execution
