#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include "messages/v1/link.pb.h"
#include "nodes/membership.hpp"
#include "nodes/wiring.hpp"
#include "runtime/cluster/visitor_link.hpp"
#include "runtime/expected.hpp"

namespace cohort::nodes {

namespace pb = messages::v1;

/// A connection to a running head, for the verbs that ask it something.
///
/// Threads: belongs to one thread, which waits in its functions. Errors:
/// unreachable (no head, refused, connection lost), or what the head answered.
class head_client {
public:
  static runtime::expected<std::unique_ptr<head_client>>
  connect(const cluster_options& cluster, const config::settings& settings);

  head_client(const head_client&) = delete;
  head_client& operator=(const head_client&) = delete;
  ~head_client();

  /// Sends the request and waits for its answer.
  runtime::expected<pb::ClientReport>
  ask(pb::ClientRequest request,
      std::chrono::milliseconds timeout = std::chrono::seconds{60});

  /// Keeps the connection for that long.
  runtime::expected<void> wait(std::chrono::milliseconds time);

  /// Watches a task until `see` says that it has seen enough.
  runtime::expected<void>
  watch(const std::string& task_id,
        const std::function<bool(const pb::ProgressEvent&)>& see);

private:
  head_client(const config::settings& settings, endpoint head, transport how,
              std::string name);

  runtime::expected<void> join();
  void say(pb::ClientRequest request);
  /// Handles what comes, for a moment at most.
  void turn();
  void carry_out();
  [[nodiscard]] std::optional<runtime::error> broken() const;

  endpoint head_;
  transport how_;
  system_config config_;
  caf::actor_system system_;
  std::optional<caf::scoped_actor> self_;
  runtime::cluster::visitor_link link_;
  caf::strong_actor_ptr door_; // The head's.
  std::string failure_;        // Why there is no link any more.
  std::deque<pb::ClientReport> reports_;
  uint64_t next_request_ = 1;
};

} // namespace cohort::nodes
