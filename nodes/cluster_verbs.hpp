#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "nodes/options.hpp"
#include "nodes/verbs.hpp"

namespace cohort::nodes {

/// The verbs of a cluster, on the command line. REQUIRES: it, and what it was
/// made with, outlive the parsing.
class cluster_verbs {
public:
  /// `code` becomes the exit code of the verb that runs.
  cluster_verbs(CLI::App& app, task_options& task, const global_options& global,
                int& code);
  cluster_verbs(const cluster_verbs&) = delete;
  cluster_verbs& operator=(const cluster_verbs&) = delete;

private:
  void add_servers();
  void add_clients();
  void add_certs();
  CLI::App* add_client(const char* name, const char* what);
  /// A client's verb that names a task.
  template <class F>
  void add_task_client(const char* name, const char* what, F act);

  CLI::App& app_;
  task_options& task_;
  const global_options& global_;
  int& code_;
  cluster_options cluster_;
  certs_options certs_;
  std::string id_; // Of the task or node that a verb names.
  submit_options submit_;
};

} // namespace cohort::nodes
