#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "nodes/transport.hpp"
#include "runtime/expected.hpp"

namespace cohort::nodes {

/// Certificates of a head and of `count` nodes, b1, b2, ..., in the folder.
/// Errors: storage_failed.
runtime::expected<transport>
make_bench_certificates(const std::filesystem::path& folder, unsigned count);

struct bench_node_options {
  std::filesystem::path folder; // Certificates, and a state folder for each.
  bool insecure = false;
  unsigned count = 1;
  unsigned workers = 1; // Of each.
  unsigned prefetch = 1;
};

/// Nodes on this host, as processes of this program, for a head in this one.
/// The destructor ends them and waits for it.
class bench_nodes {
public:
  /// Does not wait until they have joined. Errors: internal.
  static runtime::expected<bench_nodes>
  start(const endpoint& head, const bench_node_options& options);

  bench_nodes(bench_nodes&&) noexcept = default;
  bench_nodes& operator=(bench_nodes&&) = delete;
  ~bench_nodes();

private:
  bench_nodes() = default;

  std::vector<pid_t> processes_;
};

} // namespace cohort::nodes
