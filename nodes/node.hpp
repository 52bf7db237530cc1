#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <caf/actor_system.hpp>

#include "actors/interfaces.hpp"
#include "config/settings.hpp"
#include "nodes/transport.hpp"
#include "nodes/wiring.hpp"
#include "runtime/expected.hpp"

namespace cohort::nodes {

struct node_options {
  config::settings settings; // `state` is the node's own folder.
  std::string name;
  unsigned workers = 0; // Resolved: at least 1.
  endpoint head;
  transport how;
  std::shared_ptr<runtime::chaos::injector> chaos; // Null: none.
};

/// What a node runs: its workers, its store, and its link to the head.
///
/// Threads: built and destroyed by main; the actors run on CAF's threads. The
/// destructor stops them, then the launcher, which kills what it started.
class node {
public:
  /// Errors: state_locked, storage_failed, internal.
  static runtime::expected<std::unique_ptr<node>> start(node_options options);

  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node();

  [[nodiscard]] caf::actor_system& system();
  /// Ends when the node is refused, drained, or gives up.
  [[nodiscard]] const actors::root_supervisor_actor& root() const;
  /// Lets the node finish what it does, and end.
  [[nodiscard]] const actors::drainable_actor& link() const;

private:
  node(node_options options, runtime::workspace::state_folder state,
       std::unique_ptr<runtime::process::runner> processes);

  void spawn_all();

  node_options options_;
  runtime::workspace::state_folder state_;
  std::unique_ptr<runtime::process::runner> processes_;
  runtime::execution::shared_caches caches_;
  system_config config_;
  std::optional<caf::actor_system> system_;
  actors::root_supervisor_actor root_;
  actors::drainable_actor link_;
};

} // namespace cohort::nodes
