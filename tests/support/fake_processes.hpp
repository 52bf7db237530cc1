#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "runtime/process/runner.hpp"

namespace cohort::tests {

/// A runner without programs: rules say what becomes of a command. Completions
/// are called within `start`, or, while the fake holds, by `release_*` or by
/// whoever requests the stop. Thread safe.
class fake_processes final : public cohort::runtime::process::runner {
public:
  using command = cohort::runtime::process::command;
  using outcome = cohort::runtime::process::outcome;
  using status = cohort::runtime::process::status;
  using predicate = std::function<bool(const command&)>;
  using answer = std::function<outcome(const command&)>;

  ~fake_processes() override {
    for (;;) {
      auto next = take_first();
      if (!next)
        return;
      next->done(ended_as(status::cancelled));
    }
  }

  // -- what to answer

  /// The first rule that fits counts; with none, a command fails to start.
  void on(predicate when, answer what) {
    std::lock_guard guard{mutex_};
    rules_.emplace_back(std::move(when), std::move(what));
  }
  void on(predicate when, outcome what) {
    on(std::move(when),
       [what = std::move(what)](const command&) { return what; });
  }
  /// For commands that run the program `name`.
  void on_program(std::string name, outcome what) {
    on(runs(std::move(name)), std::move(what));
  }

  [[nodiscard]] static predicate runs(std::string name) {
    return [name = std::move(name)](const command& what) {
      return !what.argv.empty() && what.argv.front() == name;
    };
  }
  [[nodiscard]] static predicate any() {
    return [](const command&) { return true; };
  }
  [[nodiscard]] static predicate has_argument(std::string text) {
    return [text = std::move(text)](const command& what) {
      for (auto& argument : what.argv)
        if (argument == text)
          return true;
      return false;
    };
  }

  [[nodiscard]] static outcome exits(int code, std::string out = {},
                                     std::string err = {}) {
    auto result = ended_as(status::exited);
    result.exit_code = code;
    result.out = std::move(out);
    result.err = std::move(err);
    return result;
  }
  [[nodiscard]] static outcome ended_as(status how, std::string message = {}) {
    outcome result;
    result.status = how;
    result.message = std::move(message);
    return result;
  }

  // -- when to answer

  /// From now on commands run until they are released or stopped.
  void hold() {
    std::lock_guard guard{mutex_};
    holding_ = true;
  }
  /// Lets the one that was started first end. Returns false if none runs.
  bool release_next() {
    auto next = take_first();
    if (!next)
      return false;
    next->done(answer_for(next->what));
    return true;
  }
  /// Lets all end, and holds no longer.
  void release_all() {
    {
      std::lock_guard guard{mutex_};
      holding_ = false;
    }
    while (release_next()) {
      // nop
    }
  }

  // -- what was asked

  /// Returns all commands so far, in order of their starts.
  [[nodiscard]] std::vector<command> commands() const {
    std::lock_guard guard{mutex_};
    return commands_;
  }
  /// Returns how many are held.
  [[nodiscard]] size_t running() const {
    std::lock_guard guard{mutex_};
    return held_.size();
  }

  void start(command what, std::stop_token stop, completion done) override {
    auto next = std::make_shared<held>();
    {
      std::lock_guard guard{mutex_};
      commands_.push_back(what);
      next->what = std::move(what);
      next->done = std::move(done);
      if (holding_ && !stop.stop_requested())
        held_.emplace(next->id = ++last_id_, next);
    }
    if (stop.stop_requested() && next->id == 0)
      next->done(ended_as(status::cancelled));
    else if (next->id == 0)
      next->done(answer_for(next->what));
    else // Also calls at once where the stop came meanwhile.
      next->on_stop.emplace(std::move(stop), stop_held{this, next->id});
  }

private:
  struct stop_held {
    fake_processes* owner;
    uint64_t id;
    void operator()() const {
      if (auto found = owner->take(id))
        found->done(ended_as(status::cancelled));
    }
  };

  struct held {
    uint64_t id = 0; // 0: not held.
    command what;
    completion done;
    std::optional<std::stop_callback<stop_held>> on_stop;
  };

  /// Who takes a held one completes it; nobody else will.
  std::shared_ptr<held> take(uint64_t id) {
    std::lock_guard guard{mutex_};
    auto node = held_.extract(id);
    return node ? std::move(node.mapped()) : nullptr;
  }
  std::shared_ptr<held> take_first() {
    std::lock_guard guard{mutex_};
    if (held_.empty())
      return nullptr;
    return std::move(held_.extract(held_.begin()).mapped());
  }

  outcome answer_for(const command& what) const {
    answer found;
    {
      std::lock_guard guard{mutex_};
      for (auto& [when, rule] : rules_)
        if (!found && when(what))
          found = rule;
    }
    if (found)
      return found(what);
    std::string words;
    for (auto& argument : what.argv)
      words += ' ' + argument;
    return ended_as(status::start_failed,
                    "fake_processes: no rule for:" + words);
  }

  mutable std::mutex mutex_;
  std::vector<std::pair<predicate, answer>> rules_;
  std::vector<command> commands_;
  std::map<uint64_t, std::shared_ptr<held>> held_;
  uint64_t last_id_ = 0;
  bool holding_ = false;
};

} // namespace cohort::tests
