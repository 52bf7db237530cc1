#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "nodes/options.hpp"
#include "nodes/verbs.hpp"

namespace cohort::nodes {

/// The verbs of those who come afterwards, on the command line: audit, report,
/// verify, gc, history. REQUIRES: it, and what it was made with, outlive the
/// parsing.
class audit_verbs {
public:
  /// `code` becomes the exit code of the verb that runs.
  audit_verbs(CLI::App& app, const global_options& global, int& code);
  audit_verbs(const audit_verbs&) = delete;
  audit_verbs& operator=(const audit_verbs&) = delete;

private:
  void add_audit();
  void add_report();
  void add_verify();
  void add_gc();
  void add_history();

  CLI::App& app_;
  const global_options& global_;
  int& code_;
  audit_options audit_;
  page_options page_;
  bundle_options bundle_;
  gc_options gc_;
  history_options history_;
};

} // namespace cohort::nodes
