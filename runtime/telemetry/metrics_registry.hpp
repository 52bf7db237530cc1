#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/link.pb.h"
#include "messages/v1/result.pb.h"
#include "messages/v1/telemetry.pb.h"

namespace prometheus {
class Collectable;
}

namespace cohort::runtime::telemetry {

namespace pb = messages::v1;

/// What the head counts, under the names that Prometheus sees.
///
/// Labels are bounded: kinds, ends, outcomes and states are few; node names are
/// the cluster's, and one that the table forgot is taken out.
/// Units:   seconds and bytes, as the names say; `_total` only grows.
/// Threads: one at a time feeds it; any may collect meanwhile.
class metrics_registry {
public:
  explicit metrics_registry(const std::string& version);
  ~metrics_registry();
  metrics_registry(const metrics_registry&) = delete;
  metrics_registry& operator=(const metrics_registry&) = delete;

  void see(const pb::AttemptSpan& span);
  /// REQUIRES: its counts are not smaller than those of the report before.
  void see(const pb::PoolReport& pool);
  /// A node's bytes that are fewer than before are those of a new session.
  void see(const pb::NodeTable& table);
  void set_running_tasks(size_t count);
  void task_ended(pb::TaskOutcome outcome);

  /// For whoever serves it.
  [[nodiscard]] std::shared_ptr<prometheus::Collectable> collectable() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace cohort::runtime::telemetry
