#include "runtime/execution/verdict.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace cohort::runtime::execution {

namespace {

constexpr uint32_t near_lines = 3;

/// An error apart from its column; lines as they are after the edits.
using error_key = std::tuple<std::string, uint32_t, std::string>;
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
  return std::get<0>(key) + ":" + std::to_string(std::get<1>(key));
}

bool is_near(const error_key& key, const shifts& moved) {
  auto shift = moved.find(std::get<0>(key));
  return shift != moved.end()
         && shift->second.is_near(std::get<1>(key), near_lines);
}

/// Both sides of one compiler.
struct sides {
  error_bag before;
  error_bag after;
  std::map<std::string, size_t> messages_before;
  std::map<std::string, size_t> messages_after;
  const pb::Diagnostic* first_before = nullptr;
  const pb::Diagnostic* first_after = nullptr;

  sides(const comparison& x, const shifts& moved) {
    for (auto& error : x.before->diagnostics())
      if (is_error(error)) {
        if (first_before == nullptr)
          first_before = &error;
        ++before[key_before(error, moved)];
        ++messages_before[error.message()];
      }
    for (auto& error : x.after->diagnostics())
      if (is_error(error)) {
        if (first_after == nullptr)
          first_after = &error;
        ++after[key_after(error)];
        ++messages_after[error.message()];
      }
  }

  static size_t count(const error_bag& bag, const error_key& key) {
    auto found = bag.find(key);
    return found == bag.end() ? 0 : found->second;
  }

  /// GCC reports an undeclared name once per function: with the first use
  /// mended it comes up at the next. That is the same error further on.
  [[nodiscard]] bool is_next_use(const error_key& fresh,
                                 const shifts& moved) const {
    auto& [file, line, message] = fresh;
    auto had = messages_before.find(message);
    if (had == messages_before.end()
        || messages_after.at(message) > had->second)
      return false;
    auto gone_before = [&](const auto& entry) {
      auto& [old_file, old_line, old_message] = entry.first;
      return old_message == message && old_file == file && old_line <= line
             && count(after, entry.first) < entry.second;
    };
    return moved.count(file) > 0
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

  /// Whether the compiler now gets further before its first error.
  [[nodiscard]] bool moved_on(const shifts& moved) const {
    if (first_before == nullptr || first_after == nullptr)
      return first_after == nullptr;
    auto old_key = key_before(*first_before, moved);
    auto new_key = key_after(*first_after);
    if (std::get<0>(old_key) != std::get<0>(new_key))
      // Text before the edit reads as it did, so another file comes after it.
      return true;
    return std::get<1>(new_key) > std::get<1>(old_key);
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
                  + place_of(*close) + ": " + std::get<2>(*close));
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
      if (std::get<0>(key) == x.file && std::get<1>(key) == line) {
        had += times;
        has += std::min(times, sides::count(errors.after, key));
      }
    if (had > 0 && has == had)
      return false;
  }
  return true;
}

/// Whether the error that a fix answers is the only one of its compiler there.
bool is_alone(const std::vector<comparison>& compilers,
              const std::vector<target>& targets) {
  for (auto& x : compilers)
    for (auto& wanted : targets) {
      if (x.before->tool() != wanted.tool)
        continue;
      auto there
        = std::count_if(x.before->diagnostics().begin(),
                        x.before->diagnostics().end(), [&](auto& error) {
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
  if (errors.moved_on(moved))
    return {grade::moved_on, {}};
  return reject(tool + " finds " + std::to_string(fresh.size())
                + " new error(s), the first at " + place_of(fresh.front())
                + ": " + std::get<2>(fresh.front()));
}

} // namespace

verdict judge(const std::vector<comparison>& compilers, const shifts& moved,
              const std::vector<target>& targets) {
  verdict result{grade::smaller, "the error is gone and nothing new came up"};
  auto alone = is_alone(compilers, targets);
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
