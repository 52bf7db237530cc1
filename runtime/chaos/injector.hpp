#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "runtime/chaos/plan.hpp"
#include "runtime/journal/event_log.hpp"
#include "runtime/process/runner.hpp"

namespace cohort::runtime::chaos {

/// Carries a plan out in one process. It stands between workers and their
/// programs, and between the journal and its log; a process without a plan has
/// none of this.
///
/// Threads: any. It outlives what it stands in front of.
class injector {
public:
  /// `tell` hears of each fault as it strikes, from the thread that meets it.
  injector(plan what, std::function<void(const std::string&)> tell);
  ~injector();
  injector(const injector&) = delete;
  injector& operator=(const injector&) = delete;

  /// A worker's way to its programs; the same one for all of its lives.
  process::runner& programs_of(const std::string& worker,
                               process::runner& real);
  /// How the worker dies, in its present life. It must not wait.
  void on_kill(const std::string& worker, std::function<void()> die);
  /// How the connection to the head breaks. It must not wait.
  void on_drop(std::function<void()> drop);
  /// What the journal writes to.
  std::shared_ptr<journal::event_log>
  in_front_of(std::shared_ptr<journal::event_log> log);

private:
  class programs;
  class disk;

  /// What becomes of the next program, which the worker starts; and what is to
  /// be done once it is on its way, if anything.
  std::function<void()> meet(const std::string& worker, process::command& what);
  [[nodiscard]] bool next_write_fails();

  const plan plan_;
  const std::function<void(const std::string&)> tell_;
  std::mutex mutex_; // Of all below.
  uint64_t started_ = 0;
  uint64_t written_ = 0;
  std::map<std::string, std::unique_ptr<programs>> programs_; // By worker.
  std::map<std::string, std::function<void()>> deaths_;       // By worker.
  std::function<void()> drop_;
};

} // namespace cohort::runtime::chaos
