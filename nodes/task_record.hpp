#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/event.pb.h"
#include "messages/v1/result.pb.h"
#include "messages/v1/task.pb.h"

/// A task as its journal tells it, in the shape that reports need. Pure.
namespace cohort::nodes {

namespace pb = messages::v1;

/// Something that took time, in seconds since the task was accepted.
struct time_span {
  std::string lane; // Who: "task", or a worker.
  std::string what;
  double begin = 0;
  double end = 0;
  bool failed = false;
};

struct task_record {
  pb::TaskRequest request;
  pb::TaskResult result;
  double accepted = 0; // Seconds since 1970.
  double seconds = 0;  // Until it ended.
  uint64_t events = 0;
  std::vector<time_span> spans; // By lane in order of appearance, by begin.
};

/// Takes in a task's events, in their order.
class task_recorder {
public:
  void add(const pb::Event& event);

  /// REQUIRES: the task has ended.
  [[nodiscard]] task_record take() &&;

private:
  void end_phase(std::string_view name, double now);
  void add_attempt(const pb::AttemptResult& result, const std::string& what,
                   bool failed, double now);

  task_record record_;
  double phase_began_ = 0;
};

} // namespace cohort::nodes
