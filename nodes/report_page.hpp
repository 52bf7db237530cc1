#pragma once

#include <string>

#include "nodes/task_record.hpp"

/// A task that has ended, for people who were not there. Pure.
namespace cohort::nodes {

/// One self-contained HTML page: no script, nothing from elsewhere, readable
/// from 400 pixels on, light or dark as the reader's system is. `diff` is the
/// change as a unified diff; empty: it is not shown. All texts of the task are
/// escaped.
std::string to_html(const task_record& task, const std::string& diff);

/// A pull request's text.
std::string to_markdown(const task_record& task);

} // namespace cohort::nodes
